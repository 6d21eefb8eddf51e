package signin

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
)

// What a sign-in at an upstream can be refused for, beside provider.ErrUserDisabled
// and provider.ErrIdPNotFound. Their cause is for the log alone.
var (
	ErrUpstreamDenied  = &provider.Error{Code: provider.CodeForbidden, Kind: "upstream denied", Message: "The identity provider did not let you in."}
	ErrUpstreamAway    = &provider.Error{Code: provider.CodeUnavailable, Kind: "upstream", Message: "The identity provider does not answer. Try again in a moment."}
	ErrUpstreamInvalid = &provider.Error{Code: provider.CodeUpstream, Kind: "upstream", Message: "The identity provider's answer could not be trusted."}
	ErrUpstreamOnly    = &provider.Error{Code: provider.CodeForbidden, Kind: "upstream only", Message: "Sign in with one of the identity providers."}
	ErrUpstreamUnfit   = &provider.Error{Code: provider.CodeUpstream, Kind: "upstream settings", Message: "The identity provider's settings do not fit. An administrator must mend them."}
)

// Federation hands an attempt over to an upstream provider and takes the person
// back.
type Federation struct {
	Flow      *Flow
	Directory *directory.Directory
	// Open answers the connector for a provider's type and details, secrets
	// included. Its errors are of type *federation.Error.
	Open func(ctx context.Context, kind string, details map[string]string) (federation.Redirector, error)
}

// Handover says where an attempt goes.
type Handover struct {
	Provider    string // its name in the pool
	RedirectURI string // where the upstream answers to; Finish must be given the same
	Prompt      string // OpenID Connect Core section 3.1.2.1, passed on; may be empty
	UILocales   string // likewise
}

// Return is a browser that comes back.
type Return struct {
	Binding     string
	Previous    string // the session id that the browser sent along, or ""
	RedirectURI string
	Values      url.Values // as they came: each may be there twice
}

// handover is what an attempt remembers of where it went. It is sealed with the
// attempt, and consumed by the first answer, right or wrong.
type handover struct {
	Provider string `json:"provider"`
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
}

// Offered lists the identity providers that a client's people may use, by name;
// all of the pool's where the client names none. local says whether the pool's
// own directory is among them. clientID may be empty.
//
// Errors: provider.ErrClientNotFound.
func (f *Federation) Offered(ctx context.Context, pool *provider.Pool, clientID string) (list []provider.IdentityProvider, local bool, err error) {
	all, err := f.Directory.IdPs(ctx, pool.ID)
	if err != nil || clientID == "" {
		return all, true, err
	}
	c, err := f.Directory.Client(ctx, pool.ID, clientID)
	if err != nil {
		return nil, false, err
	}
	for _, i := range all {
		if offers(c, i.Name) {
			list = append(list, i)
		}
	}
	return list, offersLocal(c), nil
}

// offers reports whether a client's people may use a provider.
func offers(c *provider.Client, name string) bool {
	names := c.Settings.IdentityProviders
	return len(names) == 0 || slices.Contains(names, name)
}

func offersLocal(c *provider.Client) bool { return offers(c, directory.LocalProvider) }

// For is Offered for an attempt. Who must prove themselves again goes to where they
// are known.
func (f *Federation) For(ctx context.Context, pool *provider.Pool, a *Attempt) (list []provider.IdentityProvider, local bool, err error) {
	list, local, err = f.Offered(ctx, pool, a.ClientID)
	if err != nil || !a.Again() {
		return list, local, err
	}
	logins, err := f.Flow.Store.Pool(pool.ID).FederatedLogins(ctx, a.state.Fixed)
	return slices.DeleteFunc(slices.Clone(list), func(i provider.IdentityProvider) bool {
		return !slices.ContainsFunc(logins, func(l provider.FederatedLogin) bool { return l.Provider == i.Name })
	}), local, err
}

// Begin sends an attempt, which Flow.Begin or Flow.Attempt has just answered, to
// an upstream, and answers the URL for the browser.
//
// Errors: provider.ErrAttemptNotFound when the attempt is past choosing;
// provider.ErrIdPNotFound, also when the client does not offer it;
// ErrUpstreamAway, ErrUpstreamUnfit.
func (f *Federation) Begin(ctx context.Context, pool *provider.Pool, a *Attempt, h Handover) (string, error) {
	from := a.Step
	if !atDoor(from) && from != StepFederation {
		return "", provider.ErrAttemptNotFound
	}
	conn, _, err := f.connect(ctx, pool, a, h.Provider)
	if err != nil {
		return "", f.refused(ctx, pool, a, h.Provider, err)
	}
	up := &handover{Provider: h.Provider, State: a.ID + "." + secret.Token(), Nonce: secret.Token(), Verifier: secret.Token()}
	there, err := conn.Begin(ctx, federation.Request{RedirectURI: h.RedirectURI, State: up.State, Nonce: up.Nonce, Verifier: up.Verifier,
		LoginHint: a.state.Typed, Prompt: h.Prompt, UILocales: h.UILocales})
	if err != nil {
		return "", f.refused(ctx, pool, a, h.Provider, err)
	}
	a.Step, a.state.Upstream = StepFederation, up
	return there, f.Flow.move(ctx, a, from)
}

// Finish proves an upstream's answer and signs in whom it vouches for. Result
// holds the attempt, as far as one was found, beside an error too: it stands at
// the first step again, so the person may try another way.
//
// An answer that LinkTo asked for signs nobody in: it is tied to the user who is
// still signed in by the same session. Its errors are those of directory.LinkIdentity beside.
//
// Errors: provider.ErrAttemptNotFound when the state is missing, unknown, used
// or another browser's; ErrUpstreamDenied, ErrUpstreamAway, ErrUpstreamInvalid,
// ErrUpstreamUnfit; provider.CodeUpstream of kind "attribute" when a required
// attribute was not told; provider.ErrUserDisabled; provider.ErrUnavailable.
func (f *Federation) Finish(ctx context.Context, pool *provider.Pool, r Return) (*Result, error) {
	at := f.Flow.Store.Now()
	a, up, err := f.take(ctx, pool, r)
	if err != nil {
		return nil, err
	}
	failed := &Result{Attempt: a, Provider: up.Provider}
	conn, idp, err := f.connect(ctx, pool, a, up.Provider)
	if err != nil {
		return failed, f.refused(ctx, pool, a, up.Provider, err)
	}
	who, err := conn.Finish(ctx, federation.Callback{Values: r.Values, Request: federation.Request{
		RedirectURI: r.RedirectURI, State: up.State, Nonce: up.Nonce, Verifier: up.Verifier}})
	if err != nil {
		return failed, f.refused(ctx, pool, a, up.Provider, err)
	}
	if a.Links() {
		failed.Linked, err = true, f.link(ctx, pool, a, r.Previous, idp, who)
		if errors.Is(err, provider.ErrAttemptNotFound) {
			return nil, err
		}
		return failed, err
	}
	if a.Again() { // nobody else passes, so nobody is made here
		owner, err := f.Flow.Store.Pool(pool.ID).FederatedUser(ctx, idp.Name, who.Issuer, who.Subject)
		if errors.Is(err, provider.ErrUserNotFound) || err == nil && owner.ID != a.state.Fixed {
			err = errSomebodyElse
		}
		if err != nil {
			return failed, err
		}
	}
	user, err := f.Directory.Federated(ctx, pool, idp, who)
	if err != nil {
		return failed, f.refused(ctx, pool, a, up.Provider, err)
	}
	if !user.Enabled {
		a.state.Provider = up.Provider // for the trail
		if err := f.Flow.failed(ctx, pool, a, user.ID, "disabled"); err != nil {
			return failed, err
		}
		return failed, provider.ErrUserDisabled
	}
	a.state.proves(user, "", at, "fed")
	a.state.Provider = up.Provider
	res, err := f.Flow.proceed(ctx, pool, a, r.Previous, outcome{user: user})
	if err != nil {
		return failed, err
	}
	res.Provider = up.Provider
	return res, nil
}

// take finds the attempt that an answer belongs to and uses its state up. The
// state names the attempt, so that several windows of a browser do not disturb
// one another; what proves the answer is the part that only the sealed row knows,
// and the browser's own binding (RFC 6749 section 10.12).
func (f *Federation) take(ctx context.Context, pool *provider.Pool, r Return) (*Attempt, *handover, error) {
	if len(r.Values["state"]) != 1 {
		return nil, nil, provider.ErrAttemptNotFound
	}
	id, _, _ := strings.Cut(r.Values.Get("state"), ".")
	a, err := f.Flow.Attempt(ctx, pool, id, r.Binding)
	if err != nil {
		return nil, nil, err
	}
	up := a.state.Upstream
	if a.Step != StepFederation || up == nil || !secret.Equal([]byte(up.State), []byte(r.Values.Get("state"))) {
		return nil, nil, provider.ErrAttemptNotFound
	}
	if a.Links() { // one answer, and it is over
		return a, up, f.Flow.Store.Pool(pool.ID).EndAttempt(ctx, a.ID, string(StepFederation))
	}
	a.Step, a.state.Upstream = f.Flow.door(pool), nil
	return a, up, f.Flow.move(ctx, a, StepFederation)
}

// connect opens the connector of a provider that the attempt's client offers.
func (f *Federation) connect(ctx context.Context, pool *provider.Pool, a *Attempt, name string) (federation.Redirector, *provider.IdentityProvider, error) {
	offered, _, err := f.Offered(ctx, pool, a.ClientID)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(offered, func(i provider.IdentityProvider) bool { return i.Name == name })
	if i < 0 {
		return nil, nil, provider.ErrIdPNotFound
	}
	details, err := f.Directory.IdPDetails(&offered[i])
	if err != nil {
		return nil, nil, err
	}
	conn, err := f.Open(ctx, offered[i].Type, details)
	return conn, &offered[i], err
}

// refused writes the trail of an upstream's failure, with what an operator needs
// to mend it, and turns it into what the outside is told.
func (f *Federation) refused(ctx context.Context, pool *provider.Pool, a *Attempt, name string, err error) error {
	var reason string
	var told *provider.Error
	switch federation.KindOf(err) {
	case federation.Denied:
		reason, told = "upstream_denied", ErrUpstreamDenied
	case federation.Unreachable:
		reason, told = "upstream_away", ErrUpstreamAway
	case federation.Misconfigured:
		reason, told = "upstream_settings", ErrUpstreamUnfit
	case federation.Refused, federation.BadToken:
		reason, told = "upstream_invalid", ErrUpstreamInvalid
	default:
		return err
	}
	return f.trail(ctx, pool, a, name, reason, told.With(err))
}

func (f *Federation) trail(ctx context.Context, pool *provider.Pool, a *Attempt, name, reason string, told *provider.Error) error {
	detail := a.state.detail(reason)
	detail["provider"] = name
	if told.Cause != nil {
		detail["cause"] = clip(told.Cause.Error(), 300)
	}
	if err := f.Flow.Audit.Record(ctx, pool.ID, "signin.failure", audit.Failure, "", detail); err != nil {
		return err
	}
	return told
}

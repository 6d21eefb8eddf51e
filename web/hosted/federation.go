package hosted

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// buttons are the upstreams that the sign-in page offers; only says that the app
// takes nobody from the pool's own directory.
func (d *Door) buttons(r *http.Request, a *signin.Attempt) (list []page.ProviderButton, only bool, err error) {
	if d.Federation == nil {
		return nil, false, nil
	}
	offered, local, err := d.Federation.For(r.Context(), provider.TenantFrom(r.Context()).Pool, a)
	for _, i := range offered {
		list = append(list, page.ProviderButton{ID: i.Name, Name: i.Name, Type: strings.ToLower(i.Type), URL: stepURL(r, "/login/provider", a) +
			"&" + url.Values{"identity_provider": {i.Name}}.Encode()})
	}
	return list, !local || a.UpstreamOnly(), err
}

// chosenUpstream is the provider to go to without a page: the one that the
// authorization request names by identity_provider or idp_identifier, or the only
// one there is. "" means the page.
func (d *Door) chosenUpstream(r *http.Request, waiting *oauth.Interaction) (string, error) {
	if d.Federation == nil || waiting.Upstream == directory.LocalProvider {
		return "", nil
	}
	offered, local, err := d.Federation.Offered(r.Context(), provider.TenantFrom(r.Context()).Pool, waiting.Client.ID)
	switch {
	case err != nil:
		return "", err
	case waiting.Upstream == "" && !local && len(offered) == 1:
		return offered[0].Name, nil
	case waiting.Upstream == "":
		return "", nil
	}
	for _, i := range offered {
		if i.Name == waiting.Upstream || slices.Contains(i.Identifiers, waiting.Upstream) {
			return i.Name, nil
		}
	}
	return "", provider.ErrIdPNotFound
}

// toUpstream is where the buttons of the sign-in page lead.
func (d *Door) toUpstream(w http.ResponseWriter, r *http.Request) error {
	pool, q := provider.TenantFrom(r.Context()).Pool, r.URL.Query()
	if d.Federation == nil {
		return provider.ErrIdPNotFound
	}
	a, err := d.Flow.Attempt(r.Context(), pool, q.Get("flow"), d.Browser.Cookies.Bound(r, pool.ID))
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.over(w, r)
	}
	if err != nil {
		return err
	}
	waiting, err := d.waiting(r.Context(), a)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil {
		return err
	}
	return d.handOver(w, r, a, waiting, q.Get("identity_provider"))
}

// handOver sends the browser to an upstream. An app that asked for a fresh proof
// or another account gets it there: silence upstream would defeat the request.
func (d *Door) handOver(w http.ResponseWriter, r *http.Request, a *signin.Attempt, waiting *oauth.Interaction, name string) error {
	prompts := slices.DeleteFunc(slices.Clone(waiting.Prompt), func(p string) bool { return p != "login" && p != "select_account" })
	there, err := d.Federation.Begin(r.Context(), provider.TenantFrom(r.Context()).Pool, a, signin.Handover{
		Provider: name, RedirectURI: answerURI(r), Prompt: strings.Join(prompts, " "), UILocales: waiting.UILocales})
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, authorization(r))
	}
	if err != nil {
		return d.upstreamFailed(w, r, a, name, err)
	}
	return respond.Redirect(w, there)
}

// fromUpstream takes the browser back with the upstream's answer.
func (d *Door) fromUpstream(w http.ResponseWriter, r *http.Request) error {
	if d.Federation == nil {
		return d.expired(w, r, "")
	}
	pool := provider.TenantFrom(r.Context()).Pool
	res, err := d.Federation.Finish(r.Context(), pool, signin.Return{
		Binding: d.Browser.Cookies.Bound(r, pool.ID), Previous: d.Browser.SessionID(r, pool.ID),
		RedirectURI: answerURI(r), Values: r.URL.Query()})
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil && res != nil {
		return d.upstreamFailed(w, r, res.Attempt, res.Provider, err)
	}
	if err != nil {
		return err
	}
	if res.Linked {
		if err := d.Browser.Flash(w, r, pool.ID, "identity_linked"); err != nil {
			return err
		}
		return respond.Redirect(w, here(r, res.Attempt.Return(), ""))
	}
	if res.Principal == nil { // the pool wants to know more than the upstream told
		b, err := d.beside(w, r, res.Attempt.ID)
		if b == nil {
			return err
		}
		return respond.Redirect(w, b.to(r, stepPath(b.attempt.Step)))
	}
	return d.enter(w, r, res)
}

// answerURI is the redirect URI to register at every upstream of a pool.
func answerURI(r *http.Request) string {
	return provider.TenantFrom(r.Context()).URL + "/oauth2/idpresponse"
}

// upstreamFailed says what went wrong and offers the sign-in page again. The
// upstream's own words go to the log alone.
func (d *Door) upstreamFailed(w http.ResponseWriter, r *http.Request, a *signin.Attempt, name string, why error) error {
	problem := upstreamProblem(why)
	if problem == "" {
		return why
	}
	waiting, err := d.waiting(r.Context(), a)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, "")
	}
	if err != nil {
		return err
	}
	failure := respond.Explain(r, why)
	d.Errors.Log.LogAttrs(r.Context(), slog.LevelWarn, "sign-in at an upstream failed", slog.String("provider", name),
		slog.String("pool", provider.TenantFrom(r.Context()).ID()), slog.String("request_id", failure.RequestID), slog.Any("error", why))
	v := page.FederationFailed{
		Chrome: chrome(r, waiting.Client, waiting.UILocales), ProviderName: name, Problem: problem,
		RetryURL: stepURL(r, "/login", a), RequestID: failure.RequestID,
	}
	if v.Linking = a.Links(); v.Linking {
		v.RetryURL = here(r, a.Return(), "")
	}
	return d.Pages.Render(w, r, failure.Status, v)
}

func upstreamProblem(err error) page.Problem {
	switch {
	case errors.Is(err, signin.ErrUpstreamDenied), errors.Is(err, provider.ErrWrongPassword): // the second: somebody else than who has to prove it
		return page.FederationDenied
	case errors.Is(err, signin.ErrUpstreamAway):
		return page.FederationUnavailable
	case errors.Is(err, provider.ErrUserDisabled):
		return page.FederationDisabled
	case errors.Is(err, directory.ErrLinkedElsewhere):
		return page.FederationTaken
	case provider.CodeOf(err) == provider.CodeUpstream:
		return page.FederationInvalid
	}
	return ""
}

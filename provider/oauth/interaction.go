package oauth

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
)

// Interaction is an authorization request that waits for a page.
type Interaction struct {
	ID        string // unguessable; name it to Resume, Consent and Deny
	Client    *provider.Client
	Scopes    []provider.Scope // by their wire names, with what they allow
	Prompt    []string         // login, consent, select_account
	LoginHint string
	UILocales string // BCP 47 tags, preferred first
	Upstream  string // name or identifier of the identity provider to go to at once
	Chosen    string // the session whose user was chosen, as provider.Principal names it; empty for none
	Again     bool   // somebody is signed in, but must prove it anew, or be somebody else
}

// interaction keeps the request for a page, unless it is kept already.
func (s *Server) interaction(ctx context.Context, a *authorizeRequest, who *provider.Principal, pending string) (*Interaction, error) {
	if pending == "" {
		body, err := json.Marshal(a)
		if err != nil {
			return nil, fmt.Errorf("write authorization request: %w", err)
		}
		pending = secret.Token()
		pool := provider.TenantFrom(ctx).ID()
		err = s.Store.Pool(pool).CreateAuthorization(ctx, &provider.Authorization{
			PoolID: pool, ID: pending, ClientID: a.ClientID, Request: body,
			CreatedAt: a.RequestedAt, ExpiresAt: a.RequestedAt.Add(authorizationLife),
		})
		if err != nil {
			return nil, err
		}
	}
	return s.describe(ctx, a, who, pending)
}

func (s *Server) describe(ctx context.Context, a *authorizeRequest, who *provider.Principal, pending string) (*Interaction, error) {
	known, err := s.resources(ctx)
	if err != nil {
		return nil, err
	}
	out := &Interaction{ID: pending, Client: a.client.Client, Prompt: a.Prompt, LoginHint: a.LoginHint, UILocales: a.UILocales,
		Upstream: a.Upstream, Chosen: a.Chosen, Again: who != nil}
	out.Scopes = known.describe(a.Scopes)
	return out, nil
}

// Pending describes a waiting authorization request, for the pages that serve it.
// Errors: provider.ErrAttemptNotFound when it is over.
func (s *Server) Pending(ctx context.Context, id string) (*Interaction, error) {
	a, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.describe(ctx, a, nil, id)
}

// pending reads a waiting request back. Its client is looked up anew: it may have
// been disabled, or lost the redirect URI, while somebody typed.
func (s *Server) pending(ctx context.Context, id string) (*authorizeRequest, error) {
	if !clean(id) {
		return nil, provider.ErrAttemptNotFound
	}
	row, err := s.Store.Pool(provider.TenantFrom(ctx).ID()).Authorization(ctx, id)
	if err != nil {
		return nil, err
	}
	a := &authorizeRequest{}
	if err := json.Unmarshal(row.Request, a); err != nil {
		return nil, fmt.Errorf("read authorization request: %w", err)
	}
	a.client, err = s.client(ctx, a.ClientID)
	if errors.Is(err, provider.ErrClientNotFound) || err == nil && !a.client.Enabled {
		return nil, provider.ErrAttemptNotFound.With(err)
	}
	if err != nil {
		return nil, err
	}
	if redirect, ok := a.client.matchRedirect(a.RedirectURI); !ok || redirect != a.Redirect {
		return nil, provider.ErrAttemptNotFound
	}
	return a, nil
}

// Resume goes on with a waiting request once somebody has signed in. It answers
// the redirect, or the next thing to ask.
// Errors: provider.ErrAttemptNotFound when the request is over.
func (s *Server) Resume(ctx context.Context, id string, who provider.Principal) (*Decision, error) {
	a, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.decide(ctx, a, &who, id)
}

// Continue goes on with a waiting request for somebody who is signed in already,
// such as one who came back to the sign-in page from the next. A nil Decision
// means that they must sign in.
// Errors: provider.ErrAttemptNotFound when the request is over.
func (s *Server) Continue(ctx context.Context, id string, who provider.Principal) (*Decision, error) {
	a, err := s.pending(ctx, id)
	if err != nil || !a.satisfied(&who) {
		return nil, err
	}
	return s.decide(ctx, a, &who, id)
}

// Choose goes on with a waiting request for somebody who is signed in and was asked
// whether it shall be them (OpenID Connect Core 1.0 section 3.1.2.1, select_account).
// That they were chosen stands, but a request that wants a newer proof than theirs
// still wants it.
// Errors: provider.ErrAttemptNotFound when the request is over.
func (s *Server) Choose(ctx context.Context, id string, who provider.Principal) (*Decision, error) {
	a, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	a.Chosen = who.SessionID
	body, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("write authorization request: %w", err)
	}
	if err := s.Store.Pool(provider.TenantFrom(ctx).ID()).ChangeAuthorization(ctx, id, body); err != nil {
		return nil, err
	}
	return s.decide(ctx, a, &who, id)
}

// Consent goes on with a waiting request whose scopes the user has allowed, and
// remembers that.
// Errors: provider.ErrAttemptNotFound when the request is over.
func (s *Server) Consent(ctx context.Context, id string, who provider.Principal) (*Decision, error) {
	a, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	if !a.satisfied(&who) {
		return s.decide(ctx, a, &who, id)
	}
	return s.authorize(as(ctx, "user", who.UserID), a, &who, id, true)
}

// Deny ends a waiting request that the user does not allow.
// Errors: provider.ErrAttemptNotFound when the request is over.
func (s *Server) Deny(ctx context.Context, id string) (*Decision, error) {
	a, err := s.pending(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.endWithError(ctx, a, id, fail(http.StatusForbidden, "access_denied", "The user did not allow it."))
}

func (s *Server) endWithError(ctx context.Context, a *authorizeRequest, id string, refusal *Error) (*Decision, error) {
	ended, err := s.Store.Pool(provider.TenantFrom(ctx).ID()).EndAuthorization(ctx, id)
	if err != nil {
		return nil, err
	}
	if !ended {
		return nil, provider.ErrAttemptNotFound
	}
	return s.redirectError(ctx, a, refusal)
}

// remember adds the request's scopes to what the user allowed the client.
func (s *Server) remember(ctx context.Context, a *authorizeRequest, who *provider.Principal) error {
	pool := s.Store.Pool(who.PoolID)
	given, err := pool.Consent(ctx, who.UserID, a.ClientID)
	if err != nil {
		return err
	}
	scopes := slices.Clone(a.Scopes)
	if given != nil {
		scopes = append(scopes, given.Scopes...)
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	if err := pool.PutConsent(ctx, who.UserID, a.ClientID, scopes); err != nil {
		return err
	}
	return s.Audit.Record(ctx, who.PoolID, "consent.give", audit.Success, "user/"+who.UserID, map[string]string{"client": a.ClientID})
}

// as says in the audit trail who acts.
func as(ctx context.Context, kind, id string) context.Context {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = kind, id
	return provider.WithActor(ctx, actor)
}

func asClient(ctx context.Context, c *client) context.Context { return as(ctx, "client", c.ID) }

// sessionHash is the id hash of the session that a principal came from.
func sessionHash(who *provider.Principal) []byte {
	hash, err := hex.DecodeString(who.SessionID)
	if err != nil {
		return nil
	}
	return hash
}

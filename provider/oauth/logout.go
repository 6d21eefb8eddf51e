package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// LogoutDecision is what the logout endpoint does next.
type LogoutDecision struct {
	Confirm  bool   // ask the user first: nothing proves that a client of theirs sent them
	Redirect string // where to go once signed out; empty for the signed-out page
	ClientID string // the client that sent them; may be empty
}

// EndSession judges a logout request from a browser in which who is signed in, or
// nobody when nil (OpenID Connect RP-Initiated Logout 1.0 section 2). The door
// ends the session.
//
// Without an id_token_hint of the very user who is signed in, the user is asked:
// a page elsewhere could have sent the browser here. Only a registered
// post_logout_redirect_uri of the client is ever gone to, and any other is an
// *Error for a page (section 3).
func (s *Server) EndSession(ctx context.Context, form url.Values, who *provider.Principal) (*LogoutDecision, error) {
	if err := checkParameters(form); err != nil {
		return nil, err
	}
	out := &LogoutDecision{ClientID: form.Get("client_id"), Confirm: who != nil}
	if hint := form.Get("id_token_hint"); hint != "" {
		claims, err := s.hint(ctx, hint)
		if err != nil || len(claims.Audience) != 1 {
			return nil, invalidRequest("The id_token_hint is no ID token of this issuer.")
		}
		if out.ClientID != "" && out.ClientID != claims.Audience[0] {
			return nil, invalidRequest("The id_token_hint was issued to another client than 'client_id' names.")
		}
		out.ClientID = claims.Audience[0]
		out.Confirm = who != nil && who.UserID != claims.Subject
	}
	target := form.Get("post_logout_redirect_uri")
	if target == "" {
		return out, nil
	}
	client, err := s.logoutClient(ctx, out.ClientID)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(client.Settings.LogoutURIs, target) {
		return nil, invalidRequest("The post_logout_redirect_uri is not one that is registered for the client.").because(ErrRedirect)
	}
	out.Redirect, err = withState(target, form.Get("state"))
	return out, err
}

// Logout judges a request to Cognito's logout endpoint: client_id with
// logout_uri, which signs out and goes there, or client_id with the parameters of
// an authorization request, which signs out and lets somebody sign in again.
// loginURL is the authorize endpoint.
//
// Cognito asks nobody, and its clients rely on it; but only registered URIs are
// gone to, so a page elsewhere can at worst sign somebody out.
func (s *Server) Logout(ctx context.Context, form url.Values, loginURL string) (*LogoutDecision, error) {
	if err := checkParameters(form); err != nil {
		return nil, err
	}
	client, err := s.logoutClient(ctx, form.Get("client_id"))
	if err != nil {
		return nil, err
	}
	out := &LogoutDecision{ClientID: client.ID}
	if target := form.Get("logout_uri"); target != "" {
		if !slices.Contains(client.Settings.LogoutURIs, target) {
			return nil, invalidRequest("The logout_uri is not one that is registered for the client.").because(ErrRedirect)
		}
		out.Redirect, err = withState(target, form.Get("state"))
		return out, err
	}
	if _, ok := client.matchRedirect(form.Get("redirect_uri")); !ok || !form.Has("redirect_uri") {
		return nil, invalidRequest("A registered logout_uri or redirect_uri is required.").because(ErrRedirect)
	}
	out.Redirect = loginURL + "?" + form.Encode()
	return out, nil
}

func (s *Server) logoutClient(ctx context.Context, id string) (*client, error) {
	if id == "" {
		return nil, invalidRequest("The request names no client: 'client_id' or 'id_token_hint' is required.").because(ErrNoClient)
	}
	found, err := s.client(ctx, id)
	if errors.Is(err, provider.ErrClientNotFound) {
		return nil, fail(http.StatusBadRequest, "invalid_client", "There is no such client.")
	}
	return found, err
}

func withState(target, state string) (string, error) {
	if state == "" {
		return target, nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += url.Values{"state": {state}}.Encode()
	return u.String(), nil
}

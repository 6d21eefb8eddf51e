package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/cognate-idp/cognate/federation"
)

// Connector speaks with one OpenID Connect provider. It is safe for concurrent
// use; keep it, because it remembers metadata and keys.
type Connector struct {
	config   Config
	http     *http.Client
	metadata *metadata
}

var (
	_ federation.Redirector    = (*Connector)(nil)
	_ federation.TokenVerifier = (*Connector)(nil)
)

// Begin returns the authorization request (OpenID Connect Core section 3.1.2.1)
// with state, nonce and an S256 challenge. Endpoint parameters that the upstream
// configured in its URL are kept.
func (c *Connector) Begin(ctx context.Context, r federation.Request) (string, error) {
	if r.State == "" || r.Nonce == "" || r.Verifier == "" {
		return "", errors.New("begin: state, nonce and verifier are required")
	}
	e, err := c.metadata.get(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(r.Verifier), oauth2.SetAuthURLParam("nonce", r.Nonce)}
	for name, value := range map[string]string{"login_hint": r.LoginHint, "prompt": r.Prompt, "ui_locales": r.UILocales} {
		if value != "" {
			options = append(options, oauth2.SetAuthURLParam(name, value))
		}
	}
	return c.oauth(e, r.RedirectURI).AuthCodeURL(r.State, options...), nil
}

// Finish checks the answer, redeems the code, verifies the ID token and adds
// what userinfo tells.
func (c *Connector) Finish(ctx context.Context, cb federation.Callback) (*federation.Identity, error) {
	e, err := c.metadata.get(ctx)
	if err != nil {
		return nil, err
	}
	code, err := c.answer(e, cb)
	if err != nil {
		return nil, err
	}
	tokens, err := c.oauth(e, cb.Request.RedirectURI).Exchange(
		context.WithValue(ctx, oauth2.HTTPClient, c.http), code, oauth2.VerifierOption(cb.Request.Verifier))
	if err != nil {
		return nil, exchangeError(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	if raw == "" {
		return nil, federation.Errorf(federation.Misconfigured, "the token response holds no id_token; is this an OpenID Connect provider?")
	}
	t, err := c.verify(ctx, e, raw, []string{c.config.ClientID})
	if err != nil {
		return nil, err
	}
	if !same(t.Nonce, cb.Request.Nonce) {
		return nil, federation.Errorf(federation.BadToken, "the ID token answers another nonce")
	}
	if t.AccessTokenHash != "" {
		if err := t.VerifyAccessToken(tokens.AccessToken); err != nil {
			return nil, federation.Errorf(federation.BadToken, "at_hash: %w", err)
		}
	}
	claims, err := decode(t)
	if err != nil {
		return nil, err
	}
	if e.userInfo != "" {
		told, err := c.userInfo(ctx, e, tokens)
		if err != nil {
			return nil, err
		}
		if sub, _ := told["sub"].(string); sub != t.Subject {
			return nil, federation.Errorf(federation.BadToken, "userinfo speaks of another subject")
		}
		merge(claims, told)
	}
	id := identity(t, claims)
	id.IDToken, id.AccessToken, id.RefreshToken = raw, tokens.AccessToken, tokens.RefreshToken
	return id, nil
}

// answer checks the authorization response and returns its code.
func (c *Connector) answer(e *endpoints, cb federation.Callback) (string, error) {
	v := cb.Values
	for _, name := range []string{"code", "state", "iss", "error"} {
		if len(v[name]) > 1 {
			return "", federation.Errorf(federation.BadToken, "the answer has %s more than once", name)
		}
	}
	if cb.Request.State == "" || !same(v.Get("state"), cb.Request.State) {
		return "", federation.Errorf(federation.BadToken, "the answer has another state")
	}
	// The mix-up defence comes before everything that the answer tells, errors
	// included (RFC 9207 section 2.4).
	if _, present := v["iss"]; (present || e.issInURL) && v.Get("iss") != c.config.Issuer {
		return "", federation.Errorf(federation.BadToken, "the answer comes from issuer %q", v.Get("iss"))
	}
	if code := v.Get("error"); code != "" {
		return "", &federation.Error{Kind: refusal(code), Code: code, Err: errors.New(first(v.Get("error_description"), "no description"))}
	}
	if v.Get("code") == "" {
		return "", federation.Errorf(federation.BadToken, "the answer has neither code nor error")
	}
	return v.Get("code"), nil
}

// refusal sorts the upstream's error codes (RFC 6749 section 4.1.2.1, OpenID
// Connect Core section 3.1.2.6).
func refusal(code string) federation.Kind {
	switch code {
	case "access_denied", "consent_required", "interaction_required", "login_required", "account_selection_required":
		return federation.Denied
	case "temporarily_unavailable", "server_error":
		return federation.Unreachable
	case "invalid_request", "unauthorized_client", "unsupported_response_type", "invalid_scope":
		return federation.Misconfigured
	}
	return federation.Refused
}

// exchangeError sorts the failures of the token endpoint (RFC 6749 section 5.2).
func exchangeError(err error) error {
	var told *oauth2.RetrieveError
	if !errors.As(err, &told) {
		var away *url.Error
		if errors.As(err, &away) {
			return federation.Errorf(federation.Unreachable, "redeem the code: %w", err)
		}
		return federation.Errorf(federation.Refused, "redeem the code: %w", err)
	}
	kind := federation.Refused
	switch {
	case told.ErrorCode == "invalid_client", told.ErrorCode == "unauthorized_client", told.ErrorCode == "invalid_scope":
		kind = federation.Misconfigured
	case told.Response != nil && told.Response.StatusCode >= 500:
		kind = federation.Unreachable
	}
	// The response body may echo the code or the secret: only the code of the
	// error is kept.
	status := "no status"
	if told.Response != nil {
		status = told.Response.Status
	}
	return &federation.Error{Kind: kind, Code: told.ErrorCode, Err: errors.New("redeem the code: " + status)}
}

func (c *Connector) oauth(e *endpoints, redirect string) *oauth2.Config {
	return &oauth2.Config{ClientID: c.config.ClientID, ClientSecret: c.config.ClientSecret,
		Endpoint: e.oauth, RedirectURL: redirect, Scopes: c.config.Scopes}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

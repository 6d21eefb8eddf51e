package e2e

import (
	"context"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestGoClient signs in by coreos/go-oidc and golang.org/x/oauth2, used as their
// documentation shows.
func TestGoClient(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		for name, client := range map[string]server.Client{"public": p.Dev.Clients.Public, "confidential": p.Dev.Clients.Confidential} {
			t.Run(name, func(t *testing.T) { signInByGo(t, p, client) })
		}
	})
}

func signInByGo(t *testing.T, p *server.Process, client server.Client) {
	ctx := t.Context()
	provider, err := oidc.NewProvider(ctx, p.Dev.Issuer)
	if err != nil {
		t.Fatal(err)
	}
	config := oauth2.Config{
		ClientID: client.ID, ClientSecret: client.Secret, Endpoint: provider.Endpoint(),
		RedirectURL: p.Dev.RedirectURI, Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}
	verifier, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	back, err := alice(p).Arrive(ctx, config.AuthCodeURL("state-1", oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), p.Dev.RedirectURI)
	if err != nil {
		t.Fatal(err)
	}
	got := back.Query()
	if got.Get("state") != "state-1" || got.Get("iss") != p.Dev.Issuer {
		t.Fatalf("came back to %s", back)
	}
	token, err := config.Exchange(ctx, got.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	id := verifyID(ctx, t, provider, client.ID, token)
	if id.Nonce != nonce {
		t.Errorf("nonce = %q, want %q", id.Nonce, nonce)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		t.Errorf("at_hash: %v", err)
	}
	var claims struct {
		Username string `json:"cognito:username"`
		Email    string `json:"email"`
	}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.Username != p.Dev.Users[0].Username || claims.Email != p.Dev.Users[0].Email {
		t.Errorf("claims = %+v, want those of %+v", claims, p.Dev.Users[0])
	}

	info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
	if err != nil {
		t.Fatal(err)
	}
	if info.Subject != id.Subject || info.Email != p.Dev.Users[0].Email {
		t.Errorf("userinfo = %+v, want subject %s", info, id.Subject)
	}

	// An empty access token makes the library refresh.
	next, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		t.Fatal(err)
	}
	if again := verifyID(ctx, t, provider, client.ID, next); again.Subject != id.Subject || again.Nonce != "" && again.Nonce != nonce {
		t.Errorf("after the refresh: %+v", again)
	}
	if _, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(next)); err != nil {
		t.Errorf("userinfo with the refreshed token: %v", err)
	}

	// The same code again ends what it produced (RFC 6749 section 4.1.2).
	if _, err := config.Exchange(ctx, got.Get("code"), oauth2.VerifierOption(verifier)); err == nil {
		t.Error("the code worked twice")
	}
	if _, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(next)); err == nil {
		t.Error("the access token outlived the replay of its code")
	}
}

func verifyID(ctx context.Context, t *testing.T, provider *oidc.Provider, client string, token *oauth2.Token) *oidc.IDToken {
	t.Helper()
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		t.Fatal("no ID token")
	}
	id, err := provider.Verifier(&oidc.Config{ClientID: client}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

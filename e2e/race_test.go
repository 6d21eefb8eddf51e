package e2e

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestRefreshRace presents one refresh token twenty times at once, as an app
// with many tabs does. Whoever gets an answer gets the same next token, and the
// session lives on.
func TestRefreshRace(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		for name, client := range map[string]server.Client{"public": p.Dev.Clients.Public, "confidential": p.Dev.Clients.Confidential} {
			t.Run(name, func(t *testing.T) { raceRefresh(t, p, client) })
		}
	})
}

func raceRefresh(t *testing.T, p *server.Process, c server.Client) {
	v := alice(p)
	f := flow(t, p, c)
	tokens, err := v.SignIn(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	refresh := func(token string) (visitor.Tokens, error) {
		return visitor.New(nil, "", "").Redeem(t.Context(), f.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, f.Client)
	}
	const tabs = 20
	for round := range 3 {
		var wg sync.WaitGroup
		begin := make(chan struct{})
		var mu sync.Mutex
		next := map[string]int{}
		for range tabs {
			wg.Go(func() {
				<-begin
				got, err := refresh(tokens.Refresh)
				if err != nil {
					t.Errorf("round %d: a tab was refused: %v", round, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				next[got.Refresh]++
			})
		}
		close(begin)
		wg.Wait()
		if len(next) != 1 || next[tokens.Refresh] != 0 {
			t.Fatalf("round %d: the tabs got %d different tokens (the old one %d times), want one new one", round, len(next), next[tokens.Refresh])
		}
		for token := range next {
			tokens.Refresh = token
		}
	}
	last, err := refresh(tokens.Refresh)
	if err != nil {
		t.Fatalf("the session did not survive: %v", err)
	}
	var who struct {
		Subject string `json:"sub"`
	}
	getJSON(t, discover(t, p.Dev.Issuer).UserInfo, last.Access, &who)
	if who.Subject == "" {
		t.Error("userinfo has no subject")
	}
}

// TestRefreshReuse presents a refresh token again for a client that allows no
// grace: whoever stole it, or whoever it was stolen from, ends the whole family
// (RFC 9700 section 4.14.2).
func TestRefreshReuse(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		made, _ := administer(t, p, server.UserPools+"CreateUserPoolClient", map[string]any{
			"UserPoolId": p.Dev.UserPoolID, "ClientName": "strict", "AllowedOAuthFlowsUserPoolClient": true,
			"AllowedOAuthFlows": []string{"code"}, "AllowedOAuthScopes": []string{"openid"}, "CallbackURLs": []string{p.Dev.RedirectURI},
			"SupportedIdentityProviders": []string{"COGNITO"}, "EnableTokenRevocation": true,
			"RefreshTokenRotation": map[string]any{"Feature": "ENABLED", "RetryGracePeriodSeconds": 0},
		})["UserPoolClient"].(map[string]any)
		id, _ := made["ClientId"].(string)
		f := flow(t, p, server.Client{ID: id})
		f.Scope = "openid"
		first, err := alice(p).SignIn(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		refresh := func(token string) (visitor.Tokens, error) {
			return visitor.New(nil, "", "").Redeem(t.Context(), f.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, f.Client)
		}
		second, err := refresh(first.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		var refused *visitor.Refused
		if _, err := refresh(first.Refresh); !errors.As(err, &refused) || refused.Code != "invalid_grant" {
			t.Errorf("the used token: %v, want invalid_grant", err)
		}
		if _, err := refresh(second.Refresh); !errors.As(err, &refused) || refused.Code != "invalid_grant" {
			t.Errorf("its successor, after the reuse: %v, want invalid_grant", err)
		}
		answer, err := visitor.New(nil, "", "").PostForm(t.Context(), discover(t, p.Dev.Issuer).Introspection, url.Values{"token": {second.Access}},
			visitor.Client{ID: p.Dev.Clients.Confidential.ID, Secret: p.Dev.Clients.Confidential.Secret})
		if err != nil || !strings.Contains(strings.ReplaceAll(string(answer.Body), " ", ""), `"active":false`) {
			t.Errorf("the access token after the reuse: %s, %v", answer.Body, err)
		}
	})
}

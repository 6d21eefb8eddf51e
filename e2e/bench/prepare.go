package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// workload is a server with everything that the operations need: a user, a
// signed-in browser, tokens, a credential and a dataset for each caller.
type workload struct {
	p         *server.Process
	transport http.RoundTripper
	client    *http.Client
	meta      metadata
	exchange  string         // the identity pool's token endpoint
	machine   visitor.Client // may use client credentials
	introspec visitor.Client // may introspect
	callers   []*caller
}

// caller is one user with a browser.
type caller struct {
	browser    *visitor.Visitor
	plain      *visitor.Visitor // no cookies: the app's own requests
	tokens     visitor.Tokens
	refresh    map[string]string // the newest refresh token, by client
	credential visitor.Tokens
	session    string
	count      int64 // the dataset's count at the caller's last batch
	turn       int
}

type metadata struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	UserInfo      string `json:"userinfo_endpoint"`
	JWKS          string `json:"jwks_uri"`
	Introspection string `json:"introspection_endpoint"`
}

// password is every made-up user's.
const password = "A-long-enough-passw0rd"

func (b *bench) prepare(ctx context.Context, p *server.Process) (*workload, error) {
	w := &workload{
		p: p, transport: transport(b.concurrency),
		machine:   visitor.Client{ID: p.Dev.Clients.Machine.ID, Secret: p.Dev.Clients.Machine.Secret},
		introspec: visitor.Client{ID: p.Dev.Clients.Confidential.ID, Secret: p.Dev.Clients.Confidential.Secret},
	}
	w.client = &http.Client{Transport: w.transport}
	if err := w.getJSON(ctx, p.Dev.Issuer+"/.well-known/openid-configuration", "", &w.meta); err != nil {
		return nil, err
	}
	var pool metadata
	if err := w.getJSON(ctx, p.Dev.BaseURL+"/identity/"+p.Dev.IdentityPoolID+"/.well-known/openid-configuration", "", &pool); err != nil {
		return nil, err
	}
	w.exchange = pool.Token
	light, err := w.lightClient(ctx)
	if err != nil {
		return nil, err
	}
	for i := range b.concurrency {
		c, err := w.newCaller(ctx, fmt.Sprintf("bench-%d", i), light)
		if err != nil {
			return nil, err
		}
		w.callers = append(w.callers, c)
	}
	return w, nil
}

// lightClient makes a client whose ID tokens are ES256, beside the demo's,
// whose are RS256.
func (w *workload) lightClient(ctx context.Context) (string, error) {
	answer, err := w.p.Administer(ctx, server.UserPools+"CreateUserPoolClient", map[string]any{
		"UserPoolId": w.p.Dev.UserPoolID, "ClientName": "bench", "AllowedOAuthFlowsUserPoolClient": true,
		"AllowedOAuthFlows": []string{"code"}, "AllowedOAuthScopes": []string{"openid", "profile", "email"},
		"CallbackURLs": []string{w.p.Dev.RedirectURI}, "SupportedIdentityProviders": []string{"COGNITO"},
		"IdTokenSigningAlg": "ES256", "EnableTokenRevocation": true,
		"RefreshTokenRotation": map[string]any{"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
	})
	if err != nil {
		return "", err
	}
	made, _ := answer["UserPoolClient"].(map[string]any)
	id, _ := made["ClientId"].(string)
	if id == "" {
		return "", fmt.Errorf("no client id in %v", answer)
	}
	return id, nil
}

func (w *workload) newCaller(ctx context.Context, name, light string) (*caller, error) {
	user := map[string]any{"UserPoolId": w.p.Dev.UserPoolID, "Username": name}
	create := map[string]any{"MessageAction": "SUPPRESS", "UserAttributes": []map[string]string{{"Name": "email", "Value": name + "@example.com"}}}
	for _, step := range []struct {
		operation string
		more      map[string]any
	}{
		{"AdminCreateUser", create},
		{"AdminSetUserPassword", map[string]any{"Password": password, "Permanent": true}},
	} {
		input := map[string]any{}
		for _, m := range []map[string]any{user, step.more} {
			for k, v := range m {
				input[k] = v
			}
		}
		if _, err := w.p.Administer(ctx, server.UserPools+step.operation, input); err != nil {
			return nil, err
		}
	}
	c := &caller{browser: visitor.New(w.transport, name, password), plain: visitor.New(w.transport, "", ""), refresh: map[string]string{}}
	for _, client := range []string{light, w.p.Dev.Clients.Public.ID} {
		tokens, err := c.browser.SignIn(ctx, w.flow(client))
		if err != nil {
			return nil, fmt.Errorf("sign in: %w", err)
		}
		c.tokens, c.refresh[client] = tokens, tokens.Refresh
	}
	return c, w.trade(ctx, c)
}

func (w *workload) flow(client string) visitor.Flow {
	return visitor.Flow{Authorize: w.meta.Authorization, Token: w.meta.Token, RedirectURI: w.p.Dev.RedirectURI,
		Scope: "openid profile email", Client: visitor.Client{ID: client}}
}

// trade gets a caller a scoped credential and opens its dataset.
func (w *workload) trade(ctx context.Context, c *caller) (err error) {
	if c.credential, err = w.exchangeToken(ctx, c); err != nil {
		return err
	}
	var listing struct {
		Count   int64  `json:"DatasetSyncCount"`
		Session string `json:"SyncSessionToken"`
	}
	if err := w.getJSON(ctx, w.dataset(c)+"/records", c.credential.Access, &listing); err != nil {
		return err
	}
	c.session, c.count = listing.Session, listing.Count
	return nil
}

func (w *workload) exchangeToken(ctx context.Context, c *caller) (visitor.Tokens, error) {
	return c.plain.Redeem(ctx, w.exchange, url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token":      {c.tokens.ID},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
	}, visitor.Client{})
}

func (w *workload) dataset(c *caller) string {
	id := func(s string) string { return strings.ReplaceAll(s, ":", "%3A") }
	return w.p.URL + "/identitypools/" + id(w.p.Dev.IdentityPoolID) + "/identities/" + id(c.credential.Identity) + "/datasets/bench"
}

func (w *workload) getJSON(ctx context.Context, address, token string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, answer.Status)
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// transport keeps a connection for each caller.
func transport(callers int) *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		MaxIdleConns:        4 * callers,
		MaxIdleConnsPerHost: 2 * callers,
		DisableCompression:  true,
	}
}

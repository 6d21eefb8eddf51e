package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cognate-idp/cognate/e2e/visitor"
)

// batch is how many records a sync batch writes.
const batch = 20

// The two whose difference is the password's own part.
const (
	signInPage = "sign-in page"
	signIn     = "password sign-in"
)

// operations are what is measured, in the table's order.
func (w *workload) operations() []operation {
	byHTTP := func(l limits) (float64, string) { return l.http, "net/http" }
	byES256 := func(l limits) (float64, string) { return l.es256, "ES256" }
	byRS256 := func(l limits) (float64, string) { return l.rs256, "RS256" }
	byArgon2id := func(l limits) (float64, string) { return l.argon2id, "Argon2id" }
	demo, light := w.p.Dev.Clients.Public.ID, ""
	for client := range w.callers[0].refresh {
		if client != demo {
			light = client
		}
	}
	return []operation{
		{"discovery and JWKS", w.discovery, byHTTP},
		{"client credentials", w.clientCredentials, byES256},
		{"code flow, ES256 ID token", w.codeFlow(light), byES256},
		{"code flow, RS256 ID token", w.codeFlow(demo), byRS256},
		{"refresh, ES256 ID token", w.refresh(light), byES256},
		{"refresh, RS256 ID token", w.refresh(demo), byRS256},
		{"introspection", w.introspection, byHTTP},
		{"userinfo", w.userInfo, byHTTP},
		{"token exchange", w.tokenExchange, byES256},
		{"sync batch of 20", w.syncBatch, byHTTP},
		{signInPage, w.signInPage, byHTTP},
		{signIn, w.passwordSignIn, byArgon2id},
	}
}

func (w *workload) discovery(ctx context.Context, n int) error {
	c := w.callers[n]
	c.turn++
	address := w.meta.JWKS
	if c.turn%2 == 0 {
		address = w.p.Dev.Issuer + "/.well-known/openid-configuration"
	}
	return w.get(ctx, address, "", `"`)
}

func (w *workload) clientCredentials(ctx context.Context, n int) error {
	_, err := w.callers[n].plain.Redeem(ctx, w.meta.Token,
		url.Values{"grant_type": {"client_credentials"}, "scope": {w.p.Dev.Clients.Machine.Scope}}, w.machine)
	return err
}

// codeFlow is a signed-in browser's: authorize to tokens.
func (w *workload) codeFlow(client string) func(context.Context, int) error {
	f := w.flow(client)
	return func(ctx context.Context, n int) error {
		c := w.callers[n]
		tokens, err := c.browser.SignIn(ctx, f)
		if err != nil {
			return err
		}
		if tokens.ID == "" || tokens.Refresh == "" {
			return fmt.Errorf("tokens are missing: %+v", tokens)
		}
		return nil
	}
}

func (w *workload) refresh(client string) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		c := w.callers[n]
		tokens, err := c.plain.Redeem(ctx, w.meta.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {c.refresh[client]}}, visitor.Client{ID: client})
		if err != nil {
			return err
		}
		if tokens.ID == "" {
			return fmt.Errorf("no ID token: %+v", tokens)
		}
		if tokens.Refresh != "" {
			c.refresh[client] = tokens.Refresh
		}
		return nil
	}
}

func (w *workload) introspection(ctx context.Context, n int) error {
	c := w.callers[n]
	answer, err := c.plain.PostForm(ctx, w.meta.Introspection, url.Values{"token": {c.tokens.Access}}, w.introspec)
	if err != nil {
		return err
	}
	var got struct {
		Active bool `json:"active"`
	}
	if err := json.Unmarshal(answer.Body, &got); err != nil || !got.Active {
		return fmt.Errorf("introspection: %d %s", answer.Status, answer.Body)
	}
	return nil
}

func (w *workload) userInfo(ctx context.Context, n int) error {
	return w.get(ctx, w.meta.UserInfo, w.callers[n].tokens.Access, `"sub"`)
}

func (w *workload) tokenExchange(ctx context.Context, n int) error {
	_, err := w.exchangeToken(ctx, w.callers[n])
	return err
}

// syncBatch changes every record of the caller's dataset by compare-and-set.
func (w *workload) syncBatch(ctx context.Context, n int) error {
	c := w.callers[n]
	type patch struct {
		Op, Key, Value string
		SyncCount      int64
		Modified       int64 `json:"DeviceLastModifiedDate"`
	}
	patches := make([]patch, batch)
	for i := range patches {
		patches[i] = patch{"replace", "key-" + strconv.Itoa(i), "value " + strconv.FormatInt(c.count, 10), c.count, time.Now().Unix()}
	}
	body, err := json.Marshal(map[string]any{"SyncSessionToken": c.session, "RecordPatches": patches})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.dataset(c), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.credential.Access)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	answer, err := w.send(r)
	if err != nil {
		return err
	}
	var got struct{ Records []struct{ SyncCount int64 } }
	if err := json.Unmarshal(answer, &got); err != nil || len(got.Records) != batch {
		return fmt.Errorf("sync: %d records of %d in %s", len(got.Records), batch, answer)
	}
	c.count = got.Records[0].SyncCount
	return nil
}

// signInPage is a new browser's way from authorize to the page that asks for a
// password.
func (w *workload) signInPage(ctx context.Context, n int) error {
	v := visitor.New(w.transport, "", "")
	stop := errors.New("the page is there")
	v.Meet = func(*visitor.Answer) error { return stop }
	if _, _, err := v.Code(ctx, w.flow(w.p.Dev.Clients.Public.ID)); !errors.Is(err, stop) {
		return fmt.Errorf("the sign-in page did not come: %w", err)
	}
	return nil
}

// passwordSignIn is a new browser's whole way from authorize to the code.
func (w *workload) passwordSignIn(ctx context.Context, n int) error {
	v := visitor.New(w.transport, w.callers[n].browser.Username, password)
	_, _, err := v.Code(ctx, w.flow(w.p.Dev.Clients.Public.ID))
	return err
}

func (w *workload) get(ctx context.Context, address, token, want string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	body, err := w.send(r)
	if err == nil && !bytes.Contains(body, []byte(want)) {
		err = fmt.Errorf("%s: no %s in %s", address, want, body)
	}
	return err
}

func (w *workload) send(r *http.Request) ([]byte, error) {
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %s: %s", r.Method, r.URL, answer.Status, body)
	}
	return body, nil
}

package oidc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/oidc"
)

const (
	base     = "https://id.example.com"
	poolID   = "us-east-1_Test12345"
	userID   = "5f0c7b1e-6a2b-4c3d-9e8f-0a1b2c3d4e5f"
	callback = "https://app.example.com/callback"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636 appendix B
	public   = "1publicclient0000000000001"
	web      = "2webclient0000000000000002"
	machine  = "3machineclient000000000003"
	third    = "4thirdparty000000000000004"
	cognito  = "5cognitoclient000000000005"
	password = "a-generated-client-secret-of-fifty-one-characters-ok"
	second   = "another-secret-of-the-same-client-while-they-rotate"
)

// door is a user pool's endpoints over a real store, with a browser in which a
// test says who is signed in.
type door struct {
	t       testing.TB
	st      *store.Store
	oauth   *oauth.Server
	keys    *token.Keys
	handler http.Handler
	tenant  *provider.Tenant
	who     atomic.Pointer[provider.Principal]
	skew    atomic.Int64 // nanoseconds that the server's clock is ahead
	ended   atomic.Int64 // sessions ended
	log     *bytes.Buffer
}

func (d *door) now() time.Time { return time.Now().Add(time.Duration(d.skew.Load())) }

// pass lets time go by, for the server.
func (d *door) pass(by time.Duration) { d.skew.Add(int64(by)) }

func each(t *testing.T, test func(t *testing.T, d *door)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(t, open(t, st)) })
}

func open(t testing.TB, st *store.Store) *door {
	t.Helper()
	ctx := t.Context()
	d := &door{t: t, st: st, log: &bytes.Buffer{}}
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, secret.KeySize)})
	must(t, err)
	trail := &audit.Log{Store: st}
	d.keys = &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)}
	pool := &provider.Pool{ID: poolID, Name: "test", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	pool.Settings.Schema = []provider.Attribute{
		{Name: "tier", Custom: true, Type: "String", Mutable: true}, {Name: "badge", Custom: true, Type: "String", Mutable: true, Retired: true},
		{Name: "zoneinfo", Type: "String", Mutable: true, Retired: true},
	}
	must(t, st.All().CreatePool(ctx, pool))
	p := st.Pool(poolID)
	for _, key := range signingKeys() {
		plain, err := key.Marshal()
		must(t, err)
		_, err = st.Keys(poolID).Add(ctx, &provider.Key{ID: key.ID, Alg: string(key.Algorithm), State: provider.KeyActive, CreatedAt: st.Now(), ActiveAt: st.Now(),
			Sealed: sealer.Seal(secret.Row{Table: "keys", Tenant: poolID, ID: key.ID, Column: "sealed"}, plain), Public: []byte{}})
		must(t, err)
	}
	seed(t, p)
	d.tenant = &provider.Tenant{Pool: pool, Issuer: base + "/" + poolID, URL: base + "/" + poolID, Path: "/" + poolID}
	log := slog.New(slog.NewTextHandler(d.log, nil))
	d.oauth = oauth.New(oauth.Server{Store: st, Keys: d.keys, Sealer: sealer, Audit: trail, Log: log, Now: d.now})

	mux := http.NewServeMux()
	show := func(page string) func(http.ResponseWriter, *http.Request, *oauth.Interaction) error {
		return func(w http.ResponseWriter, _ *http.Request, i *oauth.Interaction) error {
			_, err := fmt.Fprintf(w, "%s %s", page, i.ID)
			return err
		}
	}
	said := func(page string) func(http.ResponseWriter, *http.Request, *oauth.LogoutDecision) error {
		return func(w http.ResponseWriter, _ *http.Request, _ *oauth.LogoutDecision) error {
			_, err := fmt.Fprint(w, page)
			return err
		}
	}
	(&oidc.Handler{
		OAuth: d.oauth, Log: log,
		Principal:  func(*http.Request) (*provider.Principal, error) { return d.who.Load(), nil },
		EndSession: func(http.ResponseWriter, *http.Request) error { d.ended.Add(1); d.who.Store(nil); return nil },
		SignIn:     show("sign-in"), Consent: show("consent"),
		ConfirmLogout: said("confirm"), SignedOut: said("signed-out"),
		Refuse: func(w http.ResponseWriter, _ *http.Request, refusal *oauth.Error) error {
			w.WriteHeader(refusal.Status)
			_, err := fmt.Fprintf(w, "refused %s: %s", refusal.Code, refusal.Description)
			return err
		},
		Fail: func(w http.ResponseWriter, _ *http.Request, err error) {
			t.Errorf("failure page: %v", err)
			w.WriteHeader(http.StatusInternalServerError)
		},
	}).Mount(mux)
	d.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(provider.WithTenant(r.Context(), d.tenant)))
	})
	return d
}

// signingKeys are made once: an RSA key takes longer than most tests.
var signingKeys = sync.OnceValue(func() []*token.Key {
	var out []*token.Key
	for _, algorithm := range []token.Algorithm{token.ES256, token.RS256} {
		private, err := algorithm.Generate(nil)
		if err != nil {
			panic(err)
		}
		key, err := token.NewKey(algorithm, token.Active, private)
		if err != nil {
			panic(err)
		}
		out = append(out, key)
	}
	return out
})

func seed(t testing.TB, p *store.Pool) {
	t.Helper()
	ctx := t.Context()
	must(t, p.CreateResourceServer(ctx, &provider.ResourceServer{Identifier: "notes", Name: "Notes",
		Scopes: []provider.Scope{{Name: "read", Description: "Read your notes"}, {Name: "write"}}}))
	code := provider.ClientSettings{OAuthEnabled: true, RedirectURIs: []string{callback, "http://127.0.0.1/cb", "http://localhost:8000/cb", "com.example.app:/callback"},
		LogoutURIs: []string{"https://app.example.com/bye"},
		GrantTypes: []string{"authorization_code", "refresh_token"}, Scopes: []string{"openid", "profile", "email", "phone", "notes/read"}}
	consented := code
	consented.RequireConsent = true
	told := code
	told.ReadAttributes = []string{"email", "name", "custom:tier", "custom:badge", "zoneinfo"}
	theirs := told
	theirs.TokenProfile = provider.TokenProfileCognito
	service := provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{"notes/read", "notes/write"}}
	secrets := func() []provider.ClientSecret {
		return []provider.ClientSecret{{ID: "1", Hash: secret.Hash(password)}, {ID: "2", Hash: secret.Hash(second)}}
	}
	for _, c := range []*provider.Client{
		{ID: public, Settings: code},
		{ID: web, Settings: told, Secrets: secrets()},
		{ID: machine, Settings: service, Secrets: secrets()},
		{ID: third, Settings: consented, Secrets: secrets()},
		{ID: cognito, Settings: theirs, Secrets: secrets()},
	} {
		c.Name, c.Enabled = c.ID, true
		must(t, p.CreateClient(ctx, c))
	}
	must(t, p.CreateUser(ctx, &provider.User{ID: userID, Username: "alice", Status: provider.UserConfirmed, Enabled: true,
		Attributes: map[string]string{"email": "alice@example.com", "email_verified": "true", "name": "Alice Archer", "nickname": "Al", "custom:tier": "gold",
			"custom:badge": "7", "zoneinfo": "Europe/Berlin"}},
		[]provider.UserName{{Key: "alice", Kind: "username"}}))
	must(t, p.CreateIdP(ctx, &provider.IdentityProvider{Name: "Corp", Type: "OIDC"}))
	_, err := p.AddFederatedLogin(ctx, &provider.FederatedLogin{Provider: "Corp", Subject: "1234", Issuer: "https://corp.example.com", UserID: userID})
	must(t, err)
	first, later := 1, 5
	for _, g := range []*provider.Group{
		{Name: "writers", Precedence: &later, RoleARN: "arn:writers"}, {Name: "admins", Precedence: &first, RoleARN: "arn:admins"}, {Name: "plain"},
	} {
		must(t, p.CreateGroup(ctx, g))
		must(t, p.AddMember(ctx, g.Name, userID))
	}
}

// signIn puts a fresh sign-in of alice into the browser.
func (d *door) signIn() provider.Principal {
	who := provider.Principal{PoolID: poolID, UserID: userID, Username: "alice", SessionID: hex.EncodeToString(secret.Bytes(32)),
		AuthTime: provider.At(d.now()), AMR: []string{"pwd"}}
	d.who.Store(&who)
	return who
}

func (d *door) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	if w.Code >= 500 {
		d.t.Errorf("%s %s answered %d: %s\n%s", r.Method, r.URL, w.Code, w.Body, d.log)
	}
	return w
}

func (d *door) get(path string, query url.Values) *httptest.ResponseRecorder {
	if query != nil {
		path += "?" + query.Encode()
	}
	return d.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form as a client: with Basic authentication if it has a password.
func (d *door) post(path, client, password string, form url.Values) *httptest.ResponseRecorder {
	return d.do(postRequest(path, client, password, form))
}

func postRequest(path, client, password string, form url.Values) *http.Request {
	if password == "" {
		form = clone(form, "client_id", client)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if password != "" {
		r.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(password))
	}
	return r
}

func clone(form url.Values, more ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i] != "" && more[i+1] != "" {
			out.Set(more[i], more[i+1])
		} else {
			out.Del(more[i])
		}
	}
	return out
}

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// request is a good authorization request of a client, changed by more: pairs of
// name and value, where an empty value takes the parameter away.
func request(client string, more ...string) url.Values {
	return clone(url.Values{"response_type": {"code"}, "client_id": {client}, "redirect_uri": {callback}, "scope": {"openid profile email notes/read"},
		"state": {"xyz"}, "nonce": {"n-0S6"}, "code_challenge": {challenge()}, "code_challenge_method": {"S256"}}, more...)
}

// location is where an answer redirects to.
func location(t testing.TB, w *httptest.ResponseRecorder) *url.URL {
	t.Helper()
	if w.Code != http.StatusSeeOther {
		t.Fatalf("answered %d and no redirect: %s", w.Code, w.Body)
	}
	u, err := url.Parse(w.Header().Get("Location"))
	must(t, err)
	return u
}

// code gets an authorization code from a browser that is signed in.
func (d *door) code(t testing.TB, client string, more ...string) string {
	t.Helper()
	query := location(t, d.get("/oauth2/authorize", request(client, more...))).Query()
	if query.Get("code") == "" {
		t.Fatalf("no code in %v", query)
	}
	return query.Get("code")
}

type tokens struct {
	Access    string `json:"access_token"`
	Type      string `json:"token_type"`
	ExpiresIn int64  `json:"expires_in"`
	Refresh   string `json:"refresh_token"`
	ID        string `json:"id_token"`
	Scope     string `json:"scope"`
	Error     string `json:"error"`
	Why       string `json:"error_description"`
	status    int
}

func read(t testing.TB, w *httptest.ResponseRecorder) tokens {
	t.Helper()
	out := tokens{status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("answered %d %q", w.Code, w.Body)
	}
	return out
}

func exchange(code string, more ...string) url.Values {
	return clone(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}, more...)
}

// tokens runs the whole code flow.
func (d *door) tokens(t testing.TB, client, password string, more ...string) tokens {
	t.Helper()
	out := read(t, d.post("/oauth2/token", client, password, exchange(d.code(t, client, more...))))
	if out.status != http.StatusOK {
		t.Fatalf("exchange: %+v", out)
	}
	return out
}

func (d *door) refresh(t testing.TB, client, password, value string, more ...string) tokens {
	t.Helper()
	return read(t, d.post("/oauth2/token", client, password, clone(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {value}}, more...)))
}

// active asks whether a token is good, by introspection.
func (d *door) active(t testing.TB, value string) bool {
	t.Helper()
	w := d.post("/oauth2/introspect", web, password, url.Values{"token": {value}})
	var out struct{ Active bool }
	if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &out) != nil {
		t.Fatalf("introspection answered %d %s", w.Code, w.Body)
	}
	return out.Active
}

// claims are a token's claims, unverified.
func claims(t testing.TB, compact string) (head, body map[string]any) {
	t.Helper()
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %q", compact)
	}
	for i, into := range []*map[string]any{&head, &body} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		must(t, err)
		must(t, json.Unmarshal(raw, into))
	}
	return head, body
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t testing.TB, got tokens, status int, code string) {
	t.Helper()
	if got.status != status || got.Error != code || got.Access != "" {
		t.Errorf("answered %+v, want %d %s", got, status, code)
	}
}

func background(t testing.TB, tenant *provider.Tenant) context.Context {
	return provider.WithTenant(t.Context(), tenant)
}

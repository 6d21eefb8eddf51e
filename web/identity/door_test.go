package identity_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/identity"
)

const (
	grant     = "urn:ietf:params:oauth:grant-type:token-exchange"
	guestType = identitypool.TokenGuest
)

// door is a server with one identity pool whose people are one upstream's.
type door struct {
	testing.TB
	url   string
	pools *identitypool.Service
	pool  string
}

// upstream vouches for whoever its token names as sub.
type upstream struct{}

func (upstream) VerifyToken(_ context.Context, raw string) (*federation.Identity, error) {
	payload, err := base64URL(strings.Split(raw, ".")[1])
	if err != nil {
		return nil, federation.Errorf(federation.BadToken, "%w", err)
	}
	claims := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil || claims["sub"] == nil {
		return nil, federation.Errorf(federation.BadToken, "no sub")
	}
	return &federation.Identity{Subject: claims["sub"].(string), Claims: claims}, nil
}

func open(t testing.TB) *door {
	t.Helper()
	st := storetest.SQLite(t)
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	log := &audit.Log{Store: st}
	d := &door{TB: t}
	mux := http.NewServeMux()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		prefix := "/identity/" + d.pool
		row, err := d.pools.Pool(r.Context(), d.pool)
		if err != nil {
			t.Error(err)
		}
		tenant := &provider.Tenant{IdentityPool: row, Issuer: d.url, URL: d.url, Path: prefix}
		ctx := provider.WithActor(provider.WithTenant(r.Context(), tenant), provider.Actor{Address: "192.0.2.1", RequestID: "r1"})
		http.StripPrefix(prefix, mux).ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(server.Close)
	d.pools = &identitypool.Service{
		Store: st, Sealer: sealer, Audit: log, Keys: &token.Keys{Store: st, Sealer: sealer, Audit: log, Cache: token.NewCache(st)},
		Caches: identitypool.NewCaches(st), Policies: &policy.Cache{}, Now: time.Now, BaseURL: server.URL, Region: "us-east-1",
		UserPoolIssuer: func(p *provider.Pool) string { return server.URL + "/" + p.ID },
		OpenVerifier: func(context.Context, string, []string) (federation.TokenVerifier, error) {
			return upstream{}, nil
		},
		MergeDatasets: func(context.Context, string, string, string) error { return nil },
	}
	p := &provider.IdentityPool{Name: "app", Settings: provider.IdentityPoolSettings{AllowGuests: true,
		Providers: []provider.IdentitySource{identitypool.OIDCSource("https://idp.example.com", "app-1")}}}
	must(t, d.pools.CreatePool(t.Context(), p))
	d.pool, d.url = p.ID, server.URL+"/identity/"+p.ID
	must(t, d.pools.CreateRole(t.Context(), d.pool, &provider.Role{Name: "all", Policies: "permit (principal, action, resource);"}))
	arn := identitypool.RoleARN(d.pool, "all")
	must(t, d.pools.SetRoles(t.Context(), d.pool, arn, arn, nil))
	(&identity.Handler{Pools: d.pools, Log: slog.New(slog.DiscardHandler)}).Mount(mux)
	return d
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// jwt is a token of the upstream.
func jwt(sub string) string {
	payload, _ := json.Marshal(map[string]any{"iss": "https://idp.example.com", "aud": "app-1", "sub": sub, "exp": time.Now().Add(time.Hour).Unix()})
	return "e30." + encode(payload) + ".c2ln"
}

func (d *door) post(form url.Values) (int, http.Header, map[string]any) {
	d.Helper()
	return d.send("application/x-www-form-urlencoded", form.Encode())
}

func (d *door) send(kind, body string) (int, http.Header, map[string]any) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), http.MethodPost, d.url+"/oauth2/token", strings.NewReader(body))
	must(d.TB, err)
	r.Header.Set("Content-Type", kind)
	return d.do(r)
}

func (d *door) do(r *http.Request) (int, http.Header, map[string]any) {
	d.Helper()
	answer, err := http.DefaultClient.Do(r)
	must(d.TB, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	must(d.TB, err)
	var out map[string]any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			d.Fatalf("%d %s: %v", answer.StatusCode, raw, err)
		}
	}
	return answer.StatusCode, answer.Header, out
}

func (d *door) get(path string) (int, http.Header, map[string]any) {
	d.Helper()
	r, err := http.NewRequestWithContext(d.Context(), http.MethodGet, d.url+path, nil)
	must(d.TB, err)
	return d.do(r)
}

func TestExchangeOnTheWire(t *testing.T) {
	t.Parallel()
	d := open(t)
	status, header, guest := d.post(url.Values{"grant_type": {grant}, "subject_token_type": {guestType}, "scope": {""}})
	if status != http.StatusOK || header.Get("Cache-Control") != "no-store" || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Fatalf("%d %v %v", status, header, guest)
	}
	for name, want := range map[string]any{"token_type": "Bearer", "issued_token_type": identitypool.TokenAccess} {
		if guest[name] != want {
			t.Errorf("%s is %v", name, guest[name])
		}
	}
	role := guest["role"].(map[string]any)
	if role["name"] != "all" || role["reason"] == "" || role["arn"] != identitypool.RoleARN(d.pool, "all") {
		t.Errorf("role %v", role)
	}
	detail := guest["authorization_details"].([]any)[0].(map[string]any)
	if detail["type"] != "cedar" || detail["policies"] == "" {
		t.Errorf("detail %v", detail)
	}
	status, _, user := d.post(url.Values{"grant_type": {grant}, "subject_token_type": {identitypool.TokenID}, "subject_token": {jwt("carol")},
		"guest_handle": {guest["guest_handle"].(string)}, "audience": {d.pool, d.url}})
	if status != http.StatusOK || user["identity_id"] != guest["identity_id"] || user["guest_handle"] != nil {
		t.Errorf("signed in as %v %v", status, user)
	}
	_, _, keys := d.post(url.Values{"grant_type": {grant}, "subject_token_type": {identitypool.TokenID}, "subject_token": {jwt("carol")},
		"requested_token_type": {identitypool.TokenTemporaryKeys}})
	if keys["token_type"] != "N_A" || keys["SessionToken"] != keys["access_token"] || keys["SecretKey"] == nil || keys["Expiration"] == nil {
		t.Errorf("temporary keys %v", keys)
	}
}

// TestVerifiersReadTheDocuments runs a stranger's library over discovery and keys.
func TestVerifiersReadTheDocuments(t *testing.T) {
	t.Parallel()
	d := open(t)
	issuer, err := oidc.NewProvider(t.Context(), d.url)
	must(t, err)
	_, _, out := d.post(url.Values{"grant_type": {grant}, "subject_token_type": {identitypool.TokenID}, "subject_token": {jwt("carol")},
		"requested_token_type": {identitypool.TokenID}})
	verified, err := issuer.Verifier(&oidc.Config{ClientID: d.pool}).Verify(t.Context(), out["access_token"].(string))
	must(t, err)
	if verified.Subject != out["identity_id"] {
		t.Errorf("sub is %s", verified.Subject)
	}
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json"} {
		status, header, _ := d.get(path)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.url+path, nil)
		must(t, err)
		r.Header.Set("If-None-Match", header.Get("ETag"))
		if again, _, _ := d.do(r); status != http.StatusOK || again != http.StatusNotModified {
			t.Errorf("%s: %d, then %d", path, status, again)
		}
	}
	if status, _, body := d.get("/policies/none"); status != http.StatusNotFound || body["error"] == "" {
		t.Errorf("an unknown policy: %d %v", status, body)
	}
}

func TestExchangeRefusals(t *testing.T) {
	t.Parallel()
	d := open(t)
	const form = "application/x-www-form-urlencoded"
	good := url.Values{"grant_type": {grant}, "subject_token_type": {identitypool.TokenID}, "subject_token": {jwt("carol")}}
	with := func(name string, values ...string) string {
		out := url.Values{name: values}
		for k, v := range good {
			if k != name {
				out[k] = v
			}
		}
		return out.Encode()
	}
	for name, c := range map[string]struct {
		kind, body string
		status     int
		code       string
	}{
		"nothing":              {form, "", 400, "invalid_request"},
		"no type":              {"", good.Encode(), 400, "invalid_request"},
		"JSON":                 {"application/json", `{"grant_type":"x"}`, 400, "invalid_request"},
		"bad escape":           {form, "grant_type=%zz", 400, "invalid_request"},
		"semicolons":           {form, "grant_type=a;b=c", 400, "invalid_request"},
		"NUL":                  {form, with("scope", "a\x00b"), 400, "invalid_request"},
		"not UTF-8":            {form, with("scope", "\xff"), 400, "invalid_request"},
		"too large":            {form, strings.Repeat("a", 70<<10), 413, "invalid_request"},
		"another grant":        {form, with("grant_type", "password"), 400, "unsupported_grant_type"},
		"twice":                {form, good.Encode() + "&grant_type=" + url.QueryEscape(grant), 400, "invalid_request"},
		"unknown twice":        {form, good.Encode() + "&x=1&x=2", 400, "invalid_request"},
		"bad token":            {form, with("subject_token", "x.y.z"), 400, "invalid_request"},
		"another issuer":       {form, with("subject_token", "e30."+encode([]byte(`{"iss":"https://evil.example"}`))+".c2ln"), 400, "invalid_request"},
		"no token":             {form, with("subject_token"), 400, "invalid_request"},
		"unknown token type":   {form, with("subject_token_type", "urn:x"), 400, "invalid_request"},
		"unknown wanted type":  {form, with("requested_token_type", "urn:x"), 400, "invalid_request"},
		"actor":                {form, with("actor_token", "x"), 400, "invalid_request"},
		"actor and type":       {form, with("actor_token", "x") + "&actor_token_type=" + url.QueryEscape(identitypool.TokenID), 400, "invalid_request"},
		"another audience":     {form, with("audience", "https://elsewhere.example"), 400, "invalid_target"},
		"another resource":     {form, with("resource", "https://elsewhere.example"), 400, "invalid_target"},
		"a role not one's own": {form, with("resource", identitypool.RoleARN(d.pool, "other")), 403, "access_denied"},
		"another client":       {form, with("client_id", "app-2"), 400, "invalid_request"},
		"forged handle":        {form, with("guest_handle", "1.x.y"), 400, "invalid_request"},
	} {
		status, header, body := d.send(c.kind, c.body)
		description, _ := body["error_description"].(string)
		if status != c.status || body["error"] != c.code || description == "" || strings.ContainsAny(description, "\"\\\n") || header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, d.url+"/oauth2/token", nil)
	must(t, err)
	if status, header, _ := d.do(r); status != http.StatusNoContent || header.Get("Access-Control-Allow-Methods") != "POST, OPTIONS" {
		t.Errorf("preflight: %d %v", status, header)
	}
}

// FuzzExchange sends arbitrary bodies: whatever comes, the answer is an OAuth
// error or a credential, and never a fault of ours.
func FuzzExchange(f *testing.F) {
	f.Add("grant_type=" + url.QueryEscape(grant) + "&subject_token_type=" + url.QueryEscape(identitypool.TokenID) + "&subject_token=" + jwt("x"))
	f.Add("grant_type=" + url.QueryEscape(grant) + "&subject_token_type=" + url.QueryEscape(guestType) + "&subject_token=1.x.y")
	f.Add("subject_token=a&subject_token=b&resource=%00")
	d := open(f)
	f.Fuzz(func(t *testing.T, body string) {
		here := *d
		here.TB = t
		status, _, answer := here.send("application/x-www-form-urlencoded", body)
		if status >= http.StatusInternalServerError || status != http.StatusOK && answer["error"] == nil {
			t.Errorf("%d %v", status, answer)
		}
	})
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func base64URL(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

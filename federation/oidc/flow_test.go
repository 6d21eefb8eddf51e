package oidc_test

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/federation/oidc"
	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
)

var request = federation.Request{RedirectURI: "https://pool.example/oauth2/idpresponse",
	State: "state-0123456789", Nonce: "nonce-0123456789", Verifier: "verifier-verifier-verifier-verifier-verifier-12345"}

func start(t *testing.T, p *oidctest.Provider) *oidctest.Provider {
	t.Helper()
	p.ClientID, p.ClientSecret = "cognate", "s3cret/+ %"
	if p.Users == nil {
		p.Users = []oidctest.User{{Subject: "u-1", Claims: map[string]any{"email": "ann@example.com", "email_verified": true, "name": "Ann", "age": 41, "roles": []string{"a", "b"}}}}
		p.Current = "u-1"
	}
	return oidctest.Start(t, p)
}

func open(t *testing.T, p *oidctest.Provider, edit func(*oidc.Config)) *oidc.Connector {
	t.Helper()
	c := oidc.Config{Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret, Scopes: []string{"openid", "email"}}
	if edit != nil {
		edit(&c)
	}
	conn, err := oidc.Open(t.Context(), c, &http.Client{Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// answer walks through the upstream as a browser would and returns what came
// back to our address.
func answer(t *testing.T, conn *oidc.Connector) url.Values {
	t.Helper()
	u, err := conn.Begin(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(u)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	loc, err := res.Location()
	if err != nil {
		t.Fatalf("status %d: %v", res.StatusCode, err)
	}
	if got := strings.Split(loc.String(), "?")[0]; got != request.RedirectURI {
		t.Fatalf("answered at %s", got)
	}
	return loc.Query()
}

func signIn(t *testing.T, conn *oidc.Connector) (*federation.Identity, error) {
	t.Helper()
	return conn.Finish(t.Context(), federation.Callback{Request: request, Values: answer(t, conn)})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*oidctest.Provider, *oidc.Config){
		"basic":         func(*oidctest.Provider, *oidc.Config) {},
		"post":          func(_ *oidctest.Provider, c *oidc.Config) { c.AuthMethod = "client_secret_post" },
		"userinfo POST": func(_ *oidctest.Provider, c *oidc.Config) { c.UserInfoMethod = "POST" },
		"lean token":    func(p *oidctest.Provider, _ *oidc.Config) { p.LeanIDToken = true },
		"RS256": func(p *oidctest.Provider, _ *oidc.Config) {
			p.Algorithm = jose.RS256
			p.Rotate()
		},
		"by hand": func(p *oidctest.Provider, c *oidc.Config) {
			c.AuthorizeURL, c.TokenURL, c.UserInfoURL, c.JWKSURL = p.Issuer+"/authorize", p.Issuer+"/token", p.Issuer+"/userinfo", p.Issuer+"/jwks"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, &oidctest.Provider{})
			id, err := signIn(t, open(t, p, func(c *oidc.Config) { edit(p, c) }))
			if err != nil {
				t.Fatal(err)
			}
			if id.Issuer != p.Issuer || id.Subject != "u-1" || id.Email != "ann@example.com" || !id.EmailVerified || id.AuthTime == 0 || id.IDToken == "" {
				t.Errorf("identity %+v", id)
			}
			for claim, want := range map[string]string{"name": "Ann", "age": "41", "roles": `["a","b"]`, "email_verified": "true"} {
				if got, ok := id.Attribute(claim); !ok || got != want {
					t.Errorf("%s: got %q, want %q", claim, got, want)
				}
			}
			if _, ok := id.Attribute("phone_number"); ok {
				t.Error("a claim that was never told")
			}
			if name == "by hand" && p.Requests["/.well-known/openid-configuration"] != 0 {
				t.Error("discovery was asked although every endpoint was given")
			}
		})
	}
}

// TestMisbehaviour lets the upstream, or somebody in its name, answer wrongly.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	claim := func(name string, value any) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) {
			p.EditIDToken = func(c map[string]any) {
				if value == nil {
					delete(c, name)
				} else {
					c[name] = value
				}
			}
		}
	}
	callback := func(name string, values ...string) func(*oidctest.Provider) {
		return func(p *oidctest.Provider) { p.EditCallback = func(v url.Values) { v[name] = values } }
	}
	past, future := time.Now().Add(-time.Minute).Unix(), time.Now().Add(time.Hour).Unix()
	for name, c := range map[string]struct {
		spoil func(*oidctest.Provider)
		want  federation.Kind
	}{
		"wrong nonce":         {claim("nonce", "another"), federation.BadToken},
		"no nonce":            {claim("nonce", nil), federation.BadToken},
		"wrong iss":           {claim("iss", "https://evil.example"), federation.BadToken},
		"iss with slash":      {func(p *oidctest.Provider) { p.EditIDToken = func(c map[string]any) { c["iss"] = p.Issuer + "/" } }, federation.BadToken},
		"other aud":           {claim("aud", "another-app"), federation.BadToken},
		"several aud, no azp": {claim("aud", []string{"cognate", "another-app"}), federation.BadToken},
		"foreign azp":         {claim("azp", "another-app"), federation.BadToken},
		"no aud":              {claim("aud", nil), federation.BadToken},
		"expired":             {claim("exp", past), federation.BadToken},
		"no exp":              {claim("exp", nil), federation.BadToken},
		"no iat":              {claim("iat", nil), federation.BadToken},
		"iat in the future":   {claim("iat", future), federation.BadToken},
		"nbf in the future":   {claim("nbf", future), federation.BadToken},
		"no sub":              {claim("sub", nil), federation.BadToken},
		"NUL in sub":          {claim("sub", "u\x00"), federation.BadToken},
		"long sub":            {claim("sub", strings.Repeat("x", 256)), federation.BadToken},
		"wrong at_hash":       {claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), federation.BadToken},
		"logout token":        {claim("events", map[string]any{"x": map[string]any{}}), federation.BadToken},
		"access token typ": {func(p *oidctest.Provider) {
			p.SignIDToken = func(c map[string]any) string { return p.Sign("at+jwt", c) }
		}, federation.BadToken},
		"alg none": {func(p *oidctest.Provider) {
			p.SignIDToken = func(c map[string]any) string {
				b, _ := json.Marshal(c)
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(b) + "."
			}
		}, federation.BadToken},
		"HS256 with the public key": {func(p *oidctest.Provider) {
			der, _ := x509.MarshalPKIXPublicKey(p.PublicKey())
			p.SignIDToken = func(c map[string]any) string { return p.SignWith(jose.HS256, der, c) }
		}, federation.BadToken},
		"HS256 with the client secret": {func(p *oidctest.Provider) {
			p.SignIDToken = func(c map[string]any) string {
				return p.SignWith(jose.HS256, []byte(p.ClientSecret+strings.Repeat(" ", 32)), c)
			}
		}, federation.BadToken},
		"foreign key under our kid": {func(p *oidctest.Provider) {
			other := oidctest.Provider{}
			other.Rotate()
			p.SignIDToken = func(c map[string]any) string { return other.Sign("JWT", c) }
		}, federation.BadToken},
		"no id_token":           {func(p *oidctest.Provider) { p.SignIDToken = func(map[string]any) string { return "" } }, federation.Misconfigured},
		"userinfo of another":   {func(p *oidctest.Provider) { p.EditUserInfo = func(c map[string]any) { c["sub"] = "u-2" } }, federation.BadToken},
		"userinfo without sub":  {func(p *oidctest.Provider) { p.EditUserInfo = func(c map[string]any) { delete(c, "sub") } }, federation.BadToken},
		"mix-up":                {callback("iss", "https://other.example"), federation.BadToken},
		"promised iss missing":  {func(p *oidctest.Provider) { p.EditCallback = func(v url.Values) { v.Del("iss") } }, federation.BadToken},
		"state of another":      {callback("state", "another"), federation.BadToken},
		"state twice":           {callback("state", request.State, request.State), federation.BadToken},
		"code twice":            {callback("code", "a", "b"), federation.BadToken},
		"invented code":         {callback("code", "invented"), federation.Refused},
		"neither code nor word": {func(p *oidctest.Provider) { p.EditCallback = func(v url.Values) { v.Del("code") } }, federation.BadToken},
		"denied":                {func(p *oidctest.Provider) { p.Deny = true }, federation.Denied},
		"denied by a stranger":  {func(p *oidctest.Provider) { p.Deny = true; callback("iss", "https://other.example")(p) }, federation.BadToken},
		"wrong secret":          {func(p *oidctest.Provider) { p.ClientSecret = "changed" }, federation.Misconfigured},
		"server_error": {func(p *oidctest.Provider) {
			p.EditCallback = func(v url.Values) { v.Del("code"); v.Set("error", "server_error") }
		}, federation.Unreachable},
		"unheard-of error": {func(p *oidctest.Provider) {
			p.EditCallback = func(v url.Values) { v.Del("code"); v.Set("error", "tired") }
		}, federation.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, &oidctest.Provider{})
			conn := open(t, p, nil)
			c.spoil(p)
			id, err := signIn(t, conn)
			if err == nil {
				t.Fatalf("accepted as %+v", id)
			}
			if got := federation.KindOf(err); got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
			if strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

// TestVerifiedMarkStaysWithItsAddress keeps userinfo from blessing the ID
// token's address, and the other way round.
func TestVerifiedMarkStaysWithItsAddress(t *testing.T) {
	t.Parallel()
	p := start(t, &oidctest.Provider{Current: "u-1", Users: []oidctest.User{{Subject: "u-1"}}})
	p.EditIDToken = func(c map[string]any) { c["email"] = "victim@example.com"; c["phone_number_verified"] = true }
	p.EditUserInfo = func(c map[string]any) {
		c["email"], c["email_verified"], c["phone_number"] = "mallory@example.com", true, "+15550100"
	}
	id, err := signIn(t, open(t, p, nil))
	if err != nil {
		t.Fatal(err)
	}
	if id.Email != "victim@example.com" || id.EmailVerified {
		t.Errorf("email %q verified %v", id.Email, id.EmailVerified)
	}
	if v, ok := id.Attribute("phone_number_verified"); ok {
		t.Errorf("phone_number_verified %q came from the other source", v)
	}
}

func TestUpstreamAwayAndBack(t *testing.T) {
	t.Parallel()
	p := start(t, &oidctest.Provider{Down: true})
	now := time.Now()
	conn := open(t, p, func(c *oidc.Config) { c.Now = func() time.Time { return now } })
	for range 5 {
		if _, err := conn.Begin(context.Background(), request); federation.KindOf(err) != federation.Unreachable {
			t.Fatalf("got %v", err)
		}
	}
	if n := p.Requests["/.well-known/openid-configuration"]; n != 1 {
		t.Errorf("a dead upstream was asked %d times", n)
	}
	p.Down = false
	now = now.Add(3 * time.Second)
	if _, err := signIn(t, conn); err != nil {
		t.Fatalf("after it came back: %v", err)
	}
	p.Down = true
	now = now.Add(2 * time.Hour)
	if _, err := conn.Begin(t.Context(), request); err != nil {
		t.Errorf("the last good metadata should serve on: %v", err)
	}
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	p := start(t, &oidctest.Provider{})
	now := time.Now()
	conn := open(t, p, func(c *oidc.Config) { c.Now = func() time.Time { return now } })
	if _, err := conn.VerifyToken(t.Context(), p.IDToken("u-1", nil)); err != nil {
		t.Fatal(err)
	}
	p.Rotate()
	now = now.Add(20 * time.Second)
	if _, err := conn.VerifyToken(t.Context(), p.IDToken("u-1", nil)); err != nil {
		t.Errorf("after rotation: %v", err)
	}
	asked := p.Requests["/jwks"]
	forger := &oidctest.Provider{Issuer: p.Issuer, ClientID: p.ClientID}
	for range 20 {
		forger.Rotate()
		if _, err := conn.VerifyToken(t.Context(), forger.IDToken("u-1", nil)); federation.KindOf(err) != federation.BadToken {
			t.Fatalf("got %v", err)
		}
	}
	if n := p.Requests["/jwks"] - asked; n > 1 {
		t.Errorf("20 invented tokens fetched the keys %d times", n)
	}
}

func TestVerifyToken(t *testing.T) {
	t.Parallel()
	p := start(t, &oidctest.Provider{})
	conn := open(t, p, func(c *oidc.Config) { c.ClientID = ""; c.Audiences = []string{"app-1", "app-2"} })
	for name, c := range map[string]struct {
		edit func(map[string]any)
		ok   bool
	}{
		"first app":        {func(c map[string]any) { c["aud"] = "app-1" }, true},
		"second, in list":  {func(c map[string]any) { c["aud"] = []string{"app-2"} }, true},
		"both, azp":        {func(c map[string]any) { c["aud"] = []string{"app-1", "app-2"}; c["azp"] = "app-2" }, true},
		"another app":      {func(c map[string]any) { c["aud"] = "app-3" }, false},
		"empty audience":   {func(c map[string]any) { c["aud"] = "" }, false},
		"issued elsewhere": {func(c map[string]any) { c["aud"] = "app-1"; c["azp"] = "app-3" }, false},
		"expired":          {func(c map[string]any) { c["aud"] = "app-1"; c["exp"] = 1 }, false},
	} {
		_, err := conn.VerifyToken(t.Context(), p.IDToken("u-1", c.edit))
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, raw := range []string{"", "a.b.c", "..", strings.Repeat("a", 10000), "eyJhbGciOiJSUzI1NiJ9.e30."} {
		if _, err := conn.VerifyToken(t.Context(), raw); federation.KindOf(err) != federation.BadToken {
			t.Errorf("%.20q: %v", raw, err)
		}
	}
}

func TestIssuerMismatchIsMisconfigured(t *testing.T) {
	t.Parallel()
	p := start(t, &oidctest.Provider{EditMetadata: func(m map[string]any) { m["issuer"] = "https://other.example" }})
	if _, err := open(t, p, nil).Begin(t.Context(), request); federation.KindOf(err) != federation.Misconfigured {
		t.Errorf("got %v", err)
	}
}

func TestOpenRefusesBadConfig(t *testing.T) {
	t.Parallel()
	good := map[string]string{"client_id": "c", "client_secret": "s", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid email", "attributes_request_method": "GET"}
	if _, err := oidc.Open(t.Context(), oidc.FromDetails(good), http.DefaultClient); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"client_id": "", "oidc_issuer": "", "attributes_request_method": "PUT",
		"authorize_url": "javascript:alert(1)", "token_url": "ftp://x", "jwks_uri": "https://", "attributes_url": "https://u:p@x.example", "token_endpoint_auth_method": "none"} {
		d := map[string]string{}
		for k, v := range good {
			d[k] = v
		}
		d[name] = value
		_, err := oidc.Open(t.Context(), oidc.FromDetails(d), http.DefaultClient)
		if federation.KindOf(err) != federation.Misconfigured || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: got %v", name, value, err)
		}
	}
}

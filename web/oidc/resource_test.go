package oidc_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/token"
)

func TestUserInfo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, web, password)
		inHeader := func(method, header, body string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(method, "/oauth2/userInfo", strings.NewReader(body))
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			if body != "" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return d.do(r)
		}
		for name, w := range map[string]*httptest.ResponseRecorder{
			"GET":            inHeader("GET", "Bearer "+got.Access, ""),
			"POST by header": inHeader("POST", "bearer "+got.Access, ""),
			"POST by body":   inHeader("POST", "", "access_token="+got.Access),
		} {
			var body map[string]any
			must(t, json.Unmarshal(w.Body.Bytes(), &body))
			if w.Code != 200 || body["sub"] != userID || body["email"] != "alice@example.com" || body["email_verified"] != true || body["name"] != "Alice Archer" {
				t.Errorf("%s: answered %d %v", name, w.Code, body)
			}
			if w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: no CORS", name)
			}
		}
		only := d.tokens(t, web, password, "scope", "openid")
		if w := d.userInfo(only.Access); strings.TrimSpace(w.Body.String()) != `{"sub":"`+userID+`"}` {
			t.Errorf("openid alone gives %s", w.Body)
		}
		noOpenID := d.refresh(t, web, password, got.Refresh, "scope", "email")
		for name, c := range map[string]struct {
			w         *httptest.ResponseRecorder
			status    int
			challenge string
		}{
			"no token":         {inHeader("GET", "", ""), 401, `Bearer realm="` + d.tenant.Issuer + `"`},
			"Basic":            {inHeader("GET", "Basic eDp5", ""), 401, `Bearer realm="` + d.tenant.Issuer + `"`},
			"nonsense":         {inHeader("GET", "Bearer nonsense", ""), 401, `error="invalid_token"`},
			"an ID token":      {inHeader("GET", "Bearer "+got.ID, ""), 401, `error="invalid_token"`},
			"a refresh token":  {inHeader("GET", "Bearer "+got.Refresh, ""), 401, `error="invalid_token"`},
			"without openid":   {inHeader("GET", "Bearer "+noOpenID.Access, ""), 403, `error="insufficient_scope"`},
			"two tokens":       {inHeader("POST", "Bearer "+got.Access, "access_token="+got.Access), 400, ""},
			"the token thrice": {inHeader("POST", "", "access_token=a&access_token=b"), 400, ""},
		} {
			if c.w.Code != c.status || !strings.Contains(c.w.Header().Get("WWW-Authenticate"), c.challenge) {
				t.Errorf("%s: answered %d %q %s", name, c.w.Code, c.w.Header().Get("WWW-Authenticate"), c.w.Body)
			}
		}
		d.pass(61 * time.Minute)
		if w := d.userInfo(got.Access); w.Code != 401 {
			t.Errorf("an expired token: %d", w.Code)
		}
	})
}

func TestIntrospection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, web, password)
		w := d.post("/oauth2/introspect", third, password, url.Values{"token": {got.Access}})
		var body map[string]any
		must(t, json.Unmarshal(w.Body.Bytes(), &body))
		if body["active"] != true || body["sub"] != userID || body["client_id"] != web || body["username"] != "alice" || body["scope"] != got.Scope || body["iss"] != d.tenant.Issuer {
			t.Errorf("answered %v", body)
		}
		for name, value := range map[string]string{"an ID token": got.ID, "nonsense": "nonsense", "a broken token": got.Access + "x", "dots": ".."} {
			w := d.post("/oauth2/introspect", web, password, url.Values{"token": {value}})
			if w.Code != 200 || strings.TrimSpace(w.Body.String()) != `{"active":false}` {
				t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
			}
		}
		if w := d.post("/oauth2/introspect", third, password, url.Values{"token": {got.Refresh}}); strings.TrimSpace(w.Body.String()) != `{"active":false}` {
			t.Errorf("another client's refresh token: %s", w.Body)
		}
		wantError(t, read(t, d.post("/oauth2/introspect", public, "", url.Values{"token": {got.Access}})), 401, "invalid_client")
		wantError(t, read(t, d.post("/oauth2/introspect", web, "wrong", url.Values{"token": {got.Access}})), 401, "invalid_client")
		wantError(t, read(t, d.post("/oauth2/introspect", web, password, url.Values{"token_type_hint": {"access_token"}})), 400, "invalid_request")
	})
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		revoke := func(client, secret, value string) int {
			w := d.post("/oauth2/revoke", client, secret, url.Values{"token": {value}})
			return w.Code
		}
		got := d.tokens(t, web, password)
		if status := revoke(third, password, got.Refresh) + revoke(third, password, got.Access); status != 400 || !d.active(t, got.Refresh) || !d.active(t, got.Access) {
			t.Errorf("another client's revocation: %d, %v, %v", status, d.active(t, got.Refresh), d.active(t, got.Access))
		}
		if revoke(web, password, got.Access) != 200 || d.active(t, got.Access) || !d.active(t, got.Refresh) {
			t.Error("an access token is not revoked by itself")
		}
		next := d.refresh(t, web, password, got.Refresh)
		if revoke(web, password, next.Refresh) != 200 || d.active(t, next.Access) || d.active(t, next.Refresh) {
			t.Error("a refresh token does not take its grant with it")
		}
		if revoke(web, password, next.Refresh) != 200 || revoke(web, password, "nonsense") != 200 {
			t.Error("revoking what is gone is an error")
		}
		if revoke(web, "wrong", got.Access) != 401 || revoke(web, password, "") != 400 {
			t.Error("a bad request is not refused")
		}
		service := read(t, d.post("/oauth2/token", machine, password, url.Values{"grant_type": {"client_credentials"}}))
		if revoke(machine, password, service.Access) != 200 || d.active(t, service.Access) {
			t.Error("a machine's token is not revoked")
		}
		if mine := d.tokens(t, public, ""); revoke(public, "", mine.Refresh) != 200 || d.active(t, mine.Access) {
			t.Error("a public client cannot revoke its own")
		}
		kept := d.tokens(t, web, password)
		must(t, d.st.Pool(poolID).ChangeClient(t.Context(), web, func(c *provider.Client) error { c.Settings.RevocationOff = true; return nil }))
		wantError(t, read(t, d.post("/oauth2/revoke", web, password, url.Values{"token": {kept.Refresh}})), 400, "unsupported_token_type")
		if !d.active(t, kept.Refresh) {
			t.Error("a client without revocation has revoked")
		}
	})
}

func TestDisablingAClientStopsItsTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, public, "")
		must(t, d.st.Pool(poolID).ChangeClient(t.Context(), public, func(c *provider.Client) error { c.Enabled = false; return nil }))
		if d.active(t, got.Access) || d.userInfo(got.Access).Code != 401 {
			t.Error("a disabled client's token is good")
		}
		wantError(t, d.refresh(t, public, "", got.Refresh), 401, "invalid_client")
	})
}

func TestKeyRotationFailsNoRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		ctx := t.Context()
		d.signIn()
		must(t, d.keys.Prepare(ctx, provider.Job{PoolID: poolID}))
		published := kids(t, d)
		old := d.tokens(t, web, password)
		for range 2 {
			for _, algorithm := range []token.Algorithm{token.ES256, token.RS256} {
				must(t, d.keys.Rotate(ctx, poolID, algorithm))
			}
			fresh := d.tokens(t, web, password)
			if !d.active(t, old.Access) || !d.active(t, fresh.Access) || d.userInfo(old.Access).Code != 200 {
				t.Fatal("a rotation broke a token")
			}
			before, _ := claims(t, old.Access)
			after, _ := claims(t, fresh.Access)
			if before["kid"] == after["kid"] {
				t.Error("the new key does not sign")
			}
			if !published[after["kid"].(string)] {
				t.Error("a key signs that was not published before")
			}
			if known := kids(t, d); !known[before["kid"].(string)] || !known[after["kid"].(string)] {
				t.Error("a key in use is not published")
			}
			must(t, d.keys.Prepare(ctx, provider.Job{PoolID: poolID}))
			published = kids(t, d)
		}
	})
}

func kids(t *testing.T, d *door) map[string]bool {
	t.Helper()
	var document struct{ Keys []struct{ Kid string } }
	must(t, json.Unmarshal(d.get("/.well-known/jwks.json", nil).Body.Bytes(), &document))
	out := map[string]bool{}
	for _, key := range document.Keys {
		out[key.Kid] = true
	}
	return out
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
			w := d.get(path, nil)
			var body map[string]any
			must(t, json.Unmarshal(w.Body.Bytes(), &body))
			if body["issuer"] != d.tenant.Issuer || body["token_endpoint"] != d.tenant.URL+"/oauth2/token" || body["request_uri_parameter_supported"] != false ||
				!strings.Contains(w.Body.String(), "notes/read") || w.Header().Get("Content-Type") != "application/json" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
				t.Errorf("%s: %v %v", path, w.Header(), body)
			}
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("If-None-Match", w.Header().Get("ETag"))
			if again := d.do(r); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
				t.Errorf("%s: If-None-Match answered %d", path, again.Code)
			}
		}
		if w := d.get("/.well-known/jwks.json", nil); bytes.Contains(w.Body.Bytes(), []byte(`"d"`)) || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("key set: %v %s", w.Header(), w.Body)
		}
	})
}

func TestEndSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		const bye = "https://app.example.com/bye"
		d.signIn()
		hint := d.tokens(t, web, password).ID
		ask := func(path string, form url.Values) *httptest.ResponseRecorder { return d.get(path, form) }

		if w := ask("/oauth2/logout", url.Values{}); w.Body.String() != "confirm" || d.ended.Load() != 0 {
			t.Errorf("a bare logout: %d %s", w.Code, w.Body)
		}
		for name, form := range map[string]url.Values{
			"an unregistered target": {"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://evil.example/"}},
			"a redirect URI":         {"id_token_hint": {hint}, "post_logout_redirect_uri": {callback}},
			"a target of nobody":     {"post_logout_redirect_uri": {bye}},
			"an unknown client":      {"client_id": {"nobody"}, "post_logout_redirect_uri": {bye}},
			"another client":         {"client_id": {third}, "id_token_hint": {hint}},
			"a broken hint":          {"id_token_hint": {"x.y.z"}},
			"state twice":            {"state": {"a", "b"}},
		} {
			if w := ask("/oauth2/logout", form); w.Code != 400 || d.ended.Load() != 0 {
				t.Errorf("%s: answered %d %s", name, w.Code, w.Body)
			}
		}
		d.pass(2 * time.Hour) // the hint may have expired
		target := location(t, ask("/oauth2/logout", url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"s"}}))
		if target.String() != bye+"?state=s" || d.ended.Load() != 1 {
			t.Errorf("went to %s, ended %d", target, d.ended.Load())
		}
		who := d.signIn()
		who.UserID = "somebody-else"
		d.who.Store(&who)
		if w := ask("/oauth2/logout", url.Values{"id_token_hint": {hint}}); w.Body.String() != "confirm" {
			t.Errorf("somebody else's hint: %s", w.Body)
		}
		if w := d.post("/oauth2/logout", web, "", url.Values{"post_logout_redirect_uri": {bye}}); w.Body.String() != "confirm" {
			t.Errorf("POST: %d %s", w.Code, w.Body)
		}
		d.who.Store(nil)
		if target := location(t, d.post("/oauth2/logout", web, "", url.Values{"post_logout_redirect_uri": {bye}})); target.String() != bye {
			t.Errorf("nobody is signed in, and it went to %s", target)
		}
		if w := ask("/oauth2/logout", url.Values{}); w.Body.String() != "signed-out" {
			t.Errorf("nobody is signed in: %s", w.Body)
		}
		if target := location(t, ask("/logout", url.Values{"client_id": {web}, "logout_uri": {bye}})); target.String() != bye {
			t.Errorf("Cognito's form went to %s", target)
		}
		again := location(t, ask("/logout", request(web)))
		if !strings.HasPrefix(again.String(), d.tenant.URL+"/oauth2/authorize?") || again.Query().Get("redirect_uri") != callback {
			t.Errorf("Cognito's second form went to %s", again)
		}
		if w := ask("/logout", url.Values{"client_id": {web}, "logout_uri": {"https://evil.example/"}}); w.Code != 400 {
			t.Errorf("an unregistered logout_uri: %d", w.Code)
		}
	})
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		for _, path := range []string{"/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"} {
			for name, c := range map[string]struct {
				kind, body string
				status     int
				code       string
			}{
				"JSON":          {"application/json", `{"grant_type":"client_credentials"}`, 400, "invalid_request"},
				"no type":       {"", "grant_type=client_credentials", 400, "invalid_request"},
				"multipart":     {"multipart/form-data; boundary=x", "--x--", 400, "invalid_request"},
				"bad escapes":   {"application/x-www-form-urlencoded", "grant_type=%zz", 400, "invalid_request"},
				"semicolons":    {"application/x-www-form-urlencoded", "a=1;b=2", 400, "invalid_request"},
				"too large":     {"application/x-www-form-urlencoded", "token=" + strings.Repeat("a", 1<<20), 413, "invalid_request"},
				"doubled":       {"application/x-www-form-urlencoded", "grant_type=client_credentials&grant_type=x&token=a&token=b", 400, "invalid_request"},
				"NUL":           {"application/x-www-form-urlencoded", "grant_type=client_credentials&token=a&client_id=%00", 400, "invalid_request"},
				"invalid UTF-8": {"application/x-www-form-urlencoded", "grant_type=client_credentials&token=a&client_id=%ff", 400, "invalid_request"},
			} {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(c.body))
				r.Header.Set("Content-Type", c.kind)
				if got := read(t, d.do(r)); got.status != c.status || got.Error != c.code {
					t.Errorf("%s %s: answered %+v", path, name, got)
				}
			}
		}
		for name, header := range map[string]string{
			"no scheme": "abc", "bad base64": "Basic !!!", "no colon": "Basic YWJj", "bad escapes": "Basic JXp6OiV6eg==", "Bearer": "Bearer abc", "NUL": "Basic AAA6AAA=",
		} {
			r := postRequest("/oauth2/token", "", "x", url.Values{"grant_type": {"client_credentials"}})
			r.Header.Set("Authorization", header)
			if got := read(t, d.do(r)); got.status != 401 || got.Error != "invalid_client" {
				t.Errorf("%s: answered %+v", name, got)
			}
		}
	})
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		for path, shared := range map[string]bool{"/oauth2/token": true, "/oauth2/userInfo": true, "/oauth2/revoke": true,
			"/.well-known/openid-configuration": true, "/.well-known/jwks.json": true, "/oauth2/authorize": false, "/oauth2/logout": false, "/oauth2/introspect": false} {
			r := httptest.NewRequest(http.MethodOptions, path, nil)
			r.Header.Set("Origin", "https://app.example.com")
			r.Header.Set("Access-Control-Request-Method", "POST")
			w := d.do(r)
			if got := w.Code == http.StatusNoContent && w.Header().Get("Access-Control-Allow-Origin") == "*"; got != shared {
				t.Errorf("%s: answered %d %v", path, w.Code, w.Header())
			}
		}
		w := d.post("/oauth2/token", machine, "wrong", url.Values{"grant_type": {"client_credentials"}})
		if w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Error("an error's answer cannot be read by the page that asked")
		}
		if w := d.get("/oauth2/authorize", request(web)); w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Error("authorize may be read by any page")
		}
	})
}

func TestAPoolWithoutKeysMakesThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.tenant = &provider.Tenant{Pool: &provider.Pool{ID: "us-east-1_Fresh1234", Name: "fresh", Kind: provider.PoolKindUsers}, Issuer: base + "/fresh", URL: base + "/fresh"}
		must(t, d.st.All().CreatePool(t.Context(), d.tenant.Pool))
		settings := provider.ClientSettings{OAuthEnabled: true, GrantTypes: []string{"client_credentials"}, Scopes: []string{"x"}}
		must(t, d.st.Pool(d.tenant.Pool.ID).CreateClient(t.Context(), &provider.Client{ID: machine, Name: "m", Enabled: true, Settings: settings,
			Secrets: []provider.ClientSecret{{ID: "1", Hash: secret.Hash(password)}}}))
		published := make([]map[string]bool, 4)
		var all sync.WaitGroup
		for i := range published {
			all.Go(func() { published[i] = kids(t, d) })
		}
		all.Wait()
		got := read(t, d.post("/oauth2/token", machine, password, url.Values{"grant_type": {"client_credentials"}}))
		head, _ := claims(t, got.Access)
		for _, known := range published {
			if len(known) != 2 || !known[head["kid"].(string)] {
				t.Errorf("published %v, signed with %v", known, head["kid"])
			}
		}
	})
}

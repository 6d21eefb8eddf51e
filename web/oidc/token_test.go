package oidc_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		form := url.Values{"grant_type": {"client_credentials"}}
		for _, secret := range []string{password, second} {
			got := read(t, d.post("/oauth2/token", machine, secret, form))
			if got.status != 200 || got.Type != "Bearer" || got.ExpiresIn != 3600 || got.Refresh != "" || got.ID != "" || got.Scope != "notes/read notes/write" {
				t.Fatalf("answered %+v", got)
			}
			head, body := claims(t, got.Access)
			if head["alg"] != "ES256" || head["typ"] != "at+jwt" || head["kid"] == "" {
				t.Errorf("header %v", head)
			}
			want := map[string]any{"iss": d.tenant.Issuer, "sub": machine, "client_id": machine, "aud": "notes", "token_use": "access", "scope": "notes/read notes/write"}
			for name, value := range want {
				if !reflect.DeepEqual(body[name], value) {
					t.Errorf("%s is %v, want %v", name, body[name], value)
				}
			}
			if !d.active(t, got.Access) {
				t.Error("the token is not active")
			}
		}
		narrowed := read(t, d.post("/oauth2/token", machine, password, clone(form, "scope", "notes/read")))
		if narrowed.Scope != "notes/read" {
			t.Errorf("answered %+v", narrowed)
		}
		inBody := clone(form, "client_id", machine, "client_secret", password)
		if got := read(t, d.post("/oauth2/token", machine, "", inBody)); got.status != 200 {
			t.Errorf("client_secret_post: %+v", got)
		}
		wantError(t, read(t, d.post("/oauth2/token", machine, password, clone(form, "scope", "notes/delete"))), 400, "invalid_scope")
		wantError(t, read(t, d.post("/oauth2/token", machine, password, clone(form, "scope", "openid"))), 400, "invalid_scope")
		wantError(t, read(t, d.post("/oauth2/token", web, password, form)), 400, "unauthorized_client")
		wantError(t, read(t, d.post("/oauth2/token", public, "", form)), 400, "unauthorized_client")
	})
}

func TestClientCredentialsTouchNoDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		form := url.Values{"grant_type": {"client_credentials"}}
		read(t, d.post("/oauth2/token", machine, password, form))
		if c := storetest.Count(t, d.st, func() { read(t, d.post("/oauth2/token", machine, password, form)) }); len(c.Statements) != 0 {
			t.Errorf("a warm cache still sent %s", c)
		}
	})
}

func TestStatementsOfTheCodeFlow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		d.tokens(t, web, password) // warms the caches
		var code string
		if c := storetest.Count(t, d.st, func() { code = d.code(t, web) }); c.Reads != 0 || c.Writes != 1 || c.Commits != 1 {
			t.Errorf("authorize sent %s", c)
		}
		var got tokens
		if c := storetest.Count(t, d.st, func() { got = read(t, d.post("/oauth2/token", web, password, exchange(code))) }); c.Reads != 1 || c.Writes != 2 || c.Commits != 1 {
			t.Errorf("the exchange sent %s", c)
		}
		if c := storetest.Count(t, d.st, func() { got = d.refresh(t, web, password, got.Refresh) }); c.Reads != 1 || c.Writes != 2 || c.Commits != 1 {
			t.Errorf("the refresh sent %s", c)
		}
		if c := storetest.Count(t, d.st, func() { d.active(t, got.Access) }); c.Reads != 1 || c.Writes+c.Commits != 0 {
			t.Errorf("introspection sent %s", c)
		}
		if c := storetest.Count(t, d.st, func() { d.userInfo(got.Access) }); c.Reads != 1 || c.Writes+c.Commits != 0 {
			t.Errorf("userinfo sent %s", c)
		}
	})
}

func (d *door) userInfo(access string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/oauth2/userInfo", nil)
	r.Header.Set("Authorization", "Bearer "+access)
	return d.do(r)
}

func TestCodeFlow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		who := d.signIn()
		got := d.tokens(t, web, password)
		if got.Type != "Bearer" || got.Refresh == "" || got.Scope != "openid profile email notes/read" {
			t.Errorf("answered %+v", got)
		}
		head, access := claims(t, got.Access)
		if head["alg"] != "ES256" || head["typ"] != "at+jwt" {
			t.Errorf("access token's header %v", head)
		}
		if access["sub"] != userID || access["username"] != "alice" || access["auth_time"] != float64(who.AuthTime.Unix()) ||
			!reflect.DeepEqual(access["aud"], []any{"notes", d.tenant.Issuer}) {
			t.Errorf("access token %v", access)
		}
		head, id := claims(t, got.ID)
		if head["alg"] != "RS256" || head["typ"] != "JWT" {
			t.Errorf("ID token's header %v", head)
		}
		for name, want := range map[string]any{
			"iss": d.tenant.Issuer, "sub": userID, "aud": web, "nonce": "n-0S6", "token_use": "id", "auth_time": float64(who.AuthTime.Unix()),
			"origin_jti": access["origin_jti"], "cognito:username": "alice", "email": "alice@example.com", "email_verified": true, "name": "Alice Archer",
			"custom:tier": "gold", "cognito:groups": []any{"admins", "writers", "plain"}, "cognito:roles": []any{"arn:admins", "arn:writers"},
			"cognito:preferred_role": "arn:admins", "preferred_username": "alice", "amr": []any{"pwd"},
		} {
			if !reflect.DeepEqual(id[name], want) {
				t.Errorf("ID token's %s is %#v, want %#v", name, id[name], want)
			}
		}
		identity, _ := id["identities"].([]any)
		if len(identity) != 1 || identity[0].(map[string]any)["userId"] != "1234" || identity[0].(map[string]any)["primary"] != "true" {
			t.Errorf("ID token's identities are %v", id["identities"])
		}
		if id["at_hash"] == "" || id["at_hash"] == nil {
			t.Error("no at_hash")
		}
	})
}

// A client is told what it may read: all that is standard unless it lists
// attributes, and never what the pool has retired.
func TestClientsReadWhatTheyMay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		for client, want := range map[string]map[string]any{
			public: {"name": "Alice Archer", "nickname": "Al", "email": "alice@example.com", "email_verified": true, "custom:tier": nil, "custom:badge": nil, "zoneinfo": nil},
			web:    {"name": "Alice Archer", "nickname": nil, "email": "alice@example.com", "email_verified": true, "custom:tier": "gold", "custom:badge": nil, "zoneinfo": nil},
		} {
			got := d.tokens(t, client, map[string]string{web: password}[client])
			_, id := claims(t, got.ID)
			var info map[string]any
			must(t, json.Unmarshal(d.userInfo(got.Access).Body.Bytes(), &info))
			for name, value := range want {
				if id[name] != value || info[name] != value {
					t.Errorf("%s is told %s as %v and %v, want %v", client, name, id[name], info[name], value)
				}
			}
		}
	})
}

func TestCognitoProfile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, cognito, password)
		head, access := claims(t, got.Access)
		if head["alg"] != "RS256" || head["typ"] != nil || access["aud"] != nil || access["token_use"] != "access" || access["client_id"] != cognito || access["version"] != float64(2) {
			t.Errorf("access token %v %v", head, access)
		}
		head, id := claims(t, got.ID)
		if head["typ"] != nil || id["aud"] != cognito || id["token_use"] != "id" || id["custom:tier"] != "gold" || id["updated_at"] != nil {
			t.Errorf("ID token %v %v", head, id)
		}
		if w := d.userInfo(got.Access); w.Code != 200 || !strings.Contains(w.Body.String(), `"email_verified":"true"`) || !strings.Contains(w.Body.String(), `"username":"alice"`) {
			t.Errorf("userInfo answered %d %s", w.Code, w.Body)
		}
	})
}

func TestCodeExchangeRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		for name, c := range map[string]struct {
			client, password string
			change           []string
			code             string
		}{
			"wrong verifier":      {web, password, []string{"code_verifier", strings.Repeat("a", 43)}, "invalid_grant"},
			"no verifier":         {web, password, []string{"code_verifier", ""}, "invalid_grant"},
			"short verifier":      {web, password, []string{"code_verifier", "short"}, "invalid_grant"},
			"another redirect":    {web, password, []string{"redirect_uri", "http://127.0.0.1/cb"}, "invalid_grant"},
			"no redirect":         {web, password, []string{"redirect_uri", ""}, "invalid_grant"},
			"another client":      {third, password, nil, "invalid_grant"},
			"no code":             {web, password, []string{"code", ""}, "invalid_request"},
			"an unknown code":     {web, password, []string{"code", "nonsense"}, "invalid_grant"},
			"a client of nobody":  {"nobody", password, nil, "invalid_client"},
			"a wrong secret":      {web, "wrong", nil, "invalid_client"},
			"no secret":           {web, "", nil, "invalid_client"},
			"no grant type":       {web, password, []string{"grant_type", ""}, "invalid_request"},
			"an unknown grant":    {web, password, []string{"grant_type", "password"}, "unsupported_grant_type"},
			"two grants":          {web, password, []string{"grant_type", "authorization_code refresh_token"}, "unsupported_grant_type"},
			"NUL":                 {web, password, []string{"code", "a\x00b"}, "invalid_request"},
			"invalid UTF-8":       {web, password, []string{"code", "a\xffb"}, "invalid_request"},
			"an overlong code":    {web, password, []string{"code", strings.Repeat("a", 20_000)}, "invalid_request"},
			"a client assertion":  {web, "", []string{"client_assertion", "x.y.z", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "invalid_client"},
			"two ways at once":    {web, password, []string{"client_secret", password}, "invalid_request"},
			"two clients at once": {web, password, []string{"client_id", third}, "invalid_request"},
		} {
			w := d.post("/oauth2/token", c.client, c.password, exchange(d.code(t, web), c.change...))
			got := read(t, w)
			status := 400
			if c.code == "invalid_client" {
				status = 401
				if !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Basic ") {
					t.Errorf("%s: no challenge", name)
				}
			}
			if got.Error != c.code || got.status != status || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%s: answered %+v, want %d %s", name, got, status, c.code)
			}
		}
		late := d.code(t, web)
		d.pass(61 * time.Second)
		wantError(t, read(t, d.post("/oauth2/token", web, password, exchange(late))), 400, "invalid_grant")
	})
}

func TestReusedCodeRevokesWhatItGave(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		code := d.code(t, web)
		got := read(t, d.post("/oauth2/token", web, password, exchange(code)))
		if !d.active(t, got.Access) || !d.active(t, got.Refresh) {
			t.Fatal("fresh tokens are not active")
		}
		wantError(t, read(t, d.post("/oauth2/token", web, password, exchange(code))), 400, "invalid_grant")
		if d.active(t, got.Access) || d.active(t, got.Refresh) {
			t.Error("the tokens of a replayed code are still active")
		}
		wantError(t, d.refresh(t, web, password, got.Refresh), 400, "invalid_grant")
		if w := d.userInfo(got.Access); w.Code != 401 {
			t.Errorf("userinfo answered %d", w.Code)
		}
	})
}

func TestPublicClientNeedsNoSecretButPKCE(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		got := d.tokens(t, public, "")
		if got.Access == "" {
			t.Fatal("no token")
		}
		wantError(t, read(t, d.post("/oauth2/token", public, "", exchange(d.code(t, public), "client_secret", "x"))), 401, "invalid_client")
		next := d.refresh(t, public, "", got.Refresh)
		if next.status != 200 || next.Refresh == got.Refresh {
			t.Errorf("refresh: %+v", next)
		}
	})
}

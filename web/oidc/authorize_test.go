package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

func TestAuthorizeErrorsThatNeverRedirect(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		for name, query := range map[string]url.Values{
			"no client":               request("", "client_id", ""),
			"an unknown client":       request("nobody"),
			"a client with NUL":       request("a\x00b"),
			"a client twice":          {"client_id": {web, web}, "redirect_uri": {callback}, "response_type": {"code"}},
			"another redirect":        request(web, "redirect_uri", "https://evil.example/callback"),
			"a longer redirect":       request(web, "redirect_uri", callback+"/more"),
			"a redirect's query":      request(web, "redirect_uri", callback+"?x=1"),
			"a redirect's case":       request(web, "redirect_uri", "https://APP.example.com/callback"),
			"a redirect's fragment":   request(web, "redirect_uri", callback+"#x"),
			"a redirect's user":       request(web, "redirect_uri", "https://app.example.com@evil.example/callback"),
			"loopback, another path":  request(web, "redirect_uri", "http://127.0.0.1:4000/other"),
			"loopback, another host":  request(web, "redirect_uri", "http://127.0.0.2:4000/cb"),
			"loopback, a user":        request(web, "redirect_uri", "http://x@127.0.0.1:4000/cb"),
			"a loopback-like name":    request(web, "redirect_uri", "http://127.0.0.1.evil.example/cb"),
			"any port but https":      request(web, "redirect_uri", "https://app.example.com:444/callback"),
			"no redirect out of many": request(web, "redirect_uri", ""),
		} {
			w := d.get("/oauth2/authorize", query)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || !strings.HasPrefix(w.Body.String(), "refused ") {
				t.Errorf("%s: answered %d %s %s", name, w.Code, w.Header().Get("Location"), w.Body)
			}
		}
		must(t, d.st.Pool(poolID).ChangeClient(t.Context(), web, func(c *provider.Client) error { c.Enabled = false; return nil }))
		if w := d.get("/oauth2/authorize", request(web)); w.Code != http.StatusBadRequest {
			t.Errorf("a disabled client: answered %d", w.Code)
		}
	})
}

func TestAuthorizeErrorsThatGoToTheClient(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		twice := request(web)
		twice["nonce"] = []string{"a", "b"}
		for name, c := range map[string]struct {
			query url.Values
			code  string
		}{
			"no response type":       {request(web, "response_type", ""), "invalid_request"},
			"implicit":               {request(web, "response_type", "token"), "unsupported_response_type"},
			"hybrid":                 {request(web, "response_type", "code id_token"), "unsupported_response_type"},
			"form_post":              {request(web, "response_mode", "form_post"), "invalid_request"},
			"an unknown scope":       {request(web, "scope", "openid notes/write"), "invalid_scope"},
			"public without PKCE":    {request(public, "code_challenge", "", "code_challenge_method", ""), "invalid_request"},
			"PKCE plain":             {request(web, "code_challenge_method", "plain"), "invalid_request"},
			"PKCE plain by default":  {request(web, "code_challenge_method", ""), "invalid_request"},
			"PKCE without challenge": {request(web, "code_challenge", ""), "invalid_request"},
			"a short challenge":      {request(web, "code_challenge", "abc"), "invalid_request"},
			"a request object":       {request(web, "request", "x.y.z"), "request_not_supported"},
			"a request URI":          {request(web, "request_uri", "https://evil.example/"), "request_uri_not_supported"},
			"an unknown prompt":      {request(web, "prompt", "dance"), "invalid_request"},
			"none and login":         {request(web, "prompt", "none login"), "invalid_request"},
			"a negative max_age":     {request(web, "max_age", "-1"), "invalid_request"},
			"a max_age of text":      {request(web, "max_age", "soon"), "invalid_request"},
			"a huge max_age":         {request(web, "max_age", "99999999999999999999"), "invalid_request"},
			"a broken hint":          {request(web, "id_token_hint", "x.y.z"), "invalid_request"},
			"a nonce twice":          {twice, "invalid_request"},
			"invalid UTF-8":          {request(web, "login_hint", "a\xff"), "invalid_request"},
			"a machine's client":     {request(web, "client_id", machine), ""},
		} {
			w := d.get("/oauth2/authorize", c.query)
			if c.code == "" {
				if w.Code != http.StatusBadRequest {
					t.Errorf("%s: answered %d", name, w.Code)
				}
				continue
			}
			query := location(t, w).Query()
			if query.Get("error") != c.code || query.Get("state") != "xyz" || query.Get("iss") != d.tenant.Issuer || query.Has("code") || query.Get("error_description") == "" {
				t.Errorf("%s: answered %v, want %s", name, query, c.code)
			}
		}
	})
}

func TestAuthorizeAnswers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		target := location(t, d.get("/oauth2/authorize", request(web)))
		if target.Query().Get("state") != "xyz" || target.Query().Get("iss") != d.tenant.Issuer || !strings.HasPrefix(target.String(), callback+"?") {
			t.Errorf("answered %s", target)
		}
		if query := location(t, d.get("/oauth2/authorize", request(web, "state", ""))).Query(); query.Has("state") || query.Get("code") == "" {
			t.Errorf("without state: %v", query)
		}
		for _, uri := range []string{"http://127.0.0.1:43123/cb", "http://127.0.0.1/cb", "http://localhost:51000/cb", "com.example.app:/callback"} {
			if target := location(t, d.get("/oauth2/authorize", request(web, "redirect_uri", uri))); !strings.HasPrefix(target.String(), uri+"?") || target.Query().Get("code") == "" {
				t.Errorf("loopback %s: %s", uri, target)
			}
		}
		r := httptest.NewRequest(http.MethodPost, "/oauth2/authorize", strings.NewReader(request(web).Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if location(t, d.do(r)).Query().Get("code") == "" {
			t.Error("POST got no code")
		}
		if w := d.do(httptest.NewRequest(http.MethodHead, "/oauth2/authorize?"+request(web).Encode(), nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("HEAD answered %d", w.Code)
		}
		// All of the client's scopes when none is asked for; offline_access is ignored.
		all := d.tokens(t, web, password, "scope", "")
		if all.Scope != "openid profile email phone notes/read" {
			t.Errorf("scopes %q", all.Scope)
		}
		if got := d.tokens(t, web, password, "scope", "openid offline_access"); got.Scope != "openid" {
			t.Errorf("scopes %q", got.Scope)
		}
		// A confidential client may go without PKCE, but then without a verifier too.
		plain := d.code(t, web, "code_challenge", "", "code_challenge_method", "")
		wantError(t, read(t, d.post("/oauth2/token", web, password, exchange(plain))), 400, "invalid_grant")
		if got := read(t, d.post("/oauth2/token", web, password, exchange(plain, "code_verifier", ""))); got.status != 200 {
			t.Errorf("without PKCE: %+v", got)
		}
	})
}

// waiting is the id of the authorization that a page was shown for.
func waiting(t *testing.T, w *httptest.ResponseRecorder, page string) string {
	t.Helper()
	name, id, _ := strings.Cut(w.Body.String(), " ")
	if w.Code != http.StatusOK || name != page {
		t.Fatalf("answered %d %s %s, want the page %s", w.Code, w.Header().Get("Location"), w.Body, page)
	}
	return id
}

func TestSignInAndResume(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		ctx := background(t, d.tenant)
		id := waiting(t, d.get("/oauth2/authorize", request(web, "login_hint", "alice", "ui_locales", "de fr", "identity_provider", "Corp")), "sign-in")
		pending, err := d.oauth.Pending(ctx, id)
		must(t, err)
		if pending.LoginHint != "alice" || pending.UILocales != "de fr" || pending.Upstream != "Corp" || pending.Client.ID != web || len(pending.Scopes) != 4 {
			t.Errorf("pending %+v", pending)
		}
		who := d.signIn()
		decision, err := d.oauth.Resume(ctx, id, who)
		must(t, err)
		target, err := url.Parse(decision.Redirect)
		must(t, err)
		got := read(t, d.post("/oauth2/token", web, password, exchange(target.Query().Get("code"))))
		if got.status != 200 || target.Query().Get("state") != "xyz" {
			t.Errorf("resumed: %s %+v", target, got)
		}
		if _, err := d.oauth.Resume(ctx, id, who); provider.CodeOf(err) != provider.CodeNotFound {
			t.Errorf("resumed twice: %v", err)
		}
		d.who.Store(nil)
		for _, id := range []string{"nonsense", "", "a\x00b", "a\xffb"} {
			if _, err := d.oauth.Resume(ctx, id, who); provider.CodeOf(err) != provider.CodeNotFound {
				t.Errorf("resumed %q: %v", id, err)
			}
		}
	})
}

func TestPromptAndMaxAge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		ctx := background(t, d.tenant)
		failed := func(query url.Values, code string) {
			t.Helper()
			if got := location(t, d.get("/oauth2/authorize", query)).Query(); got.Get("error") != code || got.Get("iss") == "" {
				t.Errorf("answered %v, want %s", got, code)
			}
		}
		failed(request(web, "prompt", "none"), "login_required")
		d.signIn()
		d.code(t, web, "prompt", "none")
		d.code(t, web, "max_age", "60")
		d.pass(2 * time.Minute)
		failed(request(web, "prompt", "none", "max_age", "60"), "login_required")
		for _, more := range [][]string{{"prompt", "login"}, {"prompt", "select_account"}, {"max_age", "0"}, {"max_age", "60"}} {
			id := waiting(t, d.get("/oauth2/authorize", request(web, more...)), "sign-in")
			// The old session is not enough, however often it comes back.
			decision, err := d.oauth.Resume(ctx, id, *d.who.Load())
			must(t, err)
			if decision.SignIn == nil || decision.SignIn.ID != id || !decision.SignIn.Again {
				t.Errorf("%v: resumed with an old sign-in: %+v", more, decision)
			}
			fresh := *d.who.Load()
			fresh.AuthTime = provider.At(d.now())
			if decision, err = d.oauth.Resume(ctx, id, fresh); err != nil || !strings.Contains(decision.Redirect, "code=") {
				t.Errorf("%v: not resumed: %+v %v", more, decision, err)
			}
		}
		// That somebody was chosen counts for their session, and for no newer proof.
		id := waiting(t, d.get("/oauth2/authorize", request(web, "prompt", "select_account consent")), "sign-in")
		who := *d.who.Load()
		decision, err := d.oauth.Choose(ctx, id, who)
		must(t, err)
		if decision.Consent == nil {
			t.Errorf("chosen: %+v", decision)
		}
		other := who
		other.SessionID = strings.Repeat("ab", 32)
		if decision, err = d.oauth.Resume(ctx, id, other); err != nil || decision.SignIn == nil {
			t.Errorf("another session was taken for the chosen one: %+v, %v", decision, err)
		}
		if decision, err = d.oauth.Consent(ctx, id, who); err != nil || !strings.Contains(decision.Redirect, "code=") {
			t.Errorf("chosen and allowed: %+v, %v", decision, err)
		}
		for _, more := range [][]string{{"prompt", "select_account login"}, {"prompt", "select_account", "max_age", "60"}} {
			id := waiting(t, d.get("/oauth2/authorize", request(web, more...)), "sign-in")
			if decision, err := d.oauth.Choose(ctx, id, who); err != nil || decision.SignIn == nil || decision.SignIn.Chosen != who.SessionID {
				t.Errorf("%v: chosen with an old sign-in: %+v, %v", more, decision, err)
			}
		}
	})
}

func TestIDTokenHint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		d.signIn()
		hint := d.tokens(t, web, password).ID
		d.pass(48 * time.Hour) // long expired
		d.code(t, web, "prompt", "none", "id_token_hint", hint)
		somebody := *d.who.Load()
		somebody.UserID = "somebody-else"
		d.who.Store(&somebody)
		if got := location(t, d.get("/oauth2/authorize", request(web, "prompt", "none", "id_token_hint", hint))).Query(); got.Get("error") != "login_required" {
			t.Errorf("answered %v", got)
		}
		id := waiting(t, d.get("/oauth2/authorize", request(web, "id_token_hint", hint)), "sign-in")
		decision, err := d.oauth.Resume(background(t, d.tenant), id, somebody)
		must(t, err)
		if !strings.Contains(decision.Redirect, "error=login_required") {
			t.Errorf("somebody else signed in: %+v", decision)
		}
	})
}

func TestConsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		ctx := background(t, d.tenant)
		who := d.signIn()
		if got := location(t, d.get("/oauth2/authorize", request(third, "prompt", "none"))).Query(); got.Get("error") != "consent_required" {
			t.Errorf("answered %v", got)
		}
		denied, err := d.oauth.Deny(ctx, waiting(t, d.get("/oauth2/authorize", request(third)), "consent"))
		must(t, err)
		if u, err := url.Parse(denied.Redirect); err != nil || u.Query().Get("error") != "access_denied" || u.Query().Get("state") != "xyz" {
			t.Errorf("denied: %s", denied.Redirect)
		}
		id := waiting(t, d.get("/oauth2/authorize", request(third, "scope", "openid email")), "consent")
		allowed, err := d.oauth.Consent(ctx, id, who)
		must(t, err)
		if !strings.Contains(allowed.Redirect, "code=") {
			t.Errorf("allowed: %+v", allowed)
		}
		d.code(t, third, "scope", "openid email", "prompt", "none")
		waiting(t, d.get("/oauth2/authorize", request(third, "scope", "openid email", "prompt", "consent")), "consent")
		waiting(t, d.get("/oauth2/authorize", request(third, "scope", "openid email profile")), "consent")
		// A first party's client is asked about only if it says so.
		waiting(t, d.get("/oauth2/authorize", request(web, "prompt", "consent")), "consent")
	})
}

func TestAWaitingRequestFollowsItsClient(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		id := waiting(t, d.get("/oauth2/authorize", request(web)), "sign-in")
		must(t, d.st.Pool(poolID).ChangeClient(t.Context(), web, func(c *provider.Client) error {
			c.Settings.RedirectURIs = []string{"https://app.example.com/elsewhere"}
			return nil
		}))
		if _, err := d.oauth.Resume(background(t, d.tenant), id, d.signIn()); provider.CodeOf(err) != provider.CodeNotFound {
			t.Errorf("resumed to a redirect URI that is gone: %v", err)
		}
	})
}

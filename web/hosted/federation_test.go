package hosted_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/hosted"
	"github.com/cognate-idp/cognate/web/oidc"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// federated is a served pool whose sign-in page offers a real upstream provider.
type federated struct {
	t        *testing.T
	url      string
	people   *directory.Directory
	pool     *provider.Pool
	client   *provider.Client
	upstream *oidctest.Provider
	log      *syncBuffer
}

func withUpstream(t *testing.T, test func(t *testing.T, f *federated)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(t, serveFederated(t, st)) })
}

func serveFederated(t *testing.T, st *store.Store) *federated {
	t.Helper()
	f := &federated{t: t, log: &syncBuffer{}}
	f.upstream = oidctest.Start(t, &oidctest.Provider{ClientID: "us", ClientSecret: "hush", Current: "u-1",
		Users: []oidctest.User{{Subject: "u-1", Claims: map[string]any{"email": "ann@example.com", "email_verified": true, "name": "Ann"}}}})

	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	must(t, err)
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, 2, 100)
	must(t, err)
	log := slog.New(slog.NewTextHandler(f.log, nil))
	trail := &audit.Log{Store: st}
	upstreams := &catalog.Catalog{HTTP: http.DefaultClient}
	f.people = directory.New(directory.Config{Store: st, Audit: trail, Sealer: sealer, Hasher: hasher, Region: "us-east-1", CheckIdP: upstreams.Check})
	f.pool = &provider.Pool{Name: "demo"}
	must(t, f.people.CreatePool(t.Context(), f.pool))
	keys := &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)}
	must(t, keys.Ensure(t.Context(), f.pool.ID, token.ES256, token.RS256))
	f.client = &provider.Client{Name: "app", Settings: provider.ClientSettings{OAuthEnabled: true, RedirectURIs: []string{callback},
		GrantTypes: []string{"authorization_code"}, Scopes: []string{"openid", "email"}}}
	_, err = f.people.CreateClient(t.Context(), f.pool.ID, f.client, false, "")
	must(t, err)
	must(t, f.people.CreateIdP(t.Context(), f.pool.ID, &provider.IdentityProvider{Name: "Corp", Type: "OIDC", Identifiers: []string{"corp.example"},
		Details: map[string]string{"client_id": "us", "client_secret": "hush", "oidc_issuer": f.upstream.Issuer, "authorize_scopes": "openid email"}}))

	pages, err := page.Open(templates.FS, static.FS)
	must(t, err)
	failures := &respond.Errors{Log: log, Page: func(w http.ResponseWriter, r *http.Request, x respond.Failure) error {
		return pages.Failure(w, r, page.Chrome{}, x)
	}}
	sessions := &signin.Sessions{Store: st, Audit: trail}
	flow := &signin.Flow{Store: st, Sealer: sealer, Hasher: hasher, Guard: &risk.Guard{Store: st}, Audit: trail, Sessions: sessions, Directory: f.people}
	authorizer := oauth.New(oauth.Server{Store: st, Keys: keys, Sealer: sealer, Audit: trail, Log: log, Now: time.Now})
	door := &hosted.Door{Flow: flow, Sessions: sessions, OAuth: authorizer, Sealer: sealer, Pages: pages, Errors: failures,
		Browser:    &browser.Store{Cookies: browser.Cookies{Plain: true}},
		Federation: &signin.Federation{Flow: flow, Directory: f.people, Open: upstreams.Redirector}}
	mux := http.NewServeMux()
	door.Routes(mux)
	(&oidc.Handler{OAuth: authorizer, Log: log, Principal: door.Principal, EndSession: door.EndSession, SignIn: door.SignIn, Consent: door.Consent,
		ConfirmLogout: door.ConfirmLogout, SignedOut: door.SignedOut, Refuse: door.Refuse, Fail: failures.WritePage}).Mount(mux)
	path := "/" + f.pool.ID
	tenant := &provider.Tenant{Pool: f.pool, Path: path}
	s := httptest.NewServer(http.StripPrefix(path, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(provider.WithTenant(r.Context(), tenant)))
	})))
	t.Cleanup(s.Close)
	f.url = s.URL + path
	tenant.URL, tenant.Issuer = f.url, f.url
	return f
}

// traveller is a browser without scripts.
type traveller struct {
	f      *federated
	http   *http.Client
	at     *url.URL // where it stopped
	status int
	body   string
}

// visit opens a browser, which follows redirects on its own but stops before it
// would leave for the app.
func (f *federated) visit() *traveller {
	jar, err := cookiejar.New(nil)
	must(f.t, err)
	v := &traveller{f: f}
	v.http = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return v
}

func (v *traveller) open(address string) {
	v.f.t.Helper()
	v.finish(v.http.Get(address))
}

func (v *traveller) finish(res *http.Response, err error) {
	v.f.t.Helper()
	must(v.f.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(v.f.t, err)
	v.at, v.status, v.body = res.Request.URL, res.StatusCode, string(body)
	if to, err := res.Location(); err == nil {
		v.at = to
	}
}

func (f *federated) authorize(extra url.Values) string {
	q := url.Values{"client_id": {f.client.ID}, "response_type": {"code"}, "scope": {"openid email"}, "redirect_uri": {callback}, "state": {"app-state"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
	for k, v := range extra {
		q[k] = v
	}
	return f.url + "/oauth2/authorize?" + q.Encode()
}

var providerLink = regexp.MustCompile(`href="([^"]+)" data-provider="Corp"`)

func (v *traveller) press() {
	v.f.t.Helper()
	m := providerLink.FindStringSubmatch(v.body)
	if m == nil {
		v.f.t.Fatalf("no button on %s (%d)", v.at, v.status)
	}
	to, err := v.at.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
	must(v.f.t, err)
	v.open(to.String())
}

func (v *traveller) in() bool {
	return strings.HasPrefix(v.at.String(), callback) && v.at.Query().Get("code") != "" && v.at.Query().Get("state") == "app-state"
}

func TestUpstreamButton(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		v := f.visit()
		v.open(f.authorize(nil))
		v.press()
		if !v.in() {
			t.Fatalf("ended at %s: %d %s", v.at, v.status, v.body)
		}
		if n, err := f.people.CountUsers(t.Context(), f.pool.ID); err != nil || n != 1 {
			t.Errorf("%d users, %v", n, err)
		}
		// The session holds: no page, and nobody asks the upstream again.
		asked := f.upstream.Requests["/authorize"]
		v.open(f.authorize(nil))
		if !v.in() || f.upstream.Requests["/authorize"] != asked {
			t.Errorf("single sign-on ended at %s", v.at)
		}
		other := f.visit()
		other.open(f.authorize(nil))
		other.press()
		if n, err := f.people.CountUsers(t.Context(), f.pool.ID); !other.in() || err != nil || n != 1 {
			t.Errorf("second browser: at %s, %d users, %v", other.at, n, err)
		}
	})
}

// Who came from an upstream is known by it: choosing them leads there, and another
// account is asked for there.
func TestChoosingAnUpstreamsAccount(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		v := f.visit()
		v.open(f.authorize(nil))
		v.press()
		for _, extra := range []url.Values{{"prompt": {"select_account"}}, {"prompt": {"select_account login"}}} {
			asked := f.upstream.Requests["/authorize"]
			v.open(f.authorize(extra))
			if !strings.Contains(v.at.Path, "/select-account") || !strings.Contains(v.body, "ann@example.com") {
				t.Fatalf("at %s: %s", v.at, v.body)
			}
			v.choose("-")
			if there := f.upstream.Requests["/authorize"] > asked; !v.in() || there != (extra.Get("prompt") != "select_account") {
				t.Errorf("%v: at %s, asked there: %v", extra, v.at, there)
			}
		}
		must(t, f.people.SignOutOwn(t.Context(), f.only()))
		v.open(f.authorize(url.Values{"prompt": {"select_account"}}))
		asked := f.upstream.Requests["/authorize"]
		v.choose(f.only().ID)
		if !v.in() || f.upstream.Requests["/authorize"] == asked {
			t.Errorf("a known account ended at %s: %s", v.at, v.body)
		}
	})
}

// choose answers the page that asks which account it shall be.
func (v *traveller) choose(account string) {
	v.f.t.Helper()
	flow := regexp.MustCompile(`name="flow" value="([^"]*)"`).FindStringSubmatch(v.body)
	if flow == nil {
		v.f.t.Fatalf("no form on %s (%d)", v.at, v.status)
	}
	v.finish(v.http.PostForm(v.f.url+"/select-account", url.Values{"flow": {flow[1]}, "account": {account}}))
}

// only is the one user of the pool.
func (f *federated) only() *provider.User {
	f.t.Helper()
	u, err := f.people.FindUser(f.t.Context(), f.pool.ID, "Corp_u-1")
	must(f.t, err)
	return u
}

func TestUpstreamWithoutAPage(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		for name, extra := range map[string]url.Values{
			"by name":       {"identity_provider": {"Corp"}},
			"by identifier": {"idp_identifier": {"corp.example"}},
		} {
			v := f.visit()
			if v.open(f.authorize(extra)); !v.in() {
				t.Errorf("%s: ended at %s (%d)", name, v.at, v.status)
			}
		}
		v := f.visit()
		if v.open(f.authorize(url.Values{"identity_provider": {"COGNITO"}})); v.status != http.StatusOK || !strings.Contains(v.body, `id="password"`) {
			t.Errorf("COGNITO: %d at %s", v.status, v.at)
		}
		if v.open(f.authorize(url.Values{"identity_provider": {"None"}})); v.status != http.StatusNotFound {
			t.Errorf("unknown provider: %d at %s", v.status, v.at)
		}
		_, err := f.people.ChangeClient(t.Context(), f.pool.ID, f.client.ID, func(c *provider.Client) error {
			c.Settings.IdentityProviders = []string{"Corp"}
			return nil
		})
		must(t, err)
		v = f.visit()
		if v.open(f.authorize(nil)); !v.in() {
			t.Errorf("the only way in: ended at %s (%d)", v.at, v.status)
		}
	})
}

func TestPromptGoesUpstream(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		v := f.visit()
		var there string
		v.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/authorize" {
				there = r.URL.String()
				return http.ErrUseLastResponse
			}
			return nil
		}
		v.open(f.authorize(url.Values{"identity_provider": {"Corp"}, "prompt": {"login"}, "login_hint": {"ann@example.com"}}))
		u, err := url.Parse(there)
		must(t, err)
		if q := u.Query(); q.Get("prompt") != "login" || q.Get("login_hint") != "ann@example.com" || q.Get("code_challenge_method") != "S256" ||
			q.Get("nonce") == "" || q.Get("redirect_uri") != f.url+"/oauth2/idpresponse" {
			t.Errorf("asked %s", there)
		}
	})
}

// TestUpstreamFailures wants a page that says what to do, and a way back.
func TestUpstreamFailures(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		first := f.visit()
		first.open(f.authorize(url.Values{"identity_provider": {"Corp"}}))
		for name, c := range map[string]struct {
			set    func()
			status int
			text   string
		}{
			"denied":   {func() { f.upstream.Deny = true }, http.StatusForbidden, "cancelled or refused"},
			"down":     {func() { f.upstream.Down = true }, http.StatusServiceUnavailable, "did not answer"},
			"mixed up": {func() { f.upstream.EditCallback = func(v url.Values) { v.Set("iss", "https://other.example") } }, http.StatusBadGateway, "could not be trusted"},
			"disabled": {func() { must(t, f.people.SetEnabled(context.Background(), f.pool.ID, "Corp_u-1", false)) }, http.StatusForbidden, "turned off"},
		} {
			v := f.visit()
			v.open(f.authorize(nil))
			if name == "down" {
				// Down once the browser is back: the code cannot be redeemed.
				f.upstream.EditCallback = func(url.Values) { f.upstream.Down = true }
			} else {
				c.set()
			}
			v.press()
			f.upstream.Deny, f.upstream.Down, f.upstream.EditCallback = false, false, nil
			if v.status != c.status || !strings.Contains(v.body, c.text) || !strings.Contains(v.body, "Corp</bdi> did not sign you in") {
				t.Errorf("%s: %d at %s", name, v.status, v.at)
				continue
			}
			if strings.Contains(v.body, "other.example") || strings.Contains(v.body, "hush") {
				t.Errorf("%s: the page tells too much", name)
			}
			m := regexp.MustCompile(`id="retry" href="([^"]+)"`).FindStringSubmatch(v.body)
			if m == nil {
				t.Errorf("%s: no way back", name)
				continue
			}
			back, err := v.at.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			must(t, err)
			v.open(back.String())
			if v.status != http.StatusOK || providerLink.FindString(v.body) == "" || !strings.Contains(v.body, `id="password"`) {
				t.Errorf("%s: way back leads to %d at %s", name, v.status, v.at)
			}
		}
		if !strings.Contains(f.log.String(), "other.example") {
			t.Error("the log does not say why")
		}
	})
}

// TestUpstreamAnswerIsTheBrowsersOwn: an answer is good once, with its state, in
// the browser that left.
func TestUpstreamAnswerIsTheBrowsersOwn(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		left := f.visit()
		var answer string
		left.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == "/"+f.pool.ID+"/oauth2/idpresponse" {
				answer = r.URL.String()
				return http.ErrUseLastResponse
			}
			return nil
		}
		left.open(f.authorize(url.Values{"identity_provider": {"Corp"}}))
		edit := func(change func(url.Values)) string {
			u, err := url.Parse(answer)
			must(t, err)
			q := u.Query()
			change(q)
			u.RawQuery = q.Encode()
			return u.String()
		}
		victim := f.visit()
		victim.open(f.authorize(nil)) // has cookies of its own
		for name, try := range map[string]struct {
			v  *traveller
			at string
		}{
			"another browser":    {victim, answer},
			"a fresh browser":    {f.visit(), answer},
			"no state":           {left, edit(func(q url.Values) { q.Del("state") })},
			"invented state":     {left, edit(func(q url.Values) { q.Set("state", secret.Token()+"."+secret.Token()) })},
			"state twice":        {left, edit(func(q url.Values) { q.Add("state", "x") })},
			"NUL and bad UTF-8":  {left, edit(func(q url.Values) { q.Set("state", "\x00\xff") })},
			"nothing at all":     {left, f.url + "/oauth2/idpresponse"},
			"an error of nobody": {left, f.url + "/oauth2/idpresponse?error=access_denied"},
		} {
			if try.v.open(try.at); try.v.status != http.StatusGone {
				t.Errorf("%s: %d at %s", name, try.v.status, try.v.at)
			}
		}
		left.http.CheckRedirect = f.visit().http.CheckRedirect
		if left.open(answer); !left.in() {
			t.Fatalf("the honest answer: %d at %s", left.status, left.at)
		}
		if left.open(answer); left.status != http.StatusGone {
			t.Errorf("the same answer again: %d at %s", left.status, left.at)
		}
	})
}

func TestToUpstreamRefusals(t *testing.T) {
	t.Parallel()
	withUpstream(t, func(t *testing.T, f *federated) {
		v := f.visit()
		for query, want := range map[string]int{
			"":                              http.StatusGone,
			"flow=x&identity_provider=Corp": http.StatusGone,
			"flow=" + secret.Token() + "&identity_provider=Corp": http.StatusGone,
		} {
			if v.open(f.url + "/login/provider?" + query); v.status != want {
				t.Errorf("%q: %d", query, v.status)
			}
		}
		v.open(f.authorize(nil))
		m := providerLink.FindStringSubmatch(v.body)
		if m == nil {
			t.Fatal("no button")
		}
		to, err := v.at.Parse(strings.ReplaceAll(strings.ReplaceAll(m[1], "&amp;", "&"), "identity_provider=Corp", "identity_provider=None"))
		must(t, err)
		if v.open(to.String()); v.status != http.StatusNotFound {
			t.Errorf("unknown provider: %d at %s", v.status, v.at)
		}
	})
}

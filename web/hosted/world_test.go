package hosted_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/factor"
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

const (
	poolID        = "us-east-1_Hosted000"
	callback      = "https://app.example/callback"
	rightPassword = "Correct-horse-7"
)

// world is the hosted door of a pool, over a real store, served by https.
type world struct {
	t      *testing.T
	st     *store.Store
	door   *hosted.Door
	server *httptest.Server
	tenant *provider.Tenant
	log    *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(t, open(t, st)) })
}

func open(t *testing.T, st *store.Store) *world {
	t.Helper()
	w := &world{t: t, st: st, log: &syncBuffer{}}
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	must(t, err)
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, 2, 1024)
	must(t, err)
	trail, log := &audit.Log{Store: st}, slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	keys := &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)}
	pages, err := page.Open(templates.FS, static.FS)
	must(t, err)

	pool := &provider.Pool{ID: poolID, Name: "Northwind", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	must(t, st.All().CreatePool(t.Context(), pool))
	must(t, keys.Ensure(t.Context(), poolID, token.ES256, token.RS256))
	app := provider.ClientSettings{
		OAuthEnabled: true, RedirectURIs: []string{callback}, LogoutURIs: []string{"https://app.example/bye"},
		GrantTypes: []string{"authorization_code"}, Scopes: []string{"openid", "email"},
	}
	third := app
	third.RequireConsent, third.ClientURI, third.PolicyURI = true, "https://third.example/", "javascript:alert(1)"
	legacy := app
	legacy.RevealUnknownUsers = true
	for id, settings := range map[string]provider.ClientSettings{"app": app, "third": third, "legacy": legacy} {
		must(t, st.Pool(poolID).CreateClient(t.Context(), &provider.Client{ID: id, Name: "App " + id, Enabled: true, Settings: settings}))
	}

	errors := &respond.Errors{Log: log, Page: func(rw http.ResponseWriter, r *http.Request, f respond.Failure) error {
		return pages.Failure(rw, r, page.Chrome{PoolName: "Northwind"}, f)
	}}
	sessions := &signin.Sessions{Store: st, Audit: trail}
	w.door = &hosted.Door{
		Flow: &signin.Flow{
			Store: st, Sealer: sealer, Hasher: hasher, Guard: &risk.Guard{Store: st}, Audit: trail, Sessions: sessions,
			Factors: &factor.Factors{Store: st, Sealer: sealer, Audit: trail},
		},
		Sessions: sessions, Sealer: sealer, Pages: pages, Errors: errors, Browser: &browser.Store{},
		OAuth: oauth.New(oauth.Server{Store: st, Keys: keys, Sealer: sealer, Audit: trail, Log: log,
			Now: func() time.Time { return st.Now().Time() }}),
	}
	mux := http.NewServeMux()
	w.door.Routes(mux)
	(&oidc.Handler{OAuth: w.door.OAuth, Log: log, Principal: w.door.Principal, EndSession: w.door.EndSession, SignIn: w.door.SignIn, Consent: w.door.Consent,
		ConfirmLogout: w.door.ConfirmLogout, SignedOut: w.door.SignedOut, Refuse: w.door.Refuse, Fail: errors.WritePage}).Mount(mux)
	mux.HandleFunc("GET /confirm-logout", func(rw http.ResponseWriter, r *http.Request) {
		if err := w.door.ConfirmLogout(rw, r, &oauth.LogoutDecision{Confirm: true, Redirect: r.URL.Query().Get("to")}); err != nil {
			errors.WritePage(rw, r, err)
		}
	})
	w.server = httptest.NewTLSServer(http.StripPrefix("/"+poolID, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ctx := provider.WithTenant(r.Context(), w.tenant)
		ctx = provider.WithActor(ctx, provider.Actor{Kind: "anonymous", Address: "203.0.113.5", RequestID: "request-1"})
		r.Body = http.MaxBytesReader(rw, r.Body, 64<<10)
		mux.ServeHTTP(rw, r.WithContext(ctx))
	})))
	t.Cleanup(w.server.Close)
	w.tenant = &provider.Tenant{Pool: pool, Issuer: w.server.URL + "/" + poolID, URL: w.server.URL + "/" + poolID, Path: "/" + poolID}
	w.addUser("mika", provider.UserConfirmed, rightPassword)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) addUser(name string, status provider.UserStatus, password string) {
	w.t.Helper()
	hash, err := w.door.Flow.Hasher.Hash(w.t.Context(), password)
	must(w.t, err)
	rows := w.st.Pool(poolID)
	u := &provider.User{ID: "id-" + name, Username: name, Status: status, Enabled: true, Attributes: map[string]string{"email": name + "@example.com"}}
	must(w.t, rows.CreateUser(w.t.Context(), u, []provider.UserName{{Key: name, Kind: "username"}}))
	must(w.t, rows.SetPassword(w.t.Context(), &provider.Password{
		UserID: u.ID, Hash: hash, Temporary: status == provider.UserForceChangePassword,
	}))
}

// authorization makes an authorization request wait for a page. extra are more
// parameters of it, names and values.
func (w *world) authorization(client string, extra ...string) string {
	w.t.Helper()
	ctx := provider.WithTenant(context.Background(), w.tenant)
	form := url.Values{
		"client_id": {client}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid email"}, "state": {"s"},
		"login_hint": {"hinted"}, "code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(extra); i += 2 {
		form.Set(extra[i], extra[i+1])
	}
	d, err := w.door.OAuth.Authorize(ctx, form, nil)
	must(w.t, err)
	if d.SignIn == nil {
		w.t.Fatalf("no sign-in: %+v", d)
	}
	return d.SignIn.ID
}

// visitor is a browser: it keeps cookies and shows the last answer.
type visitor struct {
	w      *world
	client *http.Client
	header http.Header // sent with each form
	status int
	body   string
	to     string // Location
	answer *http.Response
	last   string // a flow that a test keeps
}

func (w *world) visit() *visitor {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	client := *w.server.Client()
	client.Jar = jar
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{w: w, client: &client, header: http.Header{"Sec-Fetch-Site": {"same-origin"}}}
}

func (v *visitor) do(r *http.Request) *visitor {
	v.w.t.Helper()
	res, err := v.client.Do(r)
	must(v.w.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(v.w.t, err)
	v.status, v.body, v.to, v.answer = res.StatusCode, string(body), res.Header.Get("Location"), res
	return v
}

func (v *visitor) get(path string) *visitor {
	v.w.t.Helper()
	r, err := http.NewRequest("GET", v.w.absolute(path), nil)
	must(v.w.t, err)
	return v.do(r)
}

func (v *visitor) post(path string, form url.Values) *visitor {
	v.w.t.Helper()
	r, err := http.NewRequest("POST", v.w.absolute(path), strings.NewReader(form.Encode()))
	must(v.w.t, err)
	r.Header = v.header.Clone()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

func (w *world) absolute(path string) string {
	if strings.HasPrefix(path, "/"+poolID) {
		return w.server.URL + path
	}
	return w.tenant.URL + path
}

// submit fills the form on the page that the visitor sees.
func (v *visitor) submit(fields ...string) *visitor {
	v.w.t.Helper()
	action := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(v.body)
	if action == nil {
		v.w.t.Fatalf("no form on the page: %d %s", v.status, v.body)
	}
	form := url.Values{"flow": {v.flow()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return v.post(html.UnescapeString(action[1]), form)
}

func (v *visitor) flow() string {
	m := regexp.MustCompile(`name="flow" value="([^"]*)"`).FindStringSubmatch(v.body)
	if m == nil {
		return ""
	}
	return html.UnescapeString(m[1])
}

// signIn begins anew at the sign-in page, even for somebody who is signed in.
func (v *visitor) signIn(client string) *visitor {
	v.w.t.Helper()
	return v.get("/login?authorization="+v.w.authorization(client, "prompt", "login")).submit("username", "mika", "password", rightPassword)
}

func (v *visitor) want(status int, contains string) *visitor {
	v.w.t.Helper()
	if v.status != status || !strings.Contains(v.body+v.to, contains) {
		v.w.t.Errorf("%s %s: %d, to %q, not %d with %q:\n%s", v.answer.Request.Method, v.answer.Request.URL.Path, v.status, v.to, status, contains, v.body)
	}
	return v
}

func (v *visitor) cookie(suffix string) *http.Cookie {
	u, _ := url.Parse(v.w.server.URL)
	for _, c := range v.client.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, suffix) {
			return c
		}
	}
	return nil
}

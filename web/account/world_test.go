package account_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/account"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/hosted"
	"github.com/cognate-idp/cognate/web/oidc"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

const (
	poolID        = "us-east-1_Account00"
	rightPassword = "Correct-horse-7"
)

// world is a pool's sign-in and account pages, over a real store whose clock the test
// moves, served by https.
type world struct {
	t      *testing.T
	st     *store.Store
	flow   *signin.Flow
	oauth  *oauth.Server
	keys   *token.Keys
	login  *hosted.Door
	own    *account.Door
	outbox *message.Outbox
	server *httptest.Server
	tenant *provider.Tenant
	later  atomic.Int64 // how far the clock is ahead, in nanoseconds
}

func (w *world) now() time.Time                   { return time.Now().Add(time.Duration(w.later.Load())) }
func (w *world) advance(d time.Duration)          { w.later.Add(int64(d)) }
func (w *world) settings() *provider.PoolSettings { return &w.tenant.Pool.Settings }

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t, config(t)))
		})
	}
}

func open(t *testing.T, config store.Config) *world {
	t.Helper()
	w := &world{t: t}
	config.Now = w.now
	st, err := store.Open(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { st.Close() })
	w.st = st
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	must(t, err)
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, 2, 1024)
	must(t, err)
	letters, err := message.OpenLetters(templates.FS)
	must(t, err)
	pages, err := page.Open(templates.FS, static.FS)
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	trail, guard := &audit.Log{Store: st}, &risk.Guard{Store: st}
	w.outbox = &message.Outbox{Store: st, Sealer: sealer, Log: log, Senders: map[provider.Channel]message.Sender{
		provider.ByEmail: &message.Mailbox{Store: st}, provider.BySMS: &message.Mailbox{Store: st}}}
	post := &message.Post{Letters: letters, Outbox: w.outbox}
	people := directory.New(directory.Config{Store: st, Audit: trail, Sealer: sealer, Hasher: hasher, Guard: guard, Post: post, Region: "us-east-1",
		PageURL: func(*provider.Pool) string { return "https://login.example.com/" + poolID }})
	w.keys = &token.Keys{Store: st, Sealer: sealer, Audit: trail, Cache: token.NewCache(st)}

	pool := &provider.Pool{ID: poolID, Name: "Northwind", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	must(t, st.All().CreatePool(t.Context(), pool))
	errors := &respond.Errors{Log: log, Page: func(rw http.ResponseWriter, r *http.Request, f respond.Failure) error {
		return pages.Failure(rw, r, page.Chrome{PoolName: "Northwind"}, f)
	}}
	sessions := &signin.Sessions{Store: st, Audit: trail}
	w.flow = &signin.Flow{Store: st, Sealer: sealer, Hasher: hasher, Guard: guard, Audit: trail, Sessions: sessions, Directory: people,
		Factors: &factor.Factors{Store: st, Sealer: sealer, Audit: trail, Post: post, BaseURL: "https://login.example.com"}}
	w.oauth = oauth.New(oauth.Server{Store: st, Keys: w.keys, Sealer: sealer, Audit: trail, Log: log, Now: w.now})
	w.login = &hosted.Door{Flow: w.flow, Sessions: sessions, Sealer: sealer, Pages: pages, Errors: errors, Browser: &browser.Store{}, OAuth: w.oauth}
	w.own = &account.Door{Account: &signin.Account{Flow: w.flow}, OAuth: w.oauth, Sealer: sealer, Pages: pages, Errors: errors, Browser: w.login.Browser}
	mux := http.NewServeMux()
	w.login.Routes(mux)
	w.own.Routes(mux)
	(&oidc.Handler{OAuth: w.oauth, Log: log, Principal: w.login.Principal, EndSession: w.login.EndSession, SignIn: w.login.SignIn, Consent: w.login.Consent,
		ConfirmLogout: w.login.ConfirmLogout, SignedOut: w.login.SignedOut, Refuse: w.login.Refuse, Fail: errors.WritePage}).Mount(mux)
	w.server = httptest.NewTLSServer(http.StripPrefix("/"+poolID, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		ctx := provider.WithTenant(r.Context(), w.tenant)
		ctx = provider.WithActor(ctx, provider.Actor{Kind: "anonymous", Address: "203.0.113.5", UserAgent: r.UserAgent(), RequestID: "request-1"})
		r.Body = http.MaxBytesReader(rw, r.Body, 64<<10)
		mux.ServeHTTP(rw, r.WithContext(ctx))
	})))
	t.Cleanup(w.server.Close)
	w.tenant = &provider.Tenant{Pool: pool, Issuer: w.server.URL + "/" + poolID, URL: w.server.URL + "/" + poolID, Path: "/" + poolID}
	w.addUser("mika")
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) addUser(name string) *provider.User {
	w.t.Helper()
	hash, err := w.flow.Hasher.Hash(w.t.Context(), rightPassword)
	must(w.t, err)
	rows := w.st.Pool(poolID)
	u := &provider.User{ID: "id-" + name, Username: name, Status: provider.UserConfirmed, Enabled: true,
		Attributes: map[string]string{"email": name + "@example.com", "email_verified": "true"}}
	must(w.t, rows.CreateUser(w.t.Context(), u, []provider.UserName{{Key: name, Kind: "username"}}))
	must(w.t, rows.SetPassword(w.t.Context(), &provider.Password{UserID: u.ID, Hash: hash}))
	return u
}

func (w *world) user(name string) *provider.User {
	w.t.Helper()
	u, err := w.st.Pool(poolID).User(w.t.Context(), "id-"+name)
	must(w.t, err)
	return u
}

// mail delivers what waits and answers the newest message to an address.
func (w *world) mail(to string) *provider.Message {
	w.t.Helper()
	jobs, err := w.st.All().LeaseJobs(w.t.Context(), "test", []string{message.JobKind}, 100, time.Minute)
	must(w.t, err)
	for _, j := range jobs {
		must(w.t, w.outbox.Deliver(w.t.Context(), j))
		must(w.t, w.st.All().FinishJob(w.t.Context(), "test", j.ID))
	}
	kept, err := w.st.All().KeptMessages(w.t.Context())
	must(w.t, err)
	for i := range kept {
		if kept[i].To == to {
			return &kept[i]
		}
	}
	w.t.Fatalf("nothing was sent to %s", to)
	return nil
}

func (w *world) code(secret string) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, w.now())
	must(w.t, err)
	return code
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
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
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

func (v *visitor) post(path string, fields ...string) *visitor {
	v.w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", v.w.absolute(path), strings.NewReader(form.Encode()))
	must(v.w.t, err)
	r.Header = v.header.Clone()
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

func (w *world) absolute(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	if strings.HasPrefix(path, "/"+poolID) {
		return w.server.URL + path
	}
	return w.tenant.URL + path
}

// follow goes where the visitor was sent, until there is a page.
func (v *visitor) follow() *visitor {
	v.w.t.Helper()
	for range 5 {
		if v.status != http.StatusSeeOther {
			return v
		}
		v.get(v.to)
	}
	v.w.t.Fatalf("sent around in a circle, to %s", v.to)
	return v
}

// submit fills the first form on the page that the visitor sees.
func (v *visitor) submit(fields ...string) *visitor {
	v.w.t.Helper()
	action := regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(v.body)
	if action == nil {
		v.w.t.Fatalf("no form on the page: %d %s", v.status, v.body)
	}
	if m := regexp.MustCompile(`name="flow" value="([^"]*)"`).FindStringSubmatch(v.body); m != nil {
		fields = append(fields, "flow", html.UnescapeString(m[1]))
	}
	return v.post(html.UnescapeString(action[1]), fields...)
}

// signIn signs a user in to their account.
func (v *visitor) signIn(name string) *visitor {
	v.w.t.Helper()
	return v.get("/account").want(303, "/login?return=%2Faccount").follow().submit("username", name, "password", rightPassword).follow().want(200, name+"@example.com")
}

func (v *visitor) wantNot(text string) *visitor {
	v.w.t.Helper()
	if strings.Contains(v.body, text) {
		v.w.t.Errorf("%s %s has %q:\n%s", v.answer.Request.Method, v.answer.Request.URL.Path, text, v.body)
	}
	return v
}

func (v *visitor) want(status int, contains string) *visitor {
	v.w.t.Helper()
	if v.status != status || !strings.Contains(v.body+v.to, contains) {
		v.w.t.Errorf("%s %s: %d, to %q, not %d with %q:\n%s", v.answer.Request.Method, v.answer.Request.URL.Path, v.status, v.to, status, contains, v.body)
	}
	return v
}

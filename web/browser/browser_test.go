package browser_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/web/browser"
)

const pool = "us-east-1_Abc123xyz"

// back is the request that a browser sends after the response.
func back(w *httptest.ResponseRecorder) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			r.AddCookie(c)
		}
	}
	return r
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		store := &browser.Store{Cookies: browser.Cookies{Plain: plain}}
		id := secret.Token()
		w := httptest.NewRecorder()
		if err := store.SetSessionID(w, httptest.NewRequest("GET", "/", nil), pool, id); err != nil {
			t.Fatal(err)
		}
		c := w.Result().Cookies()[0]
		want := "__Host-" + pool + "_sid"
		if plain {
			want = pool + "_sid"
		}
		if c.Name != want || c.Secure == plain || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("plain=%v: %s", plain, w.Header().Get("Set-Cookie"))
		}
		if got := store.SessionID(back(w), pool); got != id {
			t.Errorf("plain=%v: read %q", plain, got)
		}
		if got := store.SessionID(back(w), "us-east-1_Other0000"); got != "" {
			t.Errorf("another pool reads %q", got)
		}
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	t.Parallel()
	store := &browser.Store{}
	id := secret.Token()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", nil)
	if err := store.SetSessionID(w, r, pool, id); err != nil {
		t.Fatal(err)
	}
	if err := store.Flash(w, r, pool, "password_changed"); err != nil {
		t.Fatal(err)
	}
	if n := len(w.Result().Cookies()); n != 1 {
		t.Errorf("%d cookies of one name", n)
	}
	r = back(w)
	w = httptest.NewRecorder()
	if key, err := store.TakeFlash(w, r, pool); key != "password_changed" || err != nil {
		t.Fatalf("%q, %v", key, err)
	}
	r = back(w)
	if key, _ := store.TakeFlash(httptest.NewRecorder(), r, pool); key != "" {
		t.Errorf("shown twice: %q", key)
	}
	if store.SessionID(r, pool) != id {
		t.Error("the flash took the session with it")
	}
}

func TestForeignCookieCountsAsNone(t *testing.T) {
	t.Parallel()
	store := &browser.Store{}
	for _, value := range []string{"x", strings.Repeat("a", 44), strings.Repeat("a", 42) + "/", strings.Repeat("a", 5000), ".<b>", "."} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: "__Host-" + pool + "_sid", Value: value})
		r.AddCookie(&http.Cookie{Name: "__Host-" + pool + "_browser", Value: value})
		flash, err := store.TakeFlash(httptest.NewRecorder(), r, pool)
		if id := store.SessionID(r, pool); id != "" || flash != "" || err != nil || store.Cookies.Bound(r, pool) != "" {
			t.Errorf("%.50q: id %q, flash %q, %v", value, id, flash, err)
		}
	}
}

func TestBindingIsMadeOnce(t *testing.T) {
	t.Parallel()
	var c browser.Cookies
	w := httptest.NewRecorder()
	first := c.Binding(w, httptest.NewRequest("GET", "/", nil), pool)
	again := httptest.NewRecorder()
	if got := c.Binding(again, back(w), pool); got != first || len(again.Result().Cookies()) != 0 {
		t.Errorf("%q then %q", first, got)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	deny := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	h := browser.Guard(ok, deny)
	for _, c := range []struct {
		method, site, origin string
		want                 int
	}{
		{"POST", "same-origin", "", 204},
		{"POST", "cross-site", "", 403},
		{"POST", "same-site", "", 403},
		{"POST", "", "https://evil.example", 403},
		{"POST", "", "null", 403},
		{"POST", "", "http://example.com", 204},
		{"GET", "cross-site", "", 204},
	} {
		r := httptest.NewRequest(c.method, "http://example.com/login", nil)
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s from %q %q: %d", c.method, c.site, c.origin, w.Code)
		}
	}
}

func TestSecureTransport(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	browser.SecureTransport(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := w.Header().Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("%q", got)
	}
}

func TestAddressBehindProxies(t *testing.T) {
	t.Parallel()
	trusted := browser.Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		remote  string
		forward []string
		want    string
	}{
		{"203.0.113.9:1234", nil, "203.0.113.9"},
		{"203.0.113.9:1234", []string{"198.51.100.1"}, "203.0.113.9"},
		{"10.1.1.1:80", []string{"198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:80", []string{"1.2.3.4, 198.51.100.1, 10.9.9.9"}, "198.51.100.1"},
		{"10.1.1.1:80", []string{"1.2.3.4", "198.51.100.1"}, "198.51.100.1"},
		{"10.1.1.1:80", []string{"forged, 10.2.2.2"}, "10.2.2.2"},
		{"10.1.1.1:80", nil, "10.1.1.1"},
		{"[fd00::1]:80", []string{"2001:db8::1%eth0"}, "2001:db8::1"},
		{"[::ffff:203.0.113.9]:80", nil, "203.0.113.9"},
		{"@", nil, ""},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, f := range c.forward {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := trusted.Address(r); got != c.want {
			t.Errorf("%s %q: %q, not %q", c.remote, c.forward, got, c.want)
		}
	}
}

func FuzzSessionCookie(f *testing.F) {
	f.Add(strings.Repeat("a", 43) + ".signed_out")
	f.Add("..")
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "__Host-"+pool+"_sid="+value)
		store := &browser.Store{}
		flash, err := store.TakeFlash(httptest.NewRecorder(), r, pool)
		if id := store.SessionID(r, pool); err != nil || id != "" && len(id) != 43 || strings.ContainsAny(id+flash, " <>\"'&;%\x00") {
			t.Errorf("%q: id %q, flash %q, %v", value, id, flash, err)
		}
	})
}

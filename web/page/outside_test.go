package page_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// Whatever strangers choose (names, addresses, what they type) stays text.
func TestWordsFromOutsideStayWords(t *testing.T) {
	t.Parallel()
	p := open(t)
	const evil = `"><script>alert(1)</script>{{.Flow}}` + "\ue001" + `<b>`
	for name, v := range map[string]page.View{
		"sign-in": page.SignIn{Chrome: page.Chrome{PoolName: evil, ClientName: evil}, Identifier: evil, Flow: evil,
			Providers: []page.ProviderButton{{ID: evil, Name: evil, Type: evil, URL: "javascript:alert(1)"}}},
		"consent":    page.Consent{Chrome: page.Chrome{PoolName: evil, ClientName: evil}, ClientHost: evil, Account: evil, Scopes: []page.Scope{{Name: evil, Description: evil}}, PolicyURL: "javascript:alert(1)"},
		"error":      page.Error{Kind: page.ErrorRequest, Detail: evil, RequestID: evil},
		"signed out": page.SignedOut{Chrome: page.Chrome{ClientName: evil}, ReturnURL: "JavaScript:alert(1)"},
		"mailbox":    page.Mailbox{Messages: []page.Mail{{Channel: "email", To: evil, Subject: evil, Text: evil, Code: evil, Link: "javascript:alert(1)"}}},
		"logo":       page.SignIn{Chrome: page.Chrome{Brand: page.Brand{LogoURL: "javascript:alert(1)"}}},
		"logo away":  page.SignIn{Chrome: page.Chrome{Brand: page.Brand{LogoURL: "//elsewhere.example/logo.svg"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, doc := render(t, p, "/", v)
			checkNothingInline(t, doc)
			if len(all(doc, "b")) > 0 || strings.Contains(w.Body.String(), "elsewhere.example") {
				t.Error("a name became markup, or a picture comes from elsewhere")
			}
			for _, a := range all(doc, "a") {
				if href, _ := attr(a, "href"); strings.HasPrefix(strings.ToLower(href), "javascript:") {
					t.Errorf("a link runs %s", href)
				}
			}
		})
	}
}

func TestWayBackToAnApp(t *testing.T) {
	t.Parallel()
	p := open(t)
	for given, want := range map[string]string{
		"https://app.example/out?state=1&x=2": "https://app.example/out?state=1&x=2",
		"com.example.app:/signed-out":         "com.example.app:/signed-out",
		"myapp://signed-out":                  "myapp://signed-out",
		"/demo/":                              "/demo/",
		"javascript:alert(1)":                 "#",
		"data:text/html,x":                    "#",
		"no scheme":                           "#",
		"http://[::1":                         "#",
	} {
		_, doc := render(t, p, "/", page.SignedOut{ReturnURL: given})
		for _, a := range all(doc, "a") {
			if href, _ := attr(a, "href"); href != want {
				t.Errorf("%s leads to %s, want %s", given, href, want)
			}
		}
	}
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	p := open(t)
	w, _ := render(t, p, "/us-east-1_Pool00001/login", page.SignIn{})
	address := regexp.MustCompile(`/static/[0-9a-f]{16}/css/cognate\.css`).FindString(w.Body.String())
	if address == "" {
		t.Fatal("the page names no stylesheet")
	}
	other := regexp.MustCompile(`[0-9a-f]{16}`).ReplaceAllString(address, "0123456789abcdef")
	for _, c := range []struct {
		target       string
		status       int
		cache, media string
	}{
		{address, http.StatusOK, "public, max-age=31536000, immutable", "text/css; charset=utf-8"},
		{other, http.StatusOK, "no-cache", "text/css; charset=utf-8"},
		{strings.Replace(address, "css/cognate.css", "demo/app.js", 1), http.StatusOK, "public, max-age=31536000, immutable", "text/javascript; charset=utf-8"},
		{strings.Replace(address, "css/cognate.css", "../static.go", 1), http.StatusNotFound, "", ""},
		{"/static/", http.StatusNotFound, "", ""},
		{"/static/static.go", http.StatusNotFound, "", ""},
	} {
		w := httptest.NewRecorder()
		p.Static().ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.target, nil))
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", c.target, w.Code, c.status)
		}
		if w.Code == http.StatusOK && (w.Header().Get("Cache-Control") != c.cache || w.Header().Get("Content-Type") != c.media) {
			t.Errorf("%s: %v", c.target, w.Header())
		}
	}
	icon := httptest.NewRecorder()
	p.Favicon().ServeHTTP(icon, httptest.NewRequest(http.MethodGet, "/favicon.ico", nil))
	if icon.Code != http.StatusOK || icon.Header().Get("Content-Type") != "image/x-icon" {
		t.Errorf("favicon: %d %v", icon.Code, icon.Header())
	}
}

// A page that no door draws still speaks for the pool it was asked of.
func TestFailureSpeaksForItsPool(t *testing.T) {
	t.Parallel()
	pool := &provider.Pool{Settings: provider.PoolSettings{DisplayName: "Northwind Cycling"}}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(provider.WithTenant(r.Context(), &provider.Tenant{Pool: pool}))
	w := httptest.NewRecorder()
	if err := open(t).Failure(w, r, page.Chrome{}, respond.Failure{Status: 404, Code: provider.CodeNotFound}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.Body.String(), "<bdi>Northwind Cycling</bdi>") {
		t.Error("the page does not name the pool")
	}
}

func TestFailurePages(t *testing.T) {
	t.Parallel()
	p := open(t)
	for code, heading := range map[provider.Code]string{
		provider.CodeNotFound:    "There is nothing here",
		provider.CodeForbidden:   "You cannot open this",
		provider.CodeThrottled:   "Too many tries",
		provider.CodeUnavailable: "We are busy for a moment",
		provider.CodeInvalid:     "This link does not work",
		provider.CodeInternal:    "Something went wrong here",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		f := respond.Failure{Status: respond.Status(code), Code: code, Message: "Told.", RequestID: "request-7"}
		if err := p.Failure(w, r, page.Chrome{}, f); err != nil {
			t.Fatal(err)
		}
		if w.Code != f.Status || !strings.Contains(w.Body.String(), "<h1>"+heading+"</h1>") || !strings.Contains(w.Body.String(), "request-7") {
			t.Errorf("%s: %d\n%s", code, w.Code, w.Body)
		}
	}
}

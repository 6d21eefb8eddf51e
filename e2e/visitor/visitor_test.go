package visitor_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cognate-idp/cognate/e2e/visitor"
)

// site is a sign-in page with a consent page behind it.
func site(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("sid"); err != nil {
			http.Redirect(w, r, "/login?flow=7", http.StatusSeeOther)
			return
		}
		http.Redirect(w, r, "http://localhost:9/back?code=c&state="+r.FormValue("state"), http.StatusSeeOther)
	})
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `<form method="get"><input name="q"></form><form method="post" action="/login">
			<input type="hidden" name="flow" value="7"><input autocomplete="username webauthn" name="u" value="old">
			<input type="password" name="p"><input type="checkbox" name="off"><input type="checkbox" name="on" value="1" checked>
			<button type="button" name="show">Show</button><button name="do" value="yes">Go</button><button name="do" value="no">Stop</button></form>`)
	})
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		if got := r.PostForm.Encode(); got != "do=yes&flow=7&on=1&p=secret&u=ada" {
			_, _ = io.WriteString(w, `<div role="alert">Wrong.</div><form method="post"></form>`)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1", Path: "/"})
		http.Redirect(w, r, "/authorize?state=s", http.StatusSeeOther)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestArriveFillsFormsAndFollowsRedirects(t *testing.T) {
	t.Parallel()
	s := site(t)
	v := visitor.New(nil, "ada", "secret")
	for range 2 { // the second time the cookie suffices
		back, err := v.Arrive(t.Context(), s.URL+"/authorize?state=s", "http://localhost:9/back")
		if err != nil {
			t.Fatal(err)
		}
		if back.Query().Get("code") != "c" || back.Query().Get("state") != "s" {
			t.Errorf("arrived at %s", back)
		}
	}
}

func TestArriveStopsAtARefusal(t *testing.T) {
	t.Parallel()
	s := site(t)
	_, err := visitor.New(nil, "ada", "wrong").Arrive(t.Context(), s.URL+"/authorize", "http://localhost:9/back")
	var page *visitor.Page
	if !errors.As(err, &page) {
		t.Errorf("err = %v, want the page that refused", err)
	}
}

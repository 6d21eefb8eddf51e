package web_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web"
	"github.com/cognate-idp/cognate/web/respond"
)

func site() http.Handler {
	say := func(what string) web.Mount {
		return func(mux *http.ServeMux) {
			tell := func(w http.ResponseWriter, r *http.Request) {
				issuer := "-"
				if t := provider.TenantFrom(r.Context()); t != nil {
					issuer = t.Issuer
				}
				fmt.Fprintf(w, "%s %s %s", what, r.URL.Path, issuer)
			}
			mux.HandleFunc("GET /.well-known/{name}", tell)
			mux.HandleFunc("GET /login", tell)
			mux.HandleFunc("GET /static/{f...}", tell)
			mux.HandleFunc("GET /boom", func(http.ResponseWriter, *http.Request) { panic("a secret") })
		}
	}
	e := &respond.Errors{Log: slog.New(slog.DiscardHandler)}
	s := &web.Site{
		BaseURL: "https://id.example", Root: []web.Mount{say("root")}, UserPool: []web.Mount{say("pool")}, IdentityPool: []web.Mount{say("identity")},
		FindPool: func(_ context.Context, id string) (*provider.Pool, error) {
			if id != "us-east-1_AAAAAAAAA" {
				return nil, provider.ErrPoolNotFound
			}
			return &provider.Pool{ID: id}, nil
		},
		FindIdentityPool: func(_ context.Context, id string) (*provider.IdentityPool, error) {
			if id != "us-east-1:0f" {
				return nil, provider.ErrIdentityPoolNotFound
			}
			return &provider.IdentityPool{ID: id}, nil
		},
		Fail: e.WriteJSON,
	}
	o := &web.Observer{Log: e.Log, Address: func(*http.Request) string { return "192.0.2.1" }, Measure: func(string, string, int, time.Duration) {}, Fail: e.WriteJSON}
	return o.Wrap(s.Handler())
}

func TestTheRightDoor(t *testing.T) {
	t.Parallel()
	h := site()
	for _, c := range []struct {
		path   string
		status int
		body   string
	}{
		{"/login", 200, "root /login -"},
		{"/us-east-1_AAAAAAAAA/login", 200, "pool /login https://id.example/us-east-1_AAAAAAAAA"},
		{"/us-east-1_AAAAAAAAA/.well-known/openid-configuration", 200, "pool /.well-known/openid-configuration https://id.example/us-east-1_AAAAAAAAA"},
		{"/.well-known/oauth-authorization-server/us-east-1_AAAAAAAAA", 200, "pool /.well-known/oauth-authorization-server https://id.example/us-east-1_AAAAAAAAA"},
		{"/identity/us-east-1:0f/login", 200, "identity /login https://id.example/identity/us-east-1:0f"},
		{"/identity/us-east-1%3A0f/login", 200, "identity /login https://id.example/identity/us-east-1:0f"},
		{"/.well-known/oauth-authorization-server/identity/us-east-1:0f", 200, "identity /.well-known/oauth-authorization-server https://id.example/identity/us-east-1:0f"},
		{"/us-east-1_BBBBBBBBB/login", 404, "no such user pool"},
		{"/identity/x/login", 404, "no such identity pool"},
		{"/us-east-1_AAAAAAAAA/nothing", 404, "no such page"},
		{"/us-east-1_AAAAAAAAA", 404, "no such page"},
		{"/identity", 404, "no such identity pool"},
		{"/boom", 500, "internal"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", c.path, nil))
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.body) {
			t.Errorf("GET %s: %d %s", c.path, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "secret") {
			t.Errorf("GET %s leaks: %s", c.path, w.Body)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/us-east-1_AAAAAAAAA/login", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST where only GET is: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

package dev_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/dev"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// The front page and the mailbox hold passwords. A site whose name was turned to
// this machine while its page is open must not read them.
func TestForeignNamesSeeNothing(t *testing.T) {
	t.Parallel()
	pages, err := page.Open(templates.FS, static.FS)
	if err != nil {
		t.Fatal(err)
	}
	failures := &respond.Errors{Log: slog.New(slog.DiscardHandler), Page: func(w http.ResponseWriter, _ *http.Request, f respond.Failure) error {
		return respond.HTML(w, f.Status, []byte(f.Message))
	}}
	mux := http.NewServeMux()
	(&dev.Door{
		Pages: pages, Failures: failures, BaseURL: "https://demo.example.com",
		Messages: func(context.Context) ([]provider.Message, error) { return nil, nil },
		Facts:    func() dev.Facts { return dev.Facts{} },
	}).Routes(mux)
	for host, want := range map[string]int{
		"localhost:8420": 200, "127.0.0.1:8420": 200, "[::1]:8420": 200, "app.localhost": 200, "demo.example.com": 200,
		"attacker.example": 403, "attacker.example:8420": 403, "localhost.attacker.example": 403, "demo.example.com:1": 403, "10.0.0.1": 403,
	} {
		for _, path := range []string{"/mailbox", "/demo/config.json"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Host = host
			r.Header.Set("Accept", "application/json")
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s of %s: %d, not %d", path, host, w.Code, want)
			}
		}
	}
}

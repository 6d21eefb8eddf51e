package hosted_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/hosted"
	"github.com/cognate-idp/cognate/web/respond"
)

// The well-known addresses speak where something is configured, and only the
// configured address is in them.
func TestWellKnown(t *testing.T) {
	t.Parallel()
	pool := &provider.Pool{ID: "us-east-1_Known0000"}
	alone := true
	k := &hosted.WellKnown{
		BaseURL: "https://id.example.com", Errors: &respond.Errors{Log: slog.New(slog.NewTextHandler(io.Discard, nil))},
		Only: func(context.Context) (*provider.Pool, error) {
			if !alone {
				return nil, provider.ErrPoolNotFound
			}
			return pool, nil
		},
	}
	mux := http.NewServeMux()
	k.Root(mux)
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/.well-known/"+path, nil)
		r.Host = "evil.example"
		mux.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"webauthn", "passkey-endpoints"} {
		if code, body := get(path); code != http.StatusNotFound {
			t.Errorf("%s, nothing configured: %d %s", path, code, body)
		}
	}
	pool.Settings.FirstFactors = []provider.Factor{provider.FactorPasskey}
	pool.Settings.Passkeys.Origins = []string{"https://app.example.com"}
	if code, body := get("webauthn"); code != http.StatusOK || body != `{"origins":["https://app.example.com"]}` {
		t.Errorf("related origins: %d %s", code, body)
	}
	if code, body := get("passkey-endpoints"); code != http.StatusOK || !strings.Contains(body, `"manage":"https://id.example.com/us-east-1_Known0000/account/passkeys"`) {
		t.Errorf("endpoints: %d %s", code, body)
	}
	if code, body := get("change-password"); code != http.StatusFound || !strings.Contains(body, `"https://id.example.com/us-east-1_Known0000/account/password"`) {
		t.Errorf("change-password: %d %s", code, body)
	}
	alone = false
	if code, _ := get("webauthn"); code != http.StatusNotFound {
		t.Errorf("several pools: %d", code)
	}
}

package hosted_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
)

func TestRefusalsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		authorize := func(form url.Values) error {
			_, err := w.door.OAuth.Authorize(provider.WithTenant(t.Context(), w.tenant), form, nil)
			return err
		}
		logout := func(form url.Values) error {
			_, err := w.door.OAuth.EndSession(provider.WithTenant(t.Context(), w.tenant), form, nil)
			return err
		}
		for _, c := range []struct {
			name  string
			err   error
			title string
		}{
			{"authorize without a client", authorize(url.Values{}), "We cannot tell which app"},
			{"authorize for an unknown client", authorize(url.Values{"client_id": {"nobody"}}), "We do not know this app"},
			{"authorize for two clients", authorize(url.Values{"client_id": {"app", "third"}}), "This link does not work"},
			{"authorize to elsewhere", authorize(url.Values{"client_id": {"app"}, "redirect_uri": {"https://evil.example/"}}), "somewhere it may not"},
			{"logout without a client", logout(url.Values{"post_logout_redirect_uri": {callback}}), "We cannot tell which app"},
			{"logout to elsewhere", logout(url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {"https://evil.example/"}}), "somewhere it may not"},
			{"logout with no ID token", logout(url.Values{"id_token_hint": {"x"}}), "This link does not work"},
		} {
			var refusal *oauth.Error
			if !errors.As(c.err, &refusal) {
				t.Errorf("%s: %v", c.name, c.err)
				continue
			}
			rec := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			must(t, w.door.Refuse(rec, r.WithContext(provider.WithTenant(r.Context(), w.tenant)), refusal))
			if rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "<title>Error: ") || !strings.Contains(rec.Body.String(), c.title) {
				t.Errorf("%s: %d without %q:\n%s", c.name, rec.Code, c.title, rec.Body)
			}
		}
	})
}

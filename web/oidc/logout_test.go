package oidc_test

import (
	"net/http"
	"net/url"
	"testing"
)

// A client's form from its own site comes without the session's cookie, so it
// ends nothing by itself: it only leads to the same request by GET.
func TestEndSessionPostedFromAnotherSite(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d *door) {
		form := url.Values{"post_logout_redirect_uri": {"https://app.example.com/bye"}, "state": {"a b"}}
		r := postRequest("/oauth2/logout", web, "", form)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		w := d.do(r)
		form.Set("client_id", web)
		if want := d.tenant.Path + "/oauth2/logout?" + form.Encode(); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%d to %s, not %s", w.Code, w.Header().Get("Location"), want)
		}
		if d.ended.Load() != 0 {
			t.Error("a session ended")
		}
	})
}

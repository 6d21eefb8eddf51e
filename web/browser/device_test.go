package browser_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/web/browser"
)

// People who share a browser each keep a token of their own in it.
func TestDeviceCookieHoldsOneTokenAPerson(t *testing.T) {
	t.Parallel()
	cookies := browser.Cookies{}
	r := httptest.NewRequest("GET", "/", nil)
	var want []string
	keep := func(was, token string) {
		t.Helper()
		w := httptest.NewRecorder()
		cookies.KeepDevice(w, r, pool, was, token, 48*time.Hour)
		if c := w.Result().Cookies()[0]; c.MaxAge != 48*60*60 || !c.HttpOnly || !c.Secure || c.Name != "__Host-"+pool+"_device" {
			t.Errorf("%s", w.Header().Get("Set-Cookie"))
		}
		r = back(w)
		if got := cookies.Devices(r, pool); !slices.Equal(got, want) {
			t.Errorf("kept %q, not %q", got, want)
		}
	}
	for range 7 {
		token := secret.Token()
		want = append([]string{token}, want[:min(len(want), 4)]...)
		keep("", token)
	}
	was, token := want[3], secret.Token()
	want = append([]string{token}, slices.Delete(slices.Clone(want), 3, 4)...)
	keep(was, token)
	if got := cookies.Devices(r, "us-east-1_Other0000"); len(got) != 0 {
		t.Errorf("another pool reads %q", got)
	}
	r = httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", "__Host-"+pool+"_device=x.."+secret.Token()+"<.")
	if got := cookies.Devices(r, pool); len(got) != 0 {
		t.Errorf("read %q", got)
	}
}

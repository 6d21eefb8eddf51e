package hosted_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

func TestConsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit().signIn("third").want(303, "/consent?authorization=")
		ask := v.to
		v.get(ask).want(200, "mika@example.com")
		for _, part := range []string{"third.example", `data-scope="email"`} {
			if !strings.Contains(v.body, part) {
				t.Errorf("the page lacks %q", part)
			}
		}
		if strings.Contains(v.body, "javascript:") {
			t.Error("a javascript: address is on the page")
		}
		v.submit("decision", "perhaps").want(400, `role="alert"`)
		v.submit("decision", "allow").want(303, callback+"?code=")
		v.get(ask).want(410, "no longer valid")
		// Remembered: the next time nobody is asked.
		v.signIn("third").want(303, callback+"?code=")
	})
}

// Somebody signed in who comes back to the sign-in page is sent on: to the
// question again, or to the app if there is none.
func TestBackFromConsentGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v, page := w.visit(), "/login?authorization="+w.authorization("third")
		v.get(page).submit("username", "mika", "password", rightPassword).want(303, "/consent?authorization=")
		v.get(page).want(303, "/consent?authorization=")
		v.get(page+"&flow="+strings.Repeat("a", 43)).want(303, "/consent?authorization=")
		v.get(v.to).submit("decision", "allow").want(303, callback+"?code=")
		v.get(page).want(410, "no longer valid")

		v.get("/login?authorization="+w.authorization("app")).want(303, callback+"?code=")
		v.get("/login?authorization="+w.authorization("app", "prompt", "login")).want(200, "password")
		w.visit().get("/login?authorization="+w.authorization("app")).want(200, "password")
	})
}

func TestConsentDenied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit().signIn("third")
		v.get(v.to).submit("decision", "deny").want(303, callback+"?error=access_denied")
	})
}

func TestConsentIsTheAskedPersonsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("other", provider.UserConfirmed, rightPassword)
		v := w.visit().signIn("third")
		v.get(v.to).want(200, "mika@example.com")
		page := v.body
		// In another tab somebody else signs in.
		v.get("/login?authorization="+w.authorization("app", "prompt", "login")).submit("username", "other", "password", rightPassword)
		v.body = page
		v.submit("decision", "allow").want(409, "other@example.com")

		nobody := w.visit()
		nobody.body = page
		nobody.submit("decision", "allow").want(303, "/login?authorization=")
	})
}

func TestLogoutIsConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		const app = "https://app.example/bye"
		v := w.visit().signIn("app")
		v.get("/confirm-logout?to="+url.QueryEscape(app)).want(200, "mika@example.com")
		asked := v.body
		v.submit("decision", "stay").want(200, "still signed in")
		v.get("/confirm-logout").want(200, "mika@example.com")
		v.post("/logout", url.Values{"flow": {"https://evil.example"}, "decision": {"sign_out"}}).want(410, "no longer valid")

		another := w.visit().signIn("app")
		another.body = asked
		another.submit("decision", "sign_out").want(410, "no longer valid")

		v.body = asked
		v.submit("decision", "sign_out").want(303, app)
		if v.cookie("_sid") != nil {
			t.Error("the cookie stays")
		}
		v.get("/confirm-logout").want(303, "/signed-out")
		v.get(v.to).want(200, "signed out")

		another.get("/confirm-logout").submit("decision", "sign_out").want(303, "/signed-out")
	})
}

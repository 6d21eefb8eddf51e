package hosted_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

// People open pages by themselves: each leads somewhere, and in the end to the account.
func TestPagesOpenedByThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(*provider.PoolSettings) {})
		if v := w.visit().get("/"); v.status != 302 || v.to != "/"+poolID+"/account" {
			t.Errorf("the pool's own address: %d to %q", v.status, v.to)
		}
		v := w.visit().get("/login").go303().want(200, "Welcome back").submit("username", "mika", "password", rightPassword)
		if v.status != 303 || v.to != "/"+poolID+"/account" {
			t.Errorf("signed in from nowhere: %d to %q", v.status, v.to)
		}
		v = w.visit().get("/signup").want(200, "Create your account")
		v.submit("username", "ann", "attr.email", "ann@example.com", "password", newPassword).go303().want(200, "Check your email")
		if v.submit("code", w.mail(d)[0].Code); v.status != 303 || v.to != "/"+poolID+"/account" {
			t.Errorf("signed up from nowhere: %d to %q", v.status, v.to)
		}
		w.visit().get("/forgotPassword").want(200, "Forgot your password?")
		w.visit().get("/signed-out").want(200, `href="/`+poolID+`/account"`)
		w.visit().get("/login?return=//evil.example").want(400, "")
	})
}

// An authorization request's parameters begin where the path says, as at Cognito.
func TestPagesOpenedForAnApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(*provider.PoolSettings) {})
		q := url.Values{"client_id": {"app"}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid"}, "state": {"mine"},
			"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
		v := w.visit().signIn("app") // who is signed in already wants another account
		v.get("/signup?"+q.Encode()).go303().want(200, "Create your account")
		v.submit("username", "ann", "attr.email", "ann@example.com", "password", newPassword).go303()
		v.submit("code", w.mail(d)[0].Code).want(303, callback+"?code=").want(303, "state=mine")
		w.visit().get("/forgotPassword?"+q.Encode()).go303().want(200, "Forgot your password?").follow("Back to sign-in").want(200, "Welcome back")
		q.Set("scope", "unheard-of")
		w.visit().get("/signup?"+q.Encode()).want(303, callback+"?error=invalid_scope")
		q.Set("redirect_uri", "https://evil.example/")
		w.visit().get("/signup?"+q.Encode()).want(400, "somewhere it may not")
		q.Set("client_id", "nobody")
		w.visit().get("/signup?"+q.Encode()).want(400, "We do not know this app")
		q.Del("client_id")
		w.visit().get("/login?"+q.Encode()).want(400, "client_id")
	})
}

// What is over offers a way on: to the app that waits, to the page that was wanted, or to
// the account.
func TestWhatIsOverLeadsOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.reach(func(*provider.PoolSettings) {})
		gone := strings.Repeat("x", 43)
		form := url.Values{"flow": {gone}, "username": {"mika"}, "password": {rightPassword}, "code": {"123456"}, "new_password": {newPassword}, "confirm_password": {newPassword}}
		id := w.authorization("app")
		for _, path := range []string{"/login", "/signup", "/confirm", "/resendcode", "/confirm/correct", "/forgotPassword", "/confirmforgotPassword", "/login/code", "/mfa", "/mfa/setup", "/profile", "/device", "/passkeys/add"} {
			w.visit().post(path, form).want(410, `href="/`+poolID+`/account"`)
			w.visit().post(path+"?return=/account/password", form).want(410, `return=%2Faccount%2Fpassword`)
			w.visit().post(path+"?authorization="+id, form).want(410, `/login?authorization=`+id)
		}
		for _, path := range []string{"/resendcode", "/confirm/correct"} { // opened, not sent
			w.visit().get(path+"?authorization="+id).want(303, "/confirm?authorization="+id)
		}
		v := w.visit().signIn("app")
		v.post("/mfa", form).want(410, "You are signed in as")
		v.post("/mfa?return=/account/password", form).want(303, "/account/password")
		v.post("/mfa?authorization="+id, form).want(303, callback+"?code=") // they signed in in another tab
		cross := w.visit().signIn("app")
		cross.header.Set("Sec-Fetch-Site", "cross-site")
		cross.post("/mfa?authorization="+w.authorization("app"), form).want(403, "")
	})
}

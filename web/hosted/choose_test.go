package hosted_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

// ask sends the browser to the authorize endpoint for a client.
func (v *visitor) ask(client string, extra ...string) *visitor {
	v.w.t.Helper()
	q := url.Values{"client_id": {client}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid email"}, "state": {"s"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(extra); i += 2 {
		q.Set(extra[i], extra[i+1])
	}
	return v.get("/oauth2/authorize?" + q.Encode())
}

// another follows the link to the sign-in page of another account.
func (v *visitor) another() *visitor {
	v.w.t.Helper()
	m := regexp.MustCompile(`id="another" href="([^"]+)"`).FindStringSubmatch(v.body)
	if m == nil {
		v.w.t.Fatalf("no link on the page: %d %s", v.status, v.body)
	}
	return v.get(html.UnescapeString(m[1]))
}

// An app that lets people choose an account is answered with the one that is signed
// in, once they say so; or with another one, after a sign-in that has succeeded.
func TestChoosingAnAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa", provider.UserConfirmed, rightPassword)
		v := w.visit()
		v.ask("app", "prompt", "select_account").want(303, "/login?authorization=") // there is nothing to choose from
		v.get(v.to).submit("username", "mika", "password", rightPassword).want(303, callback+"?code=")
		session := v.cookie("_sid").Value

		v.ask("app", "prompt", "select_account").want(303, "/select-account?authorization=")
		chooser := v.to
		v.get(chooser).want(200, "mika@example.com")
		v.get(chooser).want(200, "Continue as").submit("account", "-").want(303, callback+"?code=")
		if v.cookie("_sid").Value != session {
			t.Error("going on made another session")
		}
		v.get(chooser).want(410, "no longer valid")

		// Another one: the first session stays until the sign-in has succeeded.
		v.ask("app", "prompt", "select_account").get(v.to).another().want(200, "password").submit("username", "noa", "password", "wrong").want(422, "password")
		again := v.body
		v.ask("app").want(303, callback+"?code=")
		v.body = again
		v.submit("username", "noa", "password", rightPassword).want(303, callback+"?code=")
		v.get("/confirm-logout").want(200, "noa@example.com")

		// Both have been here. The name is filled in, the password is asked for.
		v.ask("app", "prompt", "select_account").get(v.to).want(200, "noa@example.com").want(200, `data-account="mika@example.com"`)
		v.submit("account", "id-nobody").want(400, "not known here any more")
		v.submit("account", "id-mika").want(303, "/login?").get(v.to).want(200, `value="mika"`)
		v.submit("username", "mika", "password", rightPassword).want(303, callback+"?code=")

		// A request that wants a newer proof gets it, from who was chosen.
		for _, more := range [][]string{{"prompt", "select_account login"}, {"prompt", "select_account", "max_age", "0"}} {
			v.ask("app", more...).want(303, "/select-account?").get(v.to).submit("account", "-").want(303, "/login?authorization=")
			v.get(v.to).want(303, "/login?").get(v.to).want(200, `value="mika"`).submit("username", "mika", "password", rightPassword).want(303, callback+"?code=")
		}

		// What is forgotten is not offered any more.
		v.ask("app", "prompt", "select_account").get(v.to).submit("forget", "id-noa").want(303, "/select-account?").get(v.to).want(200, "mika@example.com")
		if strings.Contains(v.body, "noa@example.com") {
			t.Error("a forgotten account is on the page")
		}
	})
}

func TestAChoiceIsTheAskedPersonsOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa", provider.UserConfirmed, rightPassword)
		v := w.visit().signIn("app")
		v.ask("app", "prompt", "select_account").get(v.to).want(200, "mika@example.com")
		page := v.body
		v.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
		v.submit("account", "-").want(403, "")
		v.header = http.Header{"Sec-Fetch-Site": {"same-origin"}}
		v.get("/login?authorization="+w.authorization("app", "prompt", "login")).submit("username", "noa", "password", rightPassword)
		v.body = page
		v.submit("account", "-").want(409, "noa@example.com")

		nobody := w.visit()
		nobody.body = page
		nobody.submit("account", "-").want(303, "/login?authorization=")
		nobody.get("/select-account?authorization="+strings.Repeat("a", 43)).want(410, "no longer valid")
		nobody.get("/select-account").want(410, "no longer valid")
	})
}

// A third party's app asks for consent beside, from whoever was chosen; and whoever is
// not the one on that page says so there.
func TestChoosingAndConsent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa", provider.UserConfirmed, rightPassword)
		v := w.visit().signIn("app")
		v.ask("third", "prompt", "select_account").get(v.to).submit("account", "-").want(303, "/consent?")
		v.get(v.to).want(200, "mika@example.com").submit("decision", "allow").want(303, callback+"?code=")

		v.ask("third", "prompt", "consent").want(303, "/consent?").get(v.to).want(200, "Not you?")
		v.get(html.UnescapeString(regexp.MustCompile(`id="not-you" href="([^"]+)"`).FindStringSubmatch(v.body)[1])).want(200, "Continue as").another().want(200, "password").submit("username", "noa", "password", rightPassword).want(303, "/consent?").get(v.to).want(200, "noa@example.com")
	})
}

// The names are for this browser and this pool, sealed, until it is closed; and only
// those who came in are among them.
func TestKnownAccountsAreKeptPrivately(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.get("/login?authorization="+w.authorization("app")).submit("username", "mika", "password", "wrong").want(422, "")
		if v.cookie("_accounts") != nil {
			t.Error("a name that was only typed is kept")
		}
		v.submit("username", "mika", "password", rightPassword).want(303, callback+"?code=")
		var c *http.Cookie
		for _, set := range v.answer.Cookies() {
			if strings.HasSuffix(set.Name, "_accounts") {
				c = set
			}
		}
		if c == nil || strings.Contains(c.Value, "mika") || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 0 || !c.Expires.IsZero() || !strings.HasPrefix(c.Name, "__Host-"+poolID) {
			t.Errorf("cookie %+v", c)
		}
		for _, name := range []string{"m1", "m2", "m3", "m4", "m5", strings.Repeat("m", 60)} {
			w.addUser(name, provider.UserConfirmed, rightPassword)
			v.get("/login?authorization="+w.authorization("app", "prompt", "login")).submit("username", name, "password", rightPassword).want(303, callback+"?code=")
		}
		v.ask("app", "prompt", "select_account").get(v.to)
		if n := strings.Count(v.body, "data-account="); n != 4 { // the fifth is signed in
			t.Errorf("%d accounts are offered", n)
		}
		for _, value := range []string{"x", strings.Repeat("a", 300), strings.Repeat("a", 3000)} {
			other := w.visit()
			r, err := http.NewRequest("GET", w.server.URL+"/"+poolID+"/select-account?authorization="+w.authorization("app"), nil)
			must(t, err)
			r.AddCookie(&http.Cookie{Name: "__Host-" + poolID + "_accounts", Value: value})
			other.do(r).want(303, "/login?authorization=")
		}
	})
}

package hosted_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

func TestSignInGoesBackToTheApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.get("/login?authorization="+w.authorization("app")).want(200, "App app")
		if !strings.Contains(v.body, `value="hinted"`) {
			t.Error("login_hint is not on the page")
		}
		h := v.answer.Header
		if h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("headers: %v", h)
		}
		v.submit("username", "mika", "password", rightPassword).want(303, callback+"?")
		to, err := url.Parse(v.to)
		if err != nil || to.Query().Get("code") == "" || to.Query().Get("state") != "s" || to.Query().Get("iss") != w.tenant.Issuer {
			t.Errorf("went to %s", v.to)
		}
		set := v.answer.Header.Get("Set-Cookie")
		for _, part := range []string{"__Host-" + poolID + "_sid=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"} {
			if !strings.Contains(set, part) {
				t.Errorf("session cookie %q lacks %q", set, part)
			}
		}
		if strings.Contains(w.log.String(), rightPassword) {
			t.Error("the password is in the log")
		}
	})
}

func TestLoginWithAuthorizeParametersIsAuthorize(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.get("/login?client_id=app&response_type=code&scope=a%20b").want(303, "/"+poolID+"/oauth2/authorize?client_id=app&response_type=code&scope=a%20b")
		v.get("/login?response_type=code").want(400, "client_id")
	})
}

// An onlooker learns nothing from status, page, work or wait.
func TestUnknownUserGetsTheSamePage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("gone", provider.UserConfirmed, rightPassword)
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-gone", func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled = false
			return nil, nil
		}))
		look := func(name string) (string, uint64) {
			v := w.visit().get("/login?authorization=" + w.authorization("app"))
			before := w.door.Flow.Hasher.Hashes()
			v.submit("username", name, "password", "wrong password").want(422, `role="alert"`)
			page := strings.NewReplacer(v.flow(), "FLOW", `value="`+name+`"`, "NAME").Replace(v.body)
			page = regexp.MustCompile(`authorization=[\w-]{43}`).ReplaceAllString(page, "A")
			return page, w.door.Flow.Hasher.Hashes() - before
		}
		known, work := look("mika")
		for _, name := range []string{"nobody", "gone"} {
			if page, hashes := look(name); page != known || hashes != work {
				t.Errorf("%s is told apart: %d hashes and\n%s\nnot %d and\n%s", name, hashes, page, work, known)
			}
		}
		v := w.visit().get("/login?authorization=" + w.authorization("legacy"))
		v.submit("username", "nobody else", "password", "wrong password").want(422, "do not belong together")
		for _, name := range []string{"mika", "nobody"} {
			for range 4 {
				look(name)
			}
			v := w.visit().get("/login?authorization=" + w.authorization("app"))
			v.submit("username", name, "password", rightPassword).want(429, "Wait 1 second, then")
			if v.answer.Header.Get("Retry-After") != "1" {
				t.Errorf("%s: Retry-After %q", name, v.answer.Header.Get("Retry-After"))
			}
		}
	})
}

func TestFlowBelongsToOneBrowser(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mine, thief, stranger := w.visit(), w.visit(), w.visit()
		mine.get("/login?authorization=" + w.authorization("app"))
		thief.get("/login?authorization=" + w.authorization("app"))
		form := url.Values{"flow": {mine.flow()}, "username": {"mika"}, "password": {rightPassword}}
		for name, v := range map[string]*visitor{"with cookies": thief, "without": stranger} {
			v.post("/login", form).want(410, "no longer valid")
			v.get("/login?flow="+mine.flow()).want(410, "no longer valid")
			if v.cookie("_sid") != nil {
				t.Errorf("%s: got a session", name)
			}
		}
		// Looking consumes nothing, however often.
		for range 3 {
			mine.get("/login?flow="+mine.flow()).want(200, "password")
		}
		mine.submit("username", "mika", "password", rightPassword).want(303, callback)
		// What is over offers no second session.
		mine.post("/login", form).want(410, "no longer valid")
	})
}

func TestExpiredFlowStartsAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		id := w.authorization("app")
		v.post("/login?authorization="+id, url.Values{"flow": {strings.Repeat("a", 43)}}).want(410, "/login?authorization="+id)
		v.get("/login?authorization="+strings.Repeat("b", 43)).want(410, "no longer valid")
	})
}

func TestPlantedSessionIsReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		attacker, victim := w.visit(), w.visit()
		attacker.signIn("app").want(303, callback)
		planted := *attacker.cookie("_sid")
		planted.Secure, planted.Path = true, "/"
		u, _ := url.Parse(w.server.URL)
		victim.client.Jar.SetCookies(u, []*http.Cookie{&planted})
		victim.signIn("app").want(303, callback)
		if victim.cookie("_sid").Value == planted.Value {
			t.Error("the planted id was kept")
		}
		if _, err := w.door.Sessions.Read(t.Context(), w.tenant.Pool, planted.Value); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("the planted session lives: %v", err)
		}
	})
}

func TestFormFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for _, header := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}},
		} {
			v := w.visit()
			v.get("/login?authorization=" + w.authorization("app"))
			v.header = header
			v.submit("username", "mika", "password", rightPassword).want(403, "")
			if v.cookie("_sid") != nil {
				t.Errorf("%v: signed in", header)
			}
			for _, path := range []string{"/consent", "/logout"} {
				v.post(path, url.Values{}).want(403, "")
			}
		}
	})
}

func TestForcedChangeOnPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("new", provider.UserForceChangePassword, "Temporary-and-first-1")
		v := w.visit().get("/login?authorization=" + w.authorization("app"))
		v.submit("username", "new", "password", "Temporary-and-first-1").want(303, "/login?authorization=")
		if v.cookie("_sid") != nil {
			t.Fatal("a temporary password made a session")
		}
		v.get(v.to).want(200, `autocomplete="new-password"`)
		if !strings.Contains(v.body, `value="new"`) {
			t.Error("the page does not name the account")
		}
		v.submit("new_password", "My-own-1x", "confirm_password", "Another-1x").want(400, "differ")
		v.submit("new_password", "", "confirm_password", "").want(400, `role="alert"`)
		v.submit("new_password", "short", "confirm_password", "short").want(400, `role="alert"`)
		v.submit("new_password", "Temporary-and-first-1", "confirm_password", "Temporary-and-first-1").want(400, `role="alert"`)
		v.submit("new_password", "My-own-1x", "confirm_password", "My-own-1x").want(303, callback)
		if strings.Contains(w.log.String(), "My-own-1x") {
			t.Error("the password is in the log")
		}
	})
}

func TestMalformedForms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit().get("/login?authorization=" + w.authorization("app"))
		flow := v.flow()
		with := func(name, password string) url.Values {
			return url.Values{"flow": {flow}, "username": {name}, "password": {password}}
		}
		for name, c := range map[string]struct {
			form   url.Values
			status int
		}{
			"nothing":          {url.Values{}, 410},
			"no name":          {with("", "x"), 400},
			"no password":      {with("mika", ""), 400},
			"NUL":              {with("mi\x00ka", "x"), 400},
			"NUL in password":  {with("mika", "x\x00"), 400},
			"invalid UTF-8":    {with("mika\xff", "x"), 400},
			"endless name":     {with(strings.Repeat("m", 10_000), "x"), 400},
			"endless password": {with("mika", strings.Repeat("x", 10_000)), 400},
			"oversized":        {with("mika", strings.Repeat("x", 100_000)), 413},
			"NUL in the flow":  {url.Values{"flow": {"a\x00"}, "username": {"mika"}, "password": {"x"}}, 410},
			"two names":        {url.Values{"flow": {flow}, "username": {"mika", "other"}, "password": {"x"}}, 400},
			"two flows":        {url.Values{"flow": {flow, flow}}, 400},
		} {
			if v.post("/login", c.form); v.status != c.status {
				t.Errorf("%s: %d, not %d", name, v.status, c.status)
			}
		}
		for _, path := range []string{
			"/login?flow=%00", "/login?authorization=%00", "/login?authorization=x", "/consent", "/consent?authorization=%ff",
			"/login?authorization=" + strings.Repeat("%00", 43),
		} {
			v.get(path).want(410, "no longer valid")
		}
		r, err := http.NewRequest("POST", w.tenant.URL+"/login", strings.NewReader("flow=%zz"))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		v.do(r).want(400, "")
	})
}

func TestFaultIsNotSignedOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit().signIn("third").want(303, "/consent?authorization=")
		v.get(v.to).want(200, "App third")
		login := w.visit().get("/login?authorization=" + w.authorization("app"))
		must(t, w.st.Close())
		sid := v.cookie("_sid").Value
		v.get("/consent?authorization="+strings.Repeat("a", 43)).want(503, "")
		v.get("/confirm-logout").want(503, "")
		login.submit("username", "mika", "password", rightPassword).want(503, "")
		if v.cookie("_sid") == nil || v.cookie("_sid").Value != sid {
			t.Error("a fault took the session's cookie")
		}
	})
}

func TestEachRefusalHasItsOwnWords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("waiting", provider.UserUnconfirmed, rightPassword)
		w.addUser("reset", provider.UserResetRequired, rightPassword)
		w.addUser("off", provider.UserConfirmed, rightPassword)
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-off", func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled = false
			return nil, nil
		}))
		for name, words := range map[string]string{"waiting": "not confirmed", "reset": "no longer be used", "off": "turned off"} {
			v := w.visit().get("/login?authorization=" + w.authorization("app"))
			v.submit("username", name, "password", rightPassword).want(403, words)
			v.submit("username", name, "password", "wrong").want(422, "do not belong together")
		}
	})
}

package account_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

func TestTheAccountNeedsASignIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		for _, path := range []string{"", "/password", "/two-step", "/passkeys", "/devices", "/activity", "/delete", "/apps", "/export", "/profile", "/email", "/phone"} {
			v.get("/account"+path).want(303, "/login?return=%2Faccount")
		}
		v.post("/account/delete", "name", "mika@example.com").want(303, "/login?return=%2Faccount%2Fdelete")
		v.signIn("mika")
		csp := v.answer.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "form-action 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || v.answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers: %v", v.answer.Header)
		}
		v.post("/account/sign-out").want(303, "/signed-out")
		v.post("/account/sign-out").want(303, "/signed-out") // pressed in another tab: they are
		v.get("/account").want(303, "/login")
	})
}

// A sign-in leads to the account's pages and nowhere else.
func TestNoOpenRedirect(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.signIn("mika")
		for _, to := range []string{"https://evil.example", "//evil.example", "/account/../../evil", "/account//evil.example", "/login", "/account/%2e%2e", "account",
			"/account\r\nX: y", "/accounts", "/account/" + strings.Repeat("a", 100), `/account/\evil`, "/account?x=y", "/oauth2/authorize", ""} {
			v.get("/login?return="+strings.NewReplacer("%", "%25", "\r", "%0d", "\n", "%0a", "?", "%3f", "\\", "%5c").Replace(to)).want(400, "")
			if v.to != "" {
				t.Errorf("%q leads to %q", to, v.to)
			}
		}
		v.get("/login?return=/account/devices").want(303, "/"+poolID+"/account/devices")
	})
}

func TestFormsFromAnotherSiteAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.signIn("mika")
		for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"https://evil.example"}}, {"Origin": {"null"}}} {
			v.header = header
			for _, path := range []string{"sign-out", "password", "two-step", "two-step/app", "recovery-codes", "passkeys", "passkeys/add", "passkeys/begin", "devices", "delete", "apps", "export"} {
				v.post("/account/"+path, "name", "mika@example.com", "others", "1").want(403, "")
			}
		}
		v.get("/account").want(200, "mika@example.com")
	})
}

// Whoever finds a session that was left open is asked who they are before anything
// dangerous, as the same user; then they go on where they were.
func TestAStaleProofIsAskedForAnew(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA = "OPTIONAL" // so that passkeys are offered
		w.addUser("noa")
		v := w.visit()
		v.signIn("mika")
		v.get("/account/password").want(200, "Current password")
		w.advance(6 * time.Minute)
		for _, path := range []string{"password", "delete"} {
			v.get("/account/"+path).want(303, "/login?again=1&return=%2Faccount%2F"+path).follow().want(200, `id="back" href="/`+poolID+`/account"`)
		}
		for path, fields := range map[string][]string{
			"password": {"old", rightPassword, "new_password", "Another-horse-8", "confirm_password", "Another-horse-8"},
			"delete":   {"name", "mika@example.com"}, "devices": {"others", "1"}, "recovery-codes": {}, "two-step": {"do", "remove", "factor", "SOFTWARE_TOKEN_MFA"},
			"two-step/app": {}, "passkeys": {"id", "x", "remove", "1"},
		} {
			v.post("/account/"+path, fields...).want(303, "/login?again=1")
		}
		// What was typed is not kept, and the page says so, once.
		v.post("/account/devices", "others", "1").want(303, "/login?again=1").follow().submit("username", "mika", "password", rightPassword).follow().
			want(200, "what you entered was not kept")
		v.get("/account/devices").wantNot("was not kept")
		w.advance(6 * time.Minute)
		v.post("/account/passkeys/begin").want(403, "Prove again who you are").want(403, `"error":"insufficient_user_authentication"`)
		var told struct {
			SignIn string `json:"sign_in"`
		}
		must(t, json.Unmarshal([]byte(v.body), &told))
		if told.SignIn != "/"+poolID+"/login?again=1&return=%2Faccount%2Fpasskeys%2Fadd" {
			t.Errorf("a script is sent to %q", told.SignIn)
		}
		w.visit().post("/account/passkeys/begin").want(403, "login_required").want(403, "/login?return=")
		v.get("/account/devices").want(200, "This one") // looking is free
		v.get("/account/password").follow().want(200, "Show that it is you").want(200, " readonly")
		v.submit("username", "noa", "password", "wrong").want(422, "mika@example.com")
		before := v.cookies()
		v.submit("username", "noa", "password", rightPassword).want(303, "/"+poolID+"/account/password").follow().want(200, "Current password")
		if v.cookies() == before {
			t.Error("the session kept its id")
		}
		v.get("/account").want(200, "mika@example.com")
	})
}

func (v *visitor) cookies() string {
	u := v.answer.Request.URL
	for _, c := range v.client.Jar.Cookies(u) {
		if strings.HasSuffix(c.Name, "_sid") {
			return c.Value
		}
	}
	return ""
}

func TestChangingThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v, other := w.visit(), w.visit()
		other.signIn("mika")
		v.signIn("mika")
		change := func(old, password, again string) *visitor {
			return v.post("/account/password", "old", old, "new_password", password, "confirm_password", again)
		}
		change("wrong", "Another-horse-8", "Another-horse-8").want(422, "not your current password")
		change(rightPassword, "Another-horse-8", "other").want(400, "passwords differ")
		change(rightPassword, "short", "short").want(400, `aria-invalid="true"`)
		change(rightPassword, "", "").want(400, "Enter a new password")
		change(rightPassword, "Another-horse-8", "Another-horse-8").want(303, "/account").follow().want(200, "Your password is changed")
		v.get("/account").want(200, "mika@example.com")
		if strings.Contains(v.body, "Your password is changed") {
			t.Error("the notice is shown twice")
		}
		other.get("/account").want(303, "/login")
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "password") {
			t.Errorf("told %q", m.Subject)
		}
	})
}

// An authenticator app is set up and shown to work; the codes that are shown once get
// somebody in who has lost it.
func TestSettingUpTwoSteps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().SecondFactors = "OPTIONAL", []provider.Factor{provider.FactorTOTP, provider.FactorEmail}
		v := w.visit()
		v.signIn("mika").want(200, "/account/two-step")
		v.get("/account/two-step").want(200, "Set up an app").want(200, "m***@e***")
		v.post("/account/two-step/app").want(200, "otpauth://")
		secret := strings.ReplaceAll(regexp.MustCompile(`id="secret"[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(v.body)[1], " ", "")
		v.submit("code", "").want(400, "Enter the code")
		v.submit("code", "000000").want(422, `aria-invalid="true"`)
		v.submit("code", w.code(secret)).want(200, "recovery")
		if n := len(regexp.MustCompile(`<li><code>`).FindAllString(v.body, -1)); n < 8 {
			t.Errorf("%d recovery codes", n)
		}
		v.submit("flow", "").want(303, "/account/two-step").follow().want(200, "Use another app")
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "an authenticator app was added") {
			t.Errorf("told %q", m.Subject)
		}
		v.post("/account/two-step", "do", "add", "factor", "EMAIL_OTP").want(303, "").follow().want(200, "It is on") // there are codes already
		v.post("/account/two-step", "do", "prefer", "factor", "EMAIL_OTP").want(303, "").follow().want(200, "asked for first")
		v.post("/account/two-step", "do", "add", "factor", "SMS_MFA").want(403, "cannot be done")
		v.post("/account/two-step", "do", "nonsense", "factor", "SMS_MFA").want(400, "cannot be done")
		if got := w.user("mika").MFA; got.Preferred != provider.FactorEmail || len(got.Enabled) != 2 {
			t.Errorf("%+v", got)
		}
		v.post("/account/recovery-codes", "set", set(v)).want(200, "<li><code>")
		v.get("/account/recovery-codes").want(303, "/account/two-step")
		v.post("/account/two-step", "do", "remove", "factor", "EMAIL_OTP").want(303, "")
		v.post("/account/two-step", "do", "remove", "factor", "SOFTWARE_TOKEN_MFA").want(303, "").follow().want(200, "It is removed")
		// A form that another session was given, or that somebody made up, sets nothing up.
		v.post("/account/two-step/app", "flow", "AAAA", "code", "123456").want(400, "Begin again")
	})
}

// set names the recovery codes that a form on the page would replace.
func set(v *visitor) string {
	v.w.t.Helper()
	m := regexp.MustCompile(`name="set" value="([^"]*)"`).FindStringSubmatch(v.get("/account/two-step").body)
	if m == nil {
		v.w.t.Fatalf("no form for recovery codes: %s", v.body)
	}
	return m[1]
}

// The page that shows recovery codes may be loaded again: that makes no others, which
// would void those that somebody wrote down.
func TestRecoveryCodesAreNotMadeTwiceByOneForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().SecondFactors = "OPTIONAL", []provider.Factor{provider.FactorTOTP, provider.FactorEmail}
		v := w.visit()
		v.signIn("mika")
		v.post("/account/two-step", "do", "add", "factor", "EMAIL_OTP").want(200, "Save your recovery codes")
		first := set(v)
		v.post("/account/recovery-codes", "set", first).want(200, "Save your recovery codes")
		before, err := w.st.Pool(poolID).RecoveryCodes(t.Context(), "id-mika")
		must(t, err)
		v.post("/account/recovery-codes", "set", first).want(409, "shown already").wantNot("<li><code>")
		v.post("/account/recovery-codes").want(409, "shown already")
		after, err := w.st.Pool(poolID).RecoveryCodes(t.Context(), "id-mika")
		must(t, err)
		if len(after) != 10 || string(after[0].Hash) != string(before[0].Hash) {
			t.Error("the codes were replaced")
		}
		must(t, w.st.Pool(poolID).UseRecoveryCode(t.Context(), &after[0]))
		v.post("/account/recovery-codes", "set", set(v)).want(200, "Save your recovery codes")
	})
}

// A pool whose users come by a code alone says before a second step ends that.
func TestASecondStepThatEndsAWayInSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().SecondFactors = "OPTIONAL", []provider.Factor{provider.FactorTOTP, provider.FactorEmail}
		v := w.visit()
		v.signIn("mika")
		const said = "no longer signs you in without your password"
		v.get("/account/two-step").want(200, "Turn on").wantNot(said) // the pool takes passwords alone
		w.settings().FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorEmail}
		v.get("/account/two-step").want(200, said).want(200, "ends-first-EMAIL_OTP")
		v.post("/account/two-step/app").want(200, "otpauth://")
		secret := strings.ReplaceAll(regexp.MustCompile(`id="secret"[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(v.body)[1], " ", "")
		v.submit("code", w.code(secret)).want(200, "recovery")
		v.get("/account/two-step").wantNot(said) // the app stays the second step of who comes by a code

		// Who only has to prove an address is led there.
		v.wantNot("until you have proved").wantNot("Go to your email address")
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			delete(u.Attributes, "email_verified")
			return nil, nil
		}))
		v.get("/account/two-step").want(200, "until you have proved an address of yours").want(200, "Go to your email address").want(200, `id="prove" href="/`+poolID+`/account/email"`)
	})
}

// Whatever the first second factor is, recovery codes come with it, once. Whoever
// turns codes by e-mail on is told first what they can no longer do.
func TestTheFirstSecondFactorBringsRecoveryCodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().SecondFactors = "OPTIONAL", []provider.Factor{provider.FactorTOTP, provider.FactorEmail, provider.FactorSMS}
		w.settings().SMS.Countries = []string{"SE"}
		v := w.visit()
		v.signIn("mika")
		v.get("/account/two-step").want(200, "cannot be reset by email").wantNot("If you cannot sign in").wantNot("recovery codes")
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			u.Attributes["phone_number"], u.Attributes["phone_number_verified"] = "+46701740605", "true"
			return nil, nil
		}))
		v.get("/account/two-step").want(200, "is reset by text message and no longer by email").wantNot("no longer by text message")
		v.post("/account/two-step", "do", "add", "factor", "EMAIL_OTP").want(200, "Save your recovery codes")
		if n := strings.Count(v.body, "<li><code>"); n != 10 {
			t.Errorf("%d recovery codes", n)
		}
		v.submit("flow", "").want(303, "/account/two-step").follow().want(200, "It is on").want(200, "10 are left")
		v.want(200, "If you cannot sign in").want(200, "A code to").want(200, "cannot be reset by text message")
		v.post("/account/two-step", "do", "add", "factor", "SMS_MFA").want(303, "/account/two-step").follow().want(200, "Only whoever runs this account can help. Keep it")
	})
}

// An app that could show no codes has set a second factor up: the account's pages urge
// its owner to make some.
func TestWhoHasNoRecoveryCodesIsUrgedToMakeSome(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA, w.settings().SecondFactors = "OPTIONAL", []provider.Factor{provider.FactorTOTP, provider.FactorPasskey}
		v := w.visit()
		v.signIn("mika").wantNot("no recovery codes")
		v.want(200, "as your second step")
		v.get("/account/passkeys").want(200, "signing in with your password asks for a passkey too").want(200, "A passkey is your second step").wantNot("signs you in with")
		v.get("/account/passkeys/add").want(200, "signing in with your password asks for a passkey too")
		must(t, w.flow.Factors.AddPasskey(t.Context(), w.tenant.Pool, &provider.Passkey{ID: "key", UserID: "id-mika", Name: "Laptop", PublicKey: []byte{1}}))
		v.get("/account/passkeys/add").wantNot("signing in with your password asks")
		v.get("/account").want(200, "you have no recovery codes")
		v.get("/account/two-step").want(200, "You have none.").want(200, "Make recovery codes now").wantNot("0 are left").wantNot("no longer work")
		v.post("/account/recovery-codes").want(200, "Save your recovery codes")
		v.get("/account/two-step").want(200, "10 are left").want(200, "no longer work")
		v.get("/account").wantNot("no recovery codes")
	})
}

// Another authenticator app stops the one from before, and its owner is told so.
func TestReplacingTheApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().MFA = "OPTIONAL"
		v := w.visit()
		v.signIn("mika")
		set := func() *visitor {
			v.post("/account/two-step/app").want(200, "otpauth://")
			secret := strings.ReplaceAll(regexp.MustCompile(`id="secret"[^>]*>([A-Z2-7 ]+)<`).FindStringSubmatch(v.body)[1], " ", "")
			return v.submit("code", w.code(secret))
		}
		set().want(200, "Save your recovery codes").submit("flow", "").follow().want(200, "Your authenticator app is set up")
		set().want(303, "/account/two-step").follow().want(200, "The one from before no longer works")
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "another authenticator app is in use") || !strings.Contains(m.Text, "no longer works") {
			t.Errorf("told %q: %s", m.Subject, m.Text)
		}
		v.get("/account/activity").want(200, "took the place of the old one")
	})
}

func TestSignedInElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().Devices.Remember = "always"
		w.addUser("noa")
		here, there, noa := w.visit(), w.visit(), w.visit()
		there.signIn("mika")
		here.signIn("mika")
		noa.signIn("noa")
		sessions := regexp.MustCompile(`name="session" value="([^"]+)"`)
		devices := regexp.MustCompile(`name="device" value="([^"]+)"`)
		noas := devices.FindStringSubmatch(noa.get("/account/devices").body)[1]
		here.get("/account/devices").want(200, "Firefox on Linux").want(200, "203.0.113.5")
		found := sessions.FindAllStringSubmatch(here.body, -1)
		if len(found) != 1 { // the present one has no button
			t.Fatalf("%d other sessions", len(found))
		}
		noa.post("/account/devices", "session", found[0][1]).want(404, "not there any more")
		here.post("/account/devices", "device", noas).want(404, "not there any more")
		there.get("/account").want(200, "mika")
		here.post("/account/devices", "session", found[0][1]).want(303, "").follow().want(200, "It is signed out")
		there.get("/account").want(303, "/login")
		there.signIn("mika")
		here.post("/account/devices", "others", "1").want(303, "").follow().want(200, "signed out everywhere else")
		here.get("/account/activity").want(200, "Signed out everywhere else")
		there.get("/account").want(303, "/login")
		here.get("/account/devices")
		for _, d := range devices.FindAllStringSubmatch(here.body, -1) {
			here.post("/account/devices", "device", d[1])
		}
		here.get("/account").want(303, "/login") // its own was among them
		noa.get("/account").want(200, "noa")
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "new device") {
			t.Errorf("told %q", m.Subject)
		}
	})
}

// The activity shows who signed in, how and from where, a page at a time, and nobody
// else's.
func TestActivity(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa")
		w.visit().signIn("noa")
		v := w.visit()
		v.get("/account").follow().submit("username", "mika", "password", "wrong").want(422, "")
		for range 27 {
			v = w.visit().signIn("mika")
		}
		v.get("/account/activity").want(200, "Signed in").want(200, "203.0.113.5").want(200, "Firefox on Linux").want(200, "password")
		seen := strings.Count(v.body, "data-event=")
		older := regexp.MustCompile(`id="older" href="([^"]+)"`).FindStringSubmatch(v.body)
		if seen != 25 || older == nil {
			t.Fatalf("%d events on the first page, older %v", seen, older)
		}
		v.get(older[1]).want(200, "Someone tried to sign in").want(200, "Refused")
		if seen += strings.Count(v.body, "data-event="); seen != 28 || strings.Contains(v.body, `id="older"`) {
			t.Errorf("%d events in all", seen)
		}
	})
}

func TestDeletingTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.signIn("mika")
		v.get("/account/delete").want(200, "mika@example.com")
		v.submit("name", "noa@example.com").want(400, "not the name")
		w.settings().KeepAccounts = true
		v.get("/account/delete").want(303, "/account")
		v.post("/account/delete", "name", "mika@example.com").want(303, "/account")
		w.settings().KeepAccounts = false
		v.post("/account/delete", "name", "mika@example.com").want(200, "Your account is deleted")
		v.get("/account").want(303, "/login")
		if _, err := w.st.Pool(poolID).User(t.Context(), "id-mika"); provider.CodeOf(err) != provider.CodeNotFound {
			t.Errorf("the user is there: %v", err)
		}
	})
}

// A passkey is listed, renamed and removed by its user alone.
func TestPasskeysInTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorPasskey}
		w.addUser("noa")
		key := &provider.Passkey{ID: "key", UserID: "id-mika", Name: "Laptop", PublicKey: []byte{1}}
		must(t, w.flow.Factors.AddPasskey(t.Context(), w.tenant.Pool, key))
		v, noa := w.visit(), w.visit()
		v.signIn("mika")
		noa.signIn("noa")
		v.get("/account/passkeys").want(200, "Laptop").want(200, "data-passkey-signals=")
		noa.get("/account/passkeys").want(200, "You have no passkeys")
		noa.post("/account/passkeys", "id", "key", "name", "Mine").want(404, "not there any more")
		noa.post("/account/passkeys", "id", "key", "remove", "1").want(404, "not there any more")
		v.post("/account/passkeys", "id", "key", "name", "").want(400, "Give the passkey a name")
		v.post("/account/passkeys", "id", "key", "name", "Desk").want(303, "").follow().want(200, "Desk")
		v.get("/account/passkeys/add").want(200, "/account/passkeys/begin")
		v.post("/account/passkeys/begin").want(200, `"challenge"`)
		v.post("/account/passkeys/add", "credential", "{}").want(400, `role="alert"`)
		v.post("/account/passkeys", "id", "key", "remove", "1").want(303, "").follow().want(200, "Your passkey is removed").
			want(200, "allAcceptedCredentialIds&#34;:[]") // the browser is told that none is left
	})
}

// A person changes what they say of themselves, as far as the schema lets them.
func TestChangingTheProfile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().Schema = []provider.Attribute{
			{Name: "family_name", Type: "String", Mutable: true, Required: true},
			{Name: "nickname", Type: "String"}, // not to be changed
			{Name: "tier", Custom: true, Type: "String", Mutable: true},
		}
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			u.Attributes["family_name"], u.Attributes["nickname"], u.Attributes["custom:tier"] = "Lindqvist", "mik", "gold"
			return nil, nil
		}))
		v := w.visit()
		v.signIn("mika")
		w.advance(time.Hour) // needs no new proof
		v.get("/account/profile").want(200, `value="Lindqvist"`).want(200, "mik")
		for _, hidden := range []string{"attr.nickname", "tier", "gold", "attr.email", "attr.phone_number", "attr.sub", "attr.email_verified"} {
			if strings.Contains(v.body, hidden) {
				t.Errorf("%s is on the page", hidden)
			}
		}
		v.post("/account/profile", "attr.family_name", "", "attr.birthdate", "yesterday").want(400, `aria-invalid="true"`)
		v.post("/account/profile", "attr.family_name", " Lind ", "attr.given_name", "Mika", "attr.nickname", "x", "attr.custom:tier", "platinum",
			"attr.email", "evil@example.com", "attr.email_verified", "true", "attr.sub", "id-noa").want(303, "").follow().want(200, "details are saved")
		got := w.user("mika").Attributes
		for name, want := range map[string]string{"family_name": "Lind", "given_name": "Mika", "nickname": "mik", "custom:tier": "gold", "email": "mika@example.com"} {
			if got[name] != want {
				t.Errorf("%s is %q", name, got[name])
			}
		}
	})
}

// A new address counts once its code was given; the old one is told. A wrong code, or
// another's, does nothing.
func TestChangingTheEmailAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa")
		v, noa := w.visit(), w.visit()
		v.signIn("mika")
		noa.signIn("noa")
		v.get("/account/email").want(200, "Verified")
		v.post("/account/email", "do", "change", "attr.email", "nonsense").want(400, `aria-invalid="true"`)
		v.post("/account/email", "do", "change", "attr.email", "").want(400, `aria-invalid="true"`)
		v.post("/account/email", "do", "change", "attr.email", "new@example.com").want(303, "").follow().want(200, "A code is on its way").want(200, "new@example.com")
		code := w.mail("new@example.com").Code
		if w.user("mika").Attributes["email"] != "mika@example.com" {
			t.Error("the address counts before its proof")
		}
		noa.post("/account/email", "do", "verify", "code", code).want(422, `role="alert"`)
		v.post("/account/email", "do", "verify", "code", "12").want(422, `role="alert"`)
		v.post("/account/email", "do", "send").want(429, "a short while ago")
		w.advance(6 * time.Minute) // the code itself needs no new proof
		v.post("/account/email", "do", "verify", "code", code).want(303, "").follow().want(200, "It is verified")
		if got := w.user("mika").Attributes; got["email"] != "new@example.com" || got["email_verified"] != "true" {
			t.Errorf("%v", got)
		}
		if m := w.mail("mika@example.com"); m.Link == "" {
			t.Errorf("the old address got %q without a way back", m.Subject)
		}
		v.post("/account/email", "do", "change", "attr.email", "evil@example.com").want(303, "/login?again=1")
		v.post("/account/email", "do", "remove").want(303, "/login?again=1")
	})
}

// Who mistyped the new address gives another at once: each address has a wait of its
// own, and the person a limit. The countdown holds through a wrong code. A change can be
// given up.
// A link may be pressed in another tab than the one that waits for it. That one finds
// out, with scripts by asking and without them by its button, and goes on.
func TestAnAddressThatIsProvedByALinkElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().Verification.ByLink = true
		v := w.visit()
		v.signIn("mika")
		v.get("/account/email").want(200, "open the link in it")
		v.post("/account/email", "do", "change", "attr.email", "new@example.com").want(303, "").follow().want(200, "Open the link in it").want(200, "Open the link that we sent").
			want(200, "data-waiting-url=").want(200, "js/waiting")
		of := regexp.MustCompile(`name="of" value="([^"]+)"`).FindStringSubmatch(v.body)[1]
		link := w.mail("new@example.com").Link
		v.get("/account/email/waiting").want(200, `"waiting":true`)
		v.post("/account/email", "do", "verify", "of", of, "code", "").want(303, "?of="+of).follow().want(200, "It is not confirmed yet")
		v.get("/account/email?of=0123").wantNot("It is not confirmed yet").wantNot("It is verified")
		v.get(strings.Replace(link, "https://login.example.com/"+poolID, "", 1)).want(200, "name=\"token\"")
		token := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(v.body)[1]
		v.post("/confirmUser", "token", token).want(200, "n***@e***")
		v.get("/account/email/waiting").want(200, `"waiting":false`)
		v.get("/account/email?of="+of).want(200, "It is verified").want(200, "new@example.com").wantNot("Enter the code")
		v.post("/account/email", "do", "verify", "of", of, "code", "").want(303, "/account/email").follow().want(200, "It is verified")
		v.post("/account/email", "do", "verify", "of", of, "code", "123456").want(303, "/account/email")
		v.post("/account/email", "do", "verify", "of", "0123", "code", "123456").want(422, "not waited for any more").wantNot(`href="#code"`)
		w.visit().get("/account/email/waiting").want(200, `"waiting":false`)

		// A page that asks by itself is nobody who uses the session.
		for range 7 {
			w.advance(time.Hour)
			v.get("/account/email/waiting")
		}
		w.advance(61 * time.Minute)
		v.get("/account").want(303, "/login")
	})
}

func TestCorrectingAMistypedAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		v := w.visit()
		v.signIn("mika")
		change := func(address string) *visitor { return v.post("/account/email", "do", "change", "attr.email", address) }
		change("mika@exmaple.com").want(303, "").follow().want(200, "mika@exmaple.com").want(200, "Use another address").want(200, `data-wait="`)
		change("mika@exmaple.com").want(429, "a short while ago").want(429, `data-wait="`)
		change("mika@new.example").want(303, "").follow().want(200, "mika@new.example").wantNot("exmaple")
		code := w.mail("mika@new.example").Code
		v.post("/account/email", "do", "verify", "code", "12").want(422, `data-wait="`)
		v.post("/account/email", "do", "cancel").want(303, "").follow().want(200, "It stays as it was").wantNot("mika@new.example")
		v.post("/account/email", "do", "verify", "code", code).want(422, `role="alert"`)
		change("mika@third.example").want(303, "")
		change("mika@fourth.example").want(429, "several addresses").want(429, "mika@third.example")
		w.advance(2 * time.Minute)
		change("mika@fourth.example").want(303, "")
		v.post("/account/email", "do", "verify", "code", w.mail("mika@fourth.example").Code).want(303, "").follow().want(200, "It is verified")
		if got := w.user("mika").Attributes["email"]; got != "mika@fourth.example" {
			t.Errorf("the address is %s", got)
		}
	})
}

// Somebody who is signed in is told that no text goes to a number. Without an old one
// nothing is said of it, and removing an address is asked about first.
func TestAPhoneNumberOfTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().SMS.Countries = []string{"SE"}
		v := w.visit()
		v.signIn("mika")
		change := func(number string) *visitor {
			return v.post("/account/phone", "do", "change", "attr.phone_number", number)
		}
		v.get("/account/phone").want(200, "We send a code to it").wantNot("the old one")
		change("+491711234567").want(400, "numbers of this country")
		change("+468123456").want(400, "cannot be sent to this number")
		v.get("/account/phone").wantNot("491711234567").wantNot("Enter the code")
		change("+46701740605").want(303, "").follow().want(200, "is yours once you enter the code").want(200, "Do not add it").wantNot("the old one")
		v.post("/account/phone", "do", "verify", "code", w.mail("+46701740605").Code).want(303, "").follow().want(200, "It is verified").want(200, "the old one stays")
		v.post("/account/phone", "do", "remove").want(200, "+46701740605</bdi> from your account?").want(200, "Keep it")
		if w.user("mika").Attributes["phone_number"] == "" {
			t.Error("it was removed without being asked about")
		}
		v.post("/account/phone", "do", "remove", "sure", "1").want(303, "").follow().want(200, "It is removed")
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			u.Attributes["phone_number"] = "+491711234567"
			return nil, nil
		}))
		v.post("/account/phone", "do", "send").want(400, "numbers of this country")
	})
}

// The overview says what the person signs in by, and which address is not verified yet.
// A profile holds what its fields are called, and nobody else's name.
func TestWhoAPersonIsInTheirAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa")
		v := w.visit()
		v.signIn("mika").want(200, "Your username is").wantNot("not verified yet")
		for name, c := range map[string]struct {
			bad, says, good string
			status          int
		}{
			"website":            {"not a url", "not a web address", "https://mika.example", 400},
			"zoneinfo":           {"Nowhere", "no such time zone", "Europe/Stockholm", 400},
			"locale":             {"xx_yy", "no such language", "sv_SE", 400},
			"preferred_username": {"NOA", "Another account uses this", "mik", 409},
		} {
			v.post("/account/profile", "attr."+name, c.bad).want(c.status, c.says)
			if got := w.user("mika").Attributes[name]; got != "" {
				t.Errorf("%s is %q", name, got)
			}
			v.post("/account/profile", "attr."+name, c.good).want(303, "/account")
		}
		v.post("/account/profile", "attr.preferred_username", "noa@example.com").want(400, "does not look right")
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			u.Attributes["email_verified"] = "false"
			return nil, nil
		}))
		v.get("/account").want(200, "not verified yet")
		v.get("/account/delete").want(200, "or your username")
		v.post("/account/delete", "name", "mika").want(200, "Your account is deleted")
	})
}

package hosted_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/message"
)

// reach is people with text messages too, and a pool set up as change says.
func (w *world) reach(change func(s *provider.PoolSettings)) *directory.Directory {
	w.t.Helper()
	d := w.people()
	d.Post.Outbox.Senders[provider.BySMS] = &message.Mailbox{Store: w.st}
	d.PageURL = func(p *provider.Pool) string { return w.tenant.URL }
	w.door.Flow.Factors = &factor.Factors{Store: w.st, Sealer: d.Sealer, Audit: d.Audit, Post: d.Post, BaseURL: w.server.URL}
	must(w.t, d.ChangePool(w.t.Context(), poolID, func(p *provider.Pool) error {
		p.Settings.SMS.Countries = []string{"US"}
		p.Settings.Schema = nil
		change(&p.Settings)
		*w.tenant.Pool = *p
		return nil
	}))
	return d
}

// begin opens the sign-in page of a new authorization.
func (v *visitor) begin() *visitor {
	v.w.t.Helper()
	return v.get("/login?authorization=" + v.w.authorization("app", "prompt", "login"))
}

// go303 goes where the last answer leads, until there is a page.
func (v *visitor) go303() *visitor {
	v.w.t.Helper()
	if v.status != 303 {
		v.w.t.Fatalf("%d, not 303: %s", v.status, v.body)
	}
	for v.status == 303 && strings.HasPrefix(v.to, "/"+poolID) {
		v.get(v.to)
	}
	return v
}

// Name, way, code: the pages are the same whoever the name leads to, and only the code
// in the mail gets further.
func TestSignInByCode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorEmail, provider.FactorSMS}
		})
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true", "phone_number": "+12025550143", "phone_number_verified": "true"}))
		w.addUser("outs", provider.UserConfirmed, rightPassword)
		must(t, d.UpdateUser(t.Context(), poolID, "outs", map[string]string{"email_verified": "true"}))
		must(t, d.SetEnabled(t.Context(), poolID, "outs", false))

		shown := map[string]string{}
		for _, name := range []string{"mika", "outs", "nobo"} {
			v := w.visit().begin()
			v.want(200, "Next").submit("username", "").want(400, "Enter your")
			v.submit("username", name).go303().want(200, "Email me a code")
			pages := v.body
			v.submit("choose", "WEB_AUTHN").want(400, "Choose one of the ways")
			v.submit("choose", "EMAIL_OTP").go303().want(200, "an account for <bdi")
			pages += v.body
			v.submit("code", "000000").want(422, "wrong, used or no longer valid")
			pages += v.body
			v.submit("again", "1").want(429, "short while ago")
			shown[name] = strings.ReplaceAll(shape(pages, v.flow()), name, "NAME")
		}
		if shown["mika"] != shown["nobo"] || shown["mika"] != shown["outs"] {
			t.Error("the pages differ by who the name leads to")
		}
		sent := w.mail(d)
		if len(sent) != 1 || sent[0].To != "mika@example.com" {
			t.Fatalf("sent %+v", sent)
		}
		// The password still does, and so does a text.
		v := w.visit().begin().submit("username", "mika").go303()
		v.submit("password", "wrong").want(422, "mika")
		v.submit("password", rightPassword).want(303, callback)
		v = w.visit().begin().submit("username", "mika@example.com").go303()
		must(t, w.st.Pool(poolID).ClearTries(t.Context(), "mail:sign_in:user:id-mika"))
		v.submit("choose", "SMS_MFA").go303().want(200, "phone number")
		text := w.mail(d)[0]
		if text.Channel != provider.BySMS {
			t.Fatalf("sent %+v", text)
		}
		if other := w.visit().post("/login/code", url.Values{"flow": {v.flow()}, "code": {text.Code}}); other.status != 410 {
			t.Errorf("another browser: %d", other.status)
		}
		v.submit("choose", "PASSWORD").go303().want(200, "Sign in")
		v = w.visit().begin().submit("username", "mika@example.com").go303()
		if v.submit("choose", "SMS_MFA").status != 429 {
			t.Errorf("no cool-down: %d", v.status)
		}
	})
}

// A code is no way around a password that must be reset: it leads to another one. The
// old one is refused until then.
func TestACodeDoesNotGoAroundAReset(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorEmail}
		})
		must(t, w.st.Pool(poolID).ChangeUser(t.Context(), "id-mika", func(u *provider.User) ([]provider.UserName, error) {
			u.Status, u.Attributes["email_verified"] = provider.UserResetRequired, "true"
			return nil, nil
		}))
		v := w.visit().begin().submit("username", "mika").go303()
		v.submit("choose", "EMAIL_OTP").go303()
		v.submit("code", w.mail(d)[0].Code).go303().want(200, "Your old password may no longer be used")
		v.submit("new_password", newPassword, "confirm_password", newPassword).want(303, callback)
		if u, err := d.FindUser(t.Context(), poolID, "mika"); err != nil || u.Status != provider.UserConfirmed {
			t.Errorf("%+v %v", u, err)
		}
		v = w.visit().begin().submit("username", "mika").go303()
		v.submit("password", newPassword).want(303, callback)
	})
}

// In a pool without passwords nobody is asked for one: a code signs up and in, and
// proves the address of who was invited or never confirmed.
func TestPasswordless(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.FirstFactors, s.AliasAttrs = []provider.Factor{provider.FactorEmail}, []string{"email"}
			s.TermsURL = "https://northwind.example/terms"
		})
		v := w.visit().begin().follow("Create an account").want(200, "I agree")
		if strings.Contains(v.body, `type="password"`) {
			t.Error("asks for a password")
		}
		v.submit("username", "ann", "attr.email", "mistyped@example.com").want(400, "Tick this")
		v.submit("username", "ann", "attr.email", "mistyped@example.com", "terms", "yes").go303().want(200, "Correct what you entered")
		v.correct().want(200, `value="mistyped@example.com"`)
		v.submit("username", "ann", "attr.email", "ann@example.com", "terms", "yes").go303().want(200, "ann@example.com")
		v.submit("code", w.mail(d)[0].Code).want(303, callback)

		// Who never confirmed does so by signing in; the password that somebody chose for
		// that address is gone.
		w.addUser("bob", provider.UserUnconfirmed, rightPassword)
		v = w.visit().begin().submit("username", "bob").go303().want(200, "Enter the code")
		v.submit("code", w.mail(d)[0].Code).want(303, callback)
		login, err := w.st.Pool(poolID).LoginByID(t.Context(), "id-bob")
		if err != nil || login.User.Status != provider.UserConfirmed || login.User.Attributes["email_verified"] != "true" || login.Password.Hash != "" {
			t.Errorf("%+v %v", login, err)
		}
		// So does who was invited.
		w.addUser("cat", provider.UserForceChangePassword, rightPassword)
		v = w.visit().begin().submit("username", "cat").go303()
		v.submit("code", w.mail(d)[0].Code).want(303, callback)
		if u, err := d.FindUser(t.Context(), poolID, "cat"); err != nil || u.Status != provider.UserConfirmed {
			t.Errorf("%+v %v", u, err)
		}
		events, err := w.st.Events(t.Context(), poolID, "", "", 50)
		must(t, err)
		agreed := false
		for _, e := range events {
			agreed = agreed || e.Action == directory.UserSignUp && e.Detail["terms"] == "https://northwind.example/terms"
		}
		if !agreed {
			t.Error("nobody knows who agreed to the terms")
		}
	})
}

// With a code that is sent as the second factor: set up with a number that is asked
// for, asked for at the next sign-in, and not opened by a reset through the same phone.
func TestTextAsSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.MFA, s.SecondFactors = "ON", []provider.Factor{provider.FactorSMS, provider.FactorEmail}
			s.Recovery, s.AutoVerified = []string{"verified_phone_number"}, []string{"email", "phone_number"}
		})
		v := w.visit().begin().submit("username", "mika", "password", rightPassword).go303().want(200, "Text message")
		v.submit("choose", "SMS_MFA").go303().want(200, "Phone number")
		v.submit("address", "12").want(400, "Nothing can be sent there")
		v.submit("address", "+46701740605").want(400, "numbers of this country")
		v.submit("address", "+1 (202) 555-0144").go303().want(200, "+12025550144").want(200, "Use another number")
		v.submit("other", "1").go303().want(200, `id="address"`)
		v.submit("address", "+1 (202) 555-0143").go303().want(200, "+12025550143").want(200, `data-wait="`)
		// Who looks at another way, or at another number, and comes back, still has the code.
		v.submit("other", "1").go303().submit("address", "+1 (202) 555-0143").go303().want(200, "We sent a code to").want(200, `id="code"`)
		// Begun anew, the same number had a code a moment ago; another one has not.
		again := w.visit().begin().submit("username", "mika", "password", rightPassword).go303().submit("choose", "SMS_MFA").go303()
		again.submit("address", "+1 (202) 555-0143").go303().want(200, "it does not work here").want(200, `data-wait="`).submit("other", "1").go303()
		again.submit("address", "+1 (202) 555-0145").go303().want(200, "+12025550145").submit("other", "1").go303()
		again.submit("address", "+1 (202) 555-0146").want(429, "several addresses")
		v.submit("code", "000000x").want(422, "wrong, used").want(422, `data-wait="`)
		for _, m := range w.mail(d) {
			if m.To == "+12025550143" {
				v.submit("code", m.Code)
				break
			}
		}
		if v.status == 303 && strings.Contains(v.to, "recovery-codes") {
			v.go303().submit()
		}
		v.want(303, callback)
		u, err := d.FindUser(t.Context(), poolID, "mika")
		if err != nil || u.Attributes["phone_number_verified"] != "true" || !u.MFA.Has(provider.FactorSMS) {
			t.Fatalf("%+v %v", u, err)
		}
		// Each sign-in has a code of its own. One that begins while another waits says that it
		// has none yet; once the code was entered, the next has its own at once.
		second := func() *visitor {
			return w.visit().begin().submit("username", "mika", "password", rightPassword).go303().want(200, "Check your phone")
		}
		v = second().want(200, "We sent a text message to")
		code := w.texted(d)
		if other := second().want(200, "it does not work here").want(200, "Send a code"); strings.Contains(other.body, `id="code"`) {
			t.Error("asks for a code that was not sent")
		} else {
			other.submit("again", "1").want(429, "A code was sent a short while ago")
		}
		v.submit("code", code).want(303, callback)
		v = second().want(200, "We sent a text message to")
		v.submit("code", w.texted(d)).want(303, callback)

		// The phone alone is not both factors.
		must(t, d.ForgotPassword(t.Context(), w.tenant.Pool, "mika"))
		before := len(w.mail(d))
		if after := w.mail(d); len(after) != before || after[0].Subject != "" && strings.Contains(after[0].Subject, "new password") {
			t.Errorf("a reset goes to the second factor: %+v", after[0])
		}
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true"}))
		must(t, d.ChangePool(t.Context(), poolID, func(p *provider.Pool) error {
			p.Settings.Recovery = []string{"verified_phone_number", "verified_email"}
			*w.tenant.Pool = *p
			return nil
		}))
		must(t, w.st.Pool(poolID).ClearTries(t.Context(), "mail:reset_password:user:id-mika"))
		v = w.visit().begin().follow("Forgot password").submit("username", "mika@example.com").go303()
		reset := w.mail(d)[0]
		if reset.Channel != provider.ByEmail {
			t.Fatalf("sent %+v", reset)
		}
		v.submit("code", reset.Code, "new_password", newPassword, "confirm_password", newPassword).go303()
		v.submit("username", "mika", "password", newPassword).go303().want(200, "Check your phone")
	})
}

// texted is the code of the newest text message.
func (w *world) texted(d *directory.Directory) string {
	w.t.Helper()
	for _, m := range w.mail(d) {
		if m.Channel == provider.BySMS {
			return m.Code
		}
	}
	w.t.Fatal("no text")
	return ""
}

// A link confirms in the browser that began, after a press. To anybody else, be it the
// user's other device or a scanner that presses buttons, it shows the code.
func TestConfirmByLink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) { s.Verification.ByLink = true })
		v := w.visit().begin().follow("Create an account")
		v.header.Set("X-Forwarded-Host", "evil.example")
		v.submit("username", "ann", "attr.email", "ann@example.com", "password", newPassword).go303()
		first := v.answer.Request.URL.RequestURI()
		m := w.mail(d)[0]
		if !strings.HasPrefix(m.Link, w.tenant.URL+"/confirmUser?") || len(m.Code) != 6 {
			t.Fatalf("mailed %+v", m)
		}
		link, err := url.Parse(m.Link)
		must(t, err)
		row, err := w.st.Pool(poolID).CodeByLink(t.Context(), []byte("x"))
		if err == nil {
			t.Errorf("any hash finds %+v", row)
		}
		unconfirmed := func(when string) {
			t.Helper()
			if u, err := d.FindUser(t.Context(), poolID, "ann"); err != nil || u.Status != provider.UserUnconfirmed {
				t.Fatalf("%s: %+v %v", when, u, err)
			}
		}
		scanner := w.visit().get(m.Link[len(w.server.URL):]).want(200, "Show the code")
		if strings.Contains(scanner.body, m.Code) {
			t.Error("the code is shown unasked")
		}
		scanner.submit2(link.Query()).want(200, m.Code)
		unconfirmed("after a scanner")
		for range 3 {
			v.get(m.Link[len(w.server.URL):]).want(200, "Confirm your email address")
		}
		unconfirmed("after being opened")
		v.get(first).want(200, "Open the link in it").follow("I have confirmed it by the link").want(200, "It is not confirmed yet")
		waiting := strings.Replace(first, "/confirm?", "/confirm/waiting?", 1)
		v.get(waiting).want(200, `{"waiting":true}`)
		w.visit().get(waiting).want(200, `{"waiting":false}`) // another browser learns nothing
		// An app may know its sign-in in the first tab alone, so that is the one to go on.
		v.submit2(link.Query()).want(200, "Go back to the tab where you began")
		if v.to != "" {
			t.Errorf("the link's tab was sent to %s", v.to)
		}
		if u, err := d.FindUser(t.Context(), poolID, "ann"); err != nil || u.Status != provider.UserConfirmed {
			t.Errorf("%+v %v", u, err)
		}
		on := v.body
		v.get(m.Link[len(w.server.URL):]).want(410, "This link no longer works").want(410, "You are signed in as")
		w.visit().get(m.Link[len(w.server.URL):]).want(410, "a newer message was sent")
		v.get(waiting).want(200, `{"waiting":false}`)
		v.get(first).want(303, callback+"?code=").want(303, "state=s")
		v.get(first).want(410, "You are signed in as")
		v.body = on // the link's tab, after the first has gone on
		v.follow("Go on here").want(410, "You went on in the other tab")
		// Cognito's form of a link names a code and nothing else.
		w.visit().get("/confirmUser?client_id=app&user_name=ann&confirmation_code=123456").want(200, "Show the code")
		w.visit().get("/confirmUser?client_id=app&user_name=ann&confirmation_code=%3Cscript%3E").want(410, "")
	})
}

// A link confirms whatever the sign-up began at: an app or a page of the pool. Either
// tab goes on, by the page, by a code that is typed too late, or by the link's tab.
func TestEitherTabGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) { s.Verification.ByLink = true })
		account := "/" + poolID + "/account"
		for name, c := range map[string]struct {
			begin func(v *visitor)
			then  func(v *visitor, first string)
			to    string
		}{
			"app page":      {func(v *visitor) { v.begin().follow("Create an account") }, func(v *visitor, first string) { v.get(first) }, callback + "?code="},
			"app code":      {func(v *visitor) { v.begin().follow("Create an account") }, func(v *visitor, first string) { v.post(first, url.Values{"flow": {v.last}, "code": {"123456"}}) }, callback + "?code="},
			"app link":      {func(v *visitor) { v.begin().follow("Create an account") }, func(v *visitor, _ string) { v.follow("Go on here") }, callback + "?code="},
			"account page":  {func(v *visitor) { v.get("/signup") }, func(v *visitor, first string) { v.get(first) }, account},
			"account code":  {func(v *visitor) { v.get("/signup") }, func(v *visitor, first string) { v.post(first, url.Values{"flow": {v.last}, "code": {"123456"}}) }, account},
			"account link":  {func(v *visitor) { v.get("/login?return=/account").follow("Create an account") }, func(v *visitor, _ string) { v.follow("Go on here") }, account},
			"password page": {func(v *visitor) { v.get("/login?return=/account/password").follow("Create an account") }, func(v *visitor, first string) { v.get(first) }, account + "/password"},
		} {
			v, who := w.visit(), strings.ReplaceAll(name, " ", "-")
			c.begin(v)
			v.submit("username", who, "attr.email", who+"@example.com", "password", newPassword).go303().want(200, "Check your email")
			first := v.answer.Request.URL.RequestURI()
			v.last = v.flow()
			link, err := url.Parse(w.mail(d)[0].Link)
			must(t, err)
			v.get(link.RequestURI()).want(200, "Confirm").submit2(link.Query()).want(200, "Go back to the tab where you began")
			c.then(v, first)
			if v.status != 303 || !strings.HasPrefix(v.to, c.to) {
				t.Errorf("%s: %d to %q, not %q: %s", name, v.status, v.to, c.to, v.body)
			}
			if u, err := d.FindUser(t.Context(), poolID, who); err != nil || u.Status != provider.UserConfirmed {
				t.Errorf("%s: %+v %v", name, u, err)
			}
		}
		// Where more is asked, the link's tab shows the way and the first tab finds it.
		must(t, d.ChangePool(t.Context(), poolID, func(p *provider.Pool) error {
			p.Settings.MFA, p.Settings.SecondFactors = "ON", []provider.Factor{provider.FactorTOTP}
			*w.tenant.Pool = *p
			return nil
		}))
		v := w.visit().begin().follow("Create an account")
		v.submit("username", "more", "attr.email", "more@example.com", "password", newPassword).go303()
		first := v.answer.Request.URL.RequestURI()
		link, err := url.Parse(w.mail(d)[0].Link)
		must(t, err)
		v.submit2(link.Query()).want(200, "Go on here")
		v.get(first).want(303, "/mfa/setup?")
		v.get(link.RequestURI()).want(303, "/mfa/setup?") // used, and this browser's
		w.visit().get(link.RequestURI()).want(410, "no longer works")
		if v.cookie("_sid") != nil {
			t.Error("a link without the second factor made a session")
		}
	})
}

// submit2 presses the button of a link's page.
func (v *visitor) submit2(q url.Values) *visitor {
	v.w.t.Helper()
	return v.post("/confirmUser", url.Values{"token": q["token"], "flow": q["flow"]})
}

// The link to a new address confirms in a browser that holds the account's session; the
// one to the old address takes the change back from anywhere, once its box is ticked.
func TestChangedAddressPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) { s.Verification.ByLink = true })
		must(t, d.UpdateUser(t.Context(), poolID, "mika", map[string]string{"email_verified": "true"}))
		v := w.visit().signIn("app")
		u, err := d.FindUser(t.Context(), poolID, "mika")
		must(t, err)
		if _, err := d.ChangeAddress(t.Context(), w.tenant.Pool, u, provider.ByEmail, "new@example.com"); err != nil {
			t.Fatal(err)
		}
		m := w.mail(d)[0]
		link, err := url.Parse(m.Link)
		must(t, err)
		w.visit().get(link.RequestURI()).want(200, "Show the code").submit2(link.Query()).want(200, m.Code)
		v.get(link.RequestURI()).want(200, "n***@e***").submit2(link.Query()).want(200, "is confirmed")
		if u, err = d.FindUser(t.Context(), poolID, "mika"); err != nil || u.Attributes["email"] != "new@example.com" {
			t.Fatalf("%+v %v", u, err)
		}
		var notice provider.Message
		for _, m := range w.mail(d) {
			if m.To == "mika@example.com" && m.Link != "" {
				notice = m
			}
		}
		undo, err := url.Parse(notice.Link)
		must(t, err)
		any := w.visit().get(undo.RequestURI()).want(200, "m***@e***")
		any.post("/undo", url.Values{"token": undo.Query()["token"]}).want(422, "Tick this")
		cross := w.visit()
		cross.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
		cross.post("/undo", url.Values{"token": undo.Query()["token"], "sure": {"yes"}}).want(403, "")
		any.post("/undo", url.Values{"token": undo.Query()["token"], "sure": {"yes"}}).want(200, "was taken back").want(200, `href="/`+poolID+`/forgotPassword"`)
		any.get(undo.RequestURI()).want(410, "no longer works")
		if u, err = d.FindUser(t.Context(), poolID, "mika"); err != nil || u.Attributes["email"] != "mika@example.com" || u.Status != provider.UserResetRequired {
			t.Errorf("%+v %v", u, err)
		}
		if live, err := w.st.Pool(poolID).Sessions(t.Context(), "id-mika"); err != nil || len(live) == 0 || live[0].RevokedAt == 0 {
			t.Errorf("the session lives on: %+v %v", live, err)
		}
	})
}

// A pool whose users are named by their phone signs up and confirms by text.
func TestSignUpByPhone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		d := w.reach(func(s *provider.PoolSettings) {
			s.UsernameAttrs, s.AliasAttrs, s.AutoVerified = []string{"phone_number"}, nil, []string{"phone_number"}
		})
		v := w.visit().begin().follow("Create an account")
		if n := len(regexp.MustCompile(`<input class="input"`).FindAllString(v.body, -1)); n != 2 {
			t.Errorf("asks for %d things: %s", n, v.body)
		}
		v.submit("username", "word", "password", newPassword).want(400, "This is not a phone number")
		v.submit("username", "+12025550143", "password", newPassword).go303().want(200, "+12025550143")
		v.submit("code", w.texted(d)).want(303, callback)
		w.visit().begin().submit("username", "+1 202 555 0143", "password", newPassword).want(303, callback)
	})
}

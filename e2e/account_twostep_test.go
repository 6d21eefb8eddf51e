package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// twoStepStory sets second factors up by choice: an app, another app in its place, codes
// by e-mail and by text. It signs in with them, and takes them away.
func twoStepStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"SmsLimits": map[string]any{"Countries": []string{"SE"}}})
	k.administer(t, "SetUserPoolMfaConfig", map[string]any{"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": map[string]any{},
		"SmsMfaConfiguration":           map[string]any{"SmsConfiguration": map[string]any{"SnsCallerArn": "arn:aws:iam::0:role/none"}},
		"SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true}})
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who, email, phone := "edda-"+name, "edda-"+name+"@example.com", inNumbers(name, "3")
		k.user(t, who, "email", email, "email_verified", "true", "phone_number", phone, "phone_number_verified", "true")
		p := w.browser.Open(t, look)
		k.enter(p, who, firstPassword)
		k.open(p, "two-step")
		w.meet(p, "account two-step none")
		do := func(factor, button string) { p.Click("[data-factor=" + factor + "] " + button) }

		do("SOFTWARE_TOKEN_MFA", "button")
		first := setUpApp(t, p)
		w.meet(p, "account recovery codes")
		codes := strings.Fields(p.See("#codes"))
		p.Click("#saved")
		p.See("[data-factor=RECOVERY_CODE]")
		do("EMAIL_OTP", "[value=add]")
		p.AwaitText("[data-factor=EMAIL_OTP] h2", "On")
		do("SMS_MFA", "[value=add]")
		p.AwaitText("[data-factor=SMS_MFA] h2", "On")
		do("EMAIL_OTP", "[value=prefer]")
		p.AwaitText("[data-factor=EMAIL_OTP] h2", "Asked for first")
		w.meet(p, "account two-step all")
		do("SMS_MFA", "[value=remove]")
		p.Await("document.querySelector('[data-factor=SMS_MFA] [value=add]')")

		// Another app takes the first one's place.
		do("SOFTWARE_TOKEN_MFA", "button")
		p.Click("summary")
		second := app{key: p.See("#secret")}
		p.Fill("#code", first.next(t))
		p.Click("#set-up")
		p.See("[role=alert]")
		w.meet(p, "account app refused")
		p.Fill("#code", second.next(t))
		p.Click("#set-up")
		p.AwaitText("[role=status]", "authenticator app is set up")

		renewed := func() []string {
			k.open(p, "two-step")
			p.Click("#renew")
			return strings.Fields(p.See("#codes"))
		}
		fresh := renewed()
		p.Click("#saved")
		p.See("[data-factor=RECOVERY_CODE]")

		// At the sign-in, the code by e-mail comes first, and the others are other ways.
		k.signIn(p, who, firstPassword)
		p.See("#code")
		w.meet(p, "mfa by email")
		if p.Has("[data-method=SMS_MFA]") {
			t.Error("codes by text are a way in after they were turned off")
		}
		p.Fill("#code", w.office.NextCode(t, email))
		p.Click("#verify")
		in(p)
		k.signIn(p, who, firstPassword)
		p.Click("[data-method=SOFTWARE_TOKEN_MFA]")
		p.AwaitText("h1", "app")
		p.Fill("#code", first.next(t))
		p.Click("#verify")
		p.See("[role=alert]")
		p.Fill("#code", second.next(t))
		w.meet(p, "mfa by app")
		p.Click("#verify")
		in(p)
		k.signIn(p, who, firstPassword)
		for _, code := range []string{codes[0], fresh[0]} {
			if code == codes[0] {
				p.Click("[data-method=RECOVERY_CODE]")
				p.AwaitText("h1", "recovery")
			} else {
				p.See("[role=alert]")
			}
			p.Fill("#code", code)
			p.Click("#verify")
		}
		in(p)

		p.Goto(k.account("/two-step"))
		if left := p.See("[data-factor=RECOVERY_CODE]"); !strings.Contains(left, "9 are left") {
			t.Errorf("after one was used: %q", left)
		}
		for _, factor := range []string{"SOFTWARE_TOKEN_MFA", "EMAIL_OTP"} {
			do(factor, "[value=remove]")
			p.AwaitText("[role=status]", "removed")
			p.Await("!document.querySelector('[data-factor=" + factor + "] [value=remove]')")
		}
		w.meet(p, "account two-step removed")
		k.signIn(p, who, firstPassword)
		in(p)
		quiet(t, p)
	})
}

// wallStory forgets the password and finds that a new one is not enough: the second
// factor is asked for as ever.
func wallStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"MfaConfiguration": "OPTIONAL"})
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who, email := "frida-"+name, "frida-"+name+"@example.com"
		k.user(t, who, "email", email, "email_verified", "true")
		p := w.browser.Open(t, look)
		k.enter(p, who, firstPassword)
		k.open(p, "two-step")
		p.Click("[data-factor=SOFTWARE_TOKEN_MFA] button")
		own := setUpApp(t, p)
		p.Click("#saved")
		p.See("[data-factor=RECOVERY_CODE]")

		thief := w.browser.Open(t, look)
		thief.Goto(k.authorize)
		thief.Click(".label-row a")
		thief.Fill("#identifier", who)
		thief.Click("#send")
		thief.See("#confirm-password")
		thief.Fill("#code", w.office.NextCode(t, email))
		thief.Fill("#new-password", "Velvet-anchor-58")
		thief.Fill("#confirm-password", "Velvet-anchor-58")
		thief.Click("#save")
		thief.See("[role=status]")
		w.meet(thief, "sign-in after recovery")
		thief.Fill("#identifier", who)
		thief.Fill("#password", "Velvet-anchor-58")
		thief.Click("#sign-in")
		thief.See("#code")
		w.meet(thief, "mfa after recovery")
		thief.Goto(k.account(""))
		thief.See("#password") // still nobody
		p.Reload()
		p.See("#password") // the reset has ended what was signed in
		k.signIn(p, who, "Velvet-anchor-58")
		p.Fill("#code", own.next(t))
		p.Click("#verify")
		in(p)
		quiet(t, p)
		quiet(t, thief)
	})
}

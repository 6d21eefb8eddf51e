package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestPasskey adds a passkey when it is offered, signs in with it by autofill and by
// the button, uses it as the second factor, and loses it.
func TestPasskey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		const who = "mika"
		k.user(t, who, "email", "mika@example.com", "email_verified", "true")
		k.takesPasskeys(t, "PASSWORD", "WEB_AUTHN")

		p := w.browser.Open(t, browser.Look{})
		key := p.Authenticator()
		k.signIn(p, who, firstPassword)
		p.AwaitText("h1", "Sign in faster")
		w.meet(p, "passkey offered")
		key.Verify(false)
		p.Click("#passkey")
		p.AwaitText("[data-passkey-says]", "cancelled")
		w.meet(p, "passkey cancelled")
		key.Verify(true)
		p.Click("#passkey")
		p.Click("#saved")
		in(p)
		key.AwaitPasskeys(1)

		// The browser offers it in the name field, and nobody has to type anything.
		p.Goto(k.authorize)
		in(p)

		// By the button.
		p.WithoutAutofill()
		p.Goto(k.authorize)
		p.See("#passkey")
		w.meet(p, "sign-in with a passkey")
		p.Click("#passkey")
		in(p)

		k.takesPasskeys(t, "PASSWORD")
		k.signIn(p, who, firstPassword)
		p.AwaitText("h1", "Use your passkey")
		w.meet(p, "passkey as second factor")
		p.Click("#passkey")
		in(p)

		// Lost, the page says so and has other ways.
		key.Clear()
		k.signIn(p, who, firstPassword)
		p.AwaitText("h1", "Use your passkey")
		p.Click("#passkey")
		p.AwaitText("[data-passkey-says]", "another way")
		w.meet(p, "passkey lost")
		p.Click("button[value=RECOVERY_CODE]")
		p.AwaitText("h1", "recovery code")

		k.takesPasskeys(t, "PASSWORD", "WEB_AUTHN")
		plain := w.browser.Open(t, browser.Look{NoScripts: true})
		plain.Goto(k.authorize)
		if says := plain.See("main"); !strings.Contains(says, "Passkeys need JavaScript") {
			t.Errorf("without scripts the page says: %s", says)
		}
		w.meet(plain, "sign-in with a passkey")
		if problems := p.Problems(); len(problems) > 0 {
			t.Errorf("console: %q", problems)
		}
	})
}

// takesPasskeys makes passkeys a second factor that is offered, and sets what may come
// first.
func (k *tenant) takesPasskeys(t *testing.T, first ...string) {
	t.Helper()
	k.administer(t, "UpdateUserPool", map[string]any{"Policies": map[string]any{
		"PasswordPolicy": map[string]any{"MinimumLength": 8}, "SignInPolicy": map[string]any{"AllowedFirstAuthFactors": first}}})
	k.administer(t, "SetUserPoolMfaConfig", map[string]any{"MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true},
		"WebAuthnConfiguration": map[string]any{"SecondFactor": true, "Nudge": true}})
}

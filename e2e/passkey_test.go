package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/server"
)

// TestPasskey adds a passkey when it is offered, signs in with it by autofill and by
// the button, uses it as the second factor, and loses it.
func TestPasskey(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	p := start(t)
	m := discover(t, p.Dev.Issuer)
	alice := p.Dev.Users[0]
	authorize := m.Authorization + "?response_type=code&client_id=" + p.Dev.Clients.Public.ID + "&scope=openid+email&state=s&prompt=login" +
		"&redirect_uri=" + p.Dev.RedirectURI + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	takesPasskeys(t, p, "OPTIONAL", "PASSWORD", "WEB_AUTHN")

	w := b.Open(t, browser.Look{})
	key := w.Authenticator()
	password := func() {
		t.Helper()
		w.Goto(authorize)
		w.Fill("#identifier", alice.Username)
		w.Fill("#password", alice.Password)
		w.Click("#sign-in")
	}
	password()
	w.AwaitText("h1", "Sign in faster")
	w.AssertAccessible("passkey offered")
	w.Screenshot("passkey-offered")
	key.Verify(false)
	w.Click("#passkey")
	w.AwaitText("[data-passkey-says]", "cancelled")
	w.AssertAccessible("passkey cancelled")
	key.Verify(true)
	w.Click("#passkey")
	w.Click("#saved")
	w.Await(signedIn)
	if n := key.Passkeys(); n != 1 {
		t.Fatalf("the authenticator holds %d passkeys", n)
	}

	// The browser offers it in the name field, and nobody has to type anything.
	w.Goto(authorize)
	w.Await(signedIn)

	// By the button, where the browser waits for a touch. (A page that is asked twice
	// ends the first question.)
	key.Touch(false)
	w.Goto(authorize)
	w.AssertAccessible("sign-in with a passkey")
	w.Screenshot("sign-in-passkey")
	key.Touch(true)
	w.Click("#passkey")
	w.Await(signedIn)

	takesPasskeys(t, p, "OPTIONAL", "PASSWORD")
	password()
	w.AwaitText("h1", "Use your passkey")
	w.AssertAccessible("passkey as second factor")
	w.Screenshot("mfa-passkey")
	w.Click("#passkey")
	w.Await(signedIn)

	// Lost, the page says so and has other ways.
	key.Clear()
	password()
	w.AwaitText("h1", "Use your passkey")
	w.Click("#passkey")
	w.AwaitText("[data-passkey-says]", "another way")
	w.Click("button[value=RECOVERY_CODE]")
	w.AwaitText("h1", "recovery code")

	takesPasskeys(t, p, "OPTIONAL", "PASSWORD", "WEB_AUTHN")
	plain := b.Open(t, browser.Look{NoScripts: true})
	plain.Goto(authorize)
	if says := plain.See("main"); !strings.Contains(says, "Passkeys need JavaScript") {
		t.Errorf("without scripts the page says: %s", says)
	}
	plain.AssertAccessible("sign-in without scripts")
	if problems := w.Problems(); len(problems) > 0 {
		t.Errorf("console: %q", problems)
	}
}

// takesPasskeys sets the demo pool's second and first factors.
func takesPasskeys(t *testing.T, p *server.Process, mode string, first ...string) {
	t.Helper()
	for operation, in := range map[string]map[string]any{
		"SetUserPoolMfaConfig": {"MfaConfiguration": mode, "SoftwareTokenMfaConfiguration": map[string]any{"Enabled": true},
			"WebAuthnConfiguration": map[string]any{"SecondFactor": true, "Nudge": true}},
		"UpdateUserPool": {"Policies": map[string]any{"SignInPolicy": map[string]any{"AllowedFirstAuthFactors": first}}, "MfaConfiguration": mode},
	} {
		in["UserPoolId"] = p.Dev.UserPoolID
		if _, err := p.Administer(t.Context(), server.UserPools+operation, in); err != nil {
			t.Fatal(err)
		}
	}
}

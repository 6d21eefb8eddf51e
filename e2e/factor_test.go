package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestAuthenticatorApp sets an authenticator app up where the pool demands a second
// factor, uses it, loses it, comes in by a recovery code, and sets another up once an
// operator has taken the first away.
func TestAuthenticatorApp(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{"MfaConfiguration": "ON"})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who := "mika-" + name
			k.user(t, who, "email", who+"@example.com", "email_verified", "true")
			p := w.browser.Open(t, look)
			k.signIn(p, who, firstPassword)
			p.See(".choice")
			p.AssertAccessible("choose a second factor")
			secret := setUpApp(t, p)
			codes := strings.Fields(p.See("#codes"))
			p.AssertAccessible("recovery codes")
			if len(codes) != 10 {
				t.Fatalf("%d recovery codes: %q", len(codes), codes)
			}
			p.Click("#saved")
			in(p)

			// The code that set it up is used up; the next one is right.
			used := totp(t, secret.key, secret.at)
			k.signIn(p, who, firstPassword)
			for _, wrong := range []string{used, "000000"} {
				p.Fill("#code", wrong)
				p.Click("#verify")
				p.See("[role=alert]")
				p.AssertAccessible("a code refused")
			}
			p.Fill("#code", totp(t, secret.key, secret.at.Add(30*time.Second)))
			p.Click("#verify")
			in(p)

			// The phone is lost.
			k.signIn(p, who, firstPassword)
			p.Click("[data-method=RECOVERY_CODE]")
			p.Fill("#code", strings.ToUpper(codes[0]))
			p.AssertAccessible("a recovery code")
			p.Click("#verify")
			in(p)
			k.signIn(p, who, firstPassword)
			p.Click("[data-method=RECOVERY_CODE]")
			p.Fill("#code", codes[0])
			p.Click("#verify")
			p.See("[role=alert]")

			// An operator takes all away: another app takes the first one's place.
			k.administer(t, "Cognate.AdminResetUserFactors", map[string]any{"Username": who})
			k.signIn(p, who, firstPassword)
			other := setUpApp(t, p)
			p.Click("#saved")
			in(p)
			if other.key == secret.key {
				t.Error("the second app has the first one's secret")
			}
			quiet(t, p)
		})
	})
}

// app is an authenticator app's secret, and the time of the code that proved it.
type app struct {
	key string
	at  time.Time
}

// next is a code that the app has not shown yet: the present one, or the one after the
// last where that was the present one too.
func (a *app) next(t *testing.T) string {
	t.Helper()
	at := time.Now()
	if after := a.at.Add(30 * time.Second); after.After(at) {
		at = after
	}
	a.at = at
	return totp(t, a.key, at)
}

// setUpApp goes through the page that sets an authenticator app up.
func setUpApp(t *testing.T, p *browser.Page) app {
	t.Helper()
	p.Await("document.querySelector('.choice, #set-up')")
	if p.Has(".choice") {
		p.Click(".choice[data-method=SOFTWARE_TOKEN_MFA]")
	}
	p.Click("summary")
	a := app{key: p.See("#secret"), at: time.Now()}
	p.AssertAccessible("set up an authenticator app")
	p.Fill("#code", totp(t, a.key, a.at))
	p.Click("#set-up")
	p.See("#codes")
	return a
}

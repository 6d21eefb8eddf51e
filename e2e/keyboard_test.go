package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestKeyboardAlone signs up for a second factor, signs in by it and by a recovery
// code, and goes through the account, without a mouse: the field that comes first has
// the focus, Enter does the main thing, Tab goes on in the order of the page, and what
// has the focus can be seen.
func TestKeyboardAlone(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{"MfaConfiguration": "ON"})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who := "kim-" + name
			k.user(t, who, "email", who+"@example.com", "email_verified", "true")
			p := w.browser.Open(t, look)
			signIn := func() {
				p.Goto(k.authorize)
				typed(t, p, "#identifier", who)
				tabTo(t, p, "#password")
				typed(t, p, "#password", firstPassword)
				p.Press("\r")
			}

			// A mistake is read first; Tab leads to the field that it is about.
			p.Goto(k.authorize)
			typed(t, p, "#identifier", who)
			tabTo(t, p, "#password")
			typed(t, p, "#password", "not the right one")
			p.Press("\r")
			focused(t, p, "#problem")
			tabTo(t, p, "#identifier")

			signIn()
			p.See(".choice")
			tabTo(t, p, ".choice[data-method=SOFTWARE_TOKEN_MFA]")
			p.Press("\r")
			p.See("summary")
			tabTo(t, p, "summary")
			p.Press("\r")
			secret := app{key: p.See("#secret"), at: time.Now()}
			tabTo(t, p, "#code")
			typed(t, p, "#code", totp(t, secret.key, secret.at))
			p.Press("\r")
			code := p.See("#codes li")
			tabTo(t, p, "#saved")
			p.Press("\r")
			in(p)

			signIn()
			p.See("#verify")
			typed(t, p, "#code", totp(t, secret.key, secret.at.Add(30*time.Second)))
			p.Press("\r")
			in(p)

			signIn()
			p.See("#verify")
			tabTo(t, p, "[data-method=RECOVERY_CODE]")
			p.Press("\r")
			p.AwaitText("h1", "recovery code")
			typed(t, p, "#code", code)
			p.Press("\r")
			in(p)

			p.Goto(k.Dev.BaseURL + "/" + k.pool + "/account")
			tabTo(t, p, "a[href$='/account/activity']")
			p.Press("\r")
			p.See("[data-event]")
			tabTo(t, p, ".below a")
			p.Press("\r")
			p.See("#sign-out")
			tabTo(t, p, "#sign-out")
			p.Press("\r")
			p.Await("!document.querySelector('#sign-out')")
			quiet(t, p)
		})
	})
}

// focused waits until an element has the focus.
func focused(t *testing.T, p *browser.Page, css string) {
	t.Helper()
	p.Await(fmt.Sprintf("document.activeElement?.matches(%q)", css))
}

// typed types into a field, which has the focus already.
func typed(t *testing.T, p *browser.Page, css, text string) {
	t.Helper()
	focused(t, p, css)
	p.Press(text)
}

// tabTo presses Tab until an element has the focus. On the way the focus only goes
// down the page, and each element on which it rests shows that it has it.
func tabTo(t *testing.T, p *browser.Page, css string) {
	t.Helper()
	const far = 40
	for range far {
		p.Press("\t")
		if odd := browser.Eval[string](p, `(() => {
			const now = document.activeElement, before = window.hadFocus;
			if (!now) return ""; // the next page has come, and not all of it
			window.hadFocus = now;
			if (before?.isConnected && !(before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING)) return "the focus went back to " + now.outerHTML;
			const style = getComputedStyle(now);
			if (!now.matches(":focus-visible") || style.outlineStyle === "none" && style.boxShadow === "none") return "no focus to be seen on " + now.outerHTML;
			return "";
		})()`); odd != "" {
			t.Fatalf("%s: %s", p.URL(), odd)
		}
		if browser.Eval[bool](p, fmt.Sprintf("document.activeElement?.matches(%q) ?? false", css)) {
			return
		}
	}
	t.Fatalf("%s: %d times Tab do not lead to %s", p.URL(), far, css)
}

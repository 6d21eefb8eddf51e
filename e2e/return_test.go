package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
)

// TestRememberedDevice asks whether to remember a browser, spares it the second
// factor from then on, and tells the owner of a browser that was never seen.
func TestRememberedDevice(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{"MfaConfiguration": "ON", "DeviceConfiguration": map[string]any{
			"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true}})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who, email := "noor-"+name, "noor-"+name+"@example.com"
			k.user(t, who, "email", email, "email_verified", "true")
			p := w.browser.Open(t, look)
			k.signIn(p, who, firstPassword)
			a := setUpApp(t, p)
			p.Click("#saved")
			p.See("#remember")
			p.AssertAccessible("remember this browser")
			p.Click("#remember")
			in(p)
			k.signIn(p, who, firstPassword)
			in(p)

			// Another browser is a stranger: it is asked, and the owner is told.
			other := w.browser.Open(t, look)
			k.signIn(other, who, firstPassword)
			other.Fill("#code", totp(t, a.key, a.at.Add(30*time.Second)))
			other.Click("#verify")
			other.Click("#not-now")
			in(other)
			w.office.NextThat(t, email, func(m postoffice.Message) bool {
				return strings.Contains(strings.ToLower(m.Subject), "sign") && m.Code() == ""
			})
			k.signIn(other, who, firstPassword)
			other.See("#code")

			// A password that an operator sets ends the trust.
			k.administer(t, "AdminSetUserPassword", map[string]any{"Username": who, "Password": "Another-harbour-43", "Permanent": true})
			k.signIn(p, who, "Another-harbour-43")
			p.See("#code")
			quiet(t, p)
		})
	})
}

// TestForcedChange lets somebody in by a temporary password that an operator has
// made and mailed, has them choose their own, and refuses those that are too easy.
func TestForcedChange(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who, email := "olga-"+name, "olga-"+name+"@example.com"
			k.administer(t, "AdminCreateUser", map[string]any{"Username": who, "UserAttributes": []map[string]string{
				{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}}})
			letter := w.office.Next(t, email)
			var temporary string
			for line := range strings.Lines(letter.Text) {
				if word := strings.TrimSpace(line); len(word) >= 8 && !strings.ContainsAny(word, " :") {
					temporary = word
				}
			}
			if temporary == "" {
				t.Fatalf("no password in the letter: %s", letter.Text)
			}
			p := w.browser.Open(t, look)
			k.signIn(p, who, temporary)
			p.AwaitText("h1", "password")
			p.AssertAccessible("forced change")
			for _, easy := range []string{"password1", who + "-2026"} {
				p.Fill("#new-password", easy)
				p.Fill("#confirm-password", easy)
				p.Click("#save")
				p.See("[role=alert]")
				p.AssertAccessible("a password refused")
			}
			p.Fill("#new-password", "Copper-lantern-77")
			p.Fill("#confirm-password", "Copper-lantern-77")
			p.Click("#save")
			in(p)
			k.signIn(p, who, temporary)
			p.See("[role=alert]")
			k.signIn(p, who, "Copper-lantern-77")
			in(p)
			quiet(t, p)
		})
	})
}

// TestLocked mistypes a password until sign-in is paused, for somebody who is there
// and for somebody who is not: the pages say the same.
func TestLocked(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			k.user(t, "pia-"+name)
			// Each wait is twice the last, so even a slow machine meets one.
			for _, who := range []string{"pia-" + name, "nobody-" + name} {
				p := w.browser.Open(t, look)
				p.Goto(k.authorize)
				said := map[string]bool{}
				for tries := 0; !said["Too many tries"]; tries++ {
					if tries == 16 {
						t.Fatalf("%s may try on and on: %v", who, said)
					}
					p.Fill("#identifier", who)
					p.Fill("#password", "Wrong-harbour-41")
					p.Click("#sign-in")
					p.Await("document.querySelector('[role=alert]') && !document.querySelector('#password').value")
					sentence, _, _ := strings.Cut(p.See("[role=alert]"), ".")
					said[sentence] = true
				}
				if says := p.See("[role=alert]"); !strings.Contains(says, "second") && !strings.Contains(says, "minute") {
					t.Errorf("%s is not told when to come again: %s", who, says)
				}
				w.meet(p, "sign-in paused")
				if len(said) != 2 || !said["That name and password do not belong together"] {
					t.Errorf("%s is told %v", who, said)
				}
			}
		})
	})
}

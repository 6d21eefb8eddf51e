package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestWorkBeforeAText signs up by phone where a stranger's browser must work first: the
// page's script does it while the form is filled in. Without scripts the page says what
// is needed, and no text is sent.
func TestWorkBeforeAText(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{
			"AdminCreateUserConfig": map[string]any{"AllowAdminCreateUserOnly": false}, "UsernameAttributes": []string{"phone_number"},
			"AutoVerifiedAttributes": []string{"phone_number"}, "SmsLimits": map[string]any{"Countries": []string{"SE"}, "ProofOfWork": true},
		})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			phone := inNumbers(name, "9")
			p := w.browser.Open(t, look)
			p.Goto(k.authorize)
			p.Click(".below a")
			p.Fill("#field-phone_number", phone)
			p.Fill("#password", "Silver-meadow-31")
			p.AssertAccessible("sign-up with work")
			p.Click("#sign-up")
			if look.NoScripts {
				if says := p.See("[role=alert]"); !strings.Contains(says, "JavaScript") {
					t.Errorf("the page says %q", says)
				}
				return
			}
			p.See("#code")
			p.Fill("#code", w.office.NextCode(t, phone))
			p.Click("#confirm")
			in(p)
			quiet(t, p)
		})
	})
}

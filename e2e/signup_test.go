package e2e

import (
	"maps"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
)

// TestSignUp makes accounts in a real browser: confirmed by a mailed code, by the link
// beside it, and by a texted code; a link that is opened elsewhere confirms nothing.
func TestSignUp(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		open := map[string]any{"AdminCreateUserConfig": map[string]any{"AllowAdminCreateUserOnly": false}}
		with := func(more map[string]any) map[string]any { maps.Copy(more, open); return more }
		byCode := w.tenant(t, with(map[string]any{}))
		byLink := w.tenant(t, with(map[string]any{"VerificationMessageTemplate": map[string]any{"DefaultEmailOption": "CONFIRM_WITH_LINK"}}))
		byText := w.tenant(t, with(map[string]any{"UsernameAttributes": []string{"phone_number"}, "AutoVerifiedAttributes": []string{"phone_number"},
			"SmsLimits": map[string]any{"Countries": []string{"SE"}}}))
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			email := "vera-" + name + "@example.com"
			p := w.browser.Open(t, look)
			begin := func(k *tenant, fields map[string]string) {
				p.Goto(k.authorize)
				p.Click(".below a")
				for field, value := range fields {
					p.Fill("#field-"+field, value)
				}
				p.Fill("#password", "Silver-meadow-31")
				p.AssertAccessible("sign-up")
				p.Click("#sign-up")
				p.See("#code")
				p.AssertAccessible("confirm")
			}

			begin(byCode, map[string]string{"username": "vera-" + name, "email": email})
			code := w.office.NextCode(t, email)
			for _, given := range []string{wrongCode(code), code} {
				p.Fill("#code", given)
				p.Click("#confirm")
				if given != code {
					p.See("[role=alert]")
				}
			}
			in(p)

			begin(byLink, map[string]string{"username": "vera-" + name, "email": email})
			letter := w.office.NextThat(t, email, func(m postoffice.Message) bool { return m.Link() != "" })
			if link := letter.Link(); !strings.HasPrefix(link, w.Dev.BaseURL+"/"+byLink.pool+"/") {
				t.Errorf("the link leads to %s", link)
			}
			other := w.browser.Open(t, look)
			other.Goto(letter.Link())
			other.See("#go-on")
			other.AssertAccessible("a link opened elsewhere")
			other.Click("#go-on")
			if shown := other.See("#shown-code"); shown != letter.Code() {
				t.Errorf("elsewhere the link shows %q, not the code %s", shown, letter.Code())
			}
			p.Goto(letter.Link())
			p.See("#go-on")
			p.AssertAccessible("a link opened where it was asked for")
			p.Click("#go-on")
			in(p)

			phone := inNumbers(name, "8")
			begin(byText, map[string]string{"phone_number": phone})
			p.Fill("#code", w.office.NextCode(t, phone))
			p.Click("#confirm")
			in(p)
			quiet(t, p)
		})
	})
}

// TestTakenNameIsNotBetrayed signs up with a name and an address that somebody has:
// the page goes on as for anybody, and only the owner's letter tells.
func TestTakenNameIsNotBetrayed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, map[string]any{"AdminCreateUserConfig": map[string]any{"AllowAdminCreateUserOnly": false}, "AliasAttributes": []string{"email"}})
		k.user(t, "wilma", "email", "wilma@example.com", "email_verified", "true")
		p := w.browser.Open(t, browser.Look{})
		p.Goto(k.authorize)
		p.Click(".below a")
		p.Fill("#field-username", "somebody")
		p.Fill("#field-email", "wilma@example.com")
		p.Fill("#password", "Silver-meadow-31")
		p.Click("#sign-up")
		p.AwaitText("h1", "Check your email")
		if letter := w.office.Next(t, "wilma@example.com"); letter.Code() != "" {
			t.Errorf("the owner was mailed a code: %s", letter.Text)
		}
		p.Fill("#code", "123456")
		p.Click("#confirm")
		p.See("[role=alert]")
		k.signIn(p, "wilma", firstPassword)
		in(p)
	})
}

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
			confirmInTab(p, letter.Link())
			if look.NoScripts {
				p.Click("#go-on")
			}
			p.Await("location.search.includes('state=s') && location.search.includes('code=')")

			// So does a sign-up that no app has begun.
			email = "vega-" + name + "@example.com"
			q := w.browser.Open(t, look)
			q.Goto(w.Dev.BaseURL + "/" + byLink.pool)
			q.Click(".below a")
			q.Fill("#field-username", "vega-"+name)
			q.Fill("#field-email", email)
			q.Fill("#password", "Silver-meadow-31")
			q.Click("#sign-up")
			q.See("#code")
			tab := confirmInTab(q, w.office.NextThat(t, email, func(m postoffice.Message) bool { return m.Link() != "" }).Link())
			tab.Click("#go-on")
			tab.Await("location.pathname.endsWith('/account')")
			if look.NoScripts { // what was typed too late does no harm
				q.Fill("#code", "123456")
				q.Click("#confirm")
			}
			q.Await("location.pathname.endsWith('/account')")
			quiet(t, q)

			phone := inNumbers(name, "8")
			begin(byText, map[string]string{"phone_number": phone})
			p.Fill("#code", w.office.NextCode(t, phone))
			p.Click("#confirm")
			in(p)
			quiet(t, p)
		})
	})
}

// confirmInTab opens a mailed link in a tab of its own, as mail programs do, and confirms
// there. It answers that tab.
func confirmInTab(p *browser.Page, link string) *browser.Page {
	tab := p.Window()
	tab.Goto(link)
	tab.See("#go-on")
	tab.AssertAccessible("a link opened where it was asked for")
	tab.Click("button#go-on")
	tab.See("a#go-on")
	tab.AssertAccessible("a link that has confirmed")
	return tab
}

// TestAppKeepsItsSignInInTheTab signs up from an app that knows its sign-in in one tab
// alone: that tab goes on once the link was opened in another.
func TestAppKeepsItsSignInInTheTab(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := &tenant{world: w, pool: w.Dev.UserPoolID}
		k.administer(t, "UpdateUserPool", map[string]any{"AutoVerifiedAttributes": []string{"email"},
			"VerificationMessageTemplate": map[string]any{"DefaultEmailOption": "CONFIRM_WITH_LINK"}})
		p := w.browser.Open(t, browser.Look{})
		d := openDemo(w.Process, p)
		d.Click("#sign-in")
		d.Click(".below a")
		d.Fill("#field-username", "vanja")
		d.Fill("#field-email", "vanja@example.com")
		d.Fill("#password", "Silver-meadow-31")
		d.Click("#sign-up")
		d.See("#code")
		confirmInTab(p, w.office.NextThat(t, "vanja@example.com", func(m postoffice.Message) bool { return m.Link() != "" }).Link())
		d.Await("document.documentElement.dataset.mode === 'user' && document.documentElement.dataset.ready !== undefined")
		quiet(t, p)

		// An error that the service sends back is told, whoever began.
		d.Goto(w.Dev.DemoAppURL + "?error=invalid_scope&error_description=The+client+may+not+ask+for+that.")
		d.AwaitText("#failure", "The client may not ask for that.")
		d.AwaitText("#failure", "invalid_scope")
		browser.Eval[string](p, `sessionStorage.setItem("cognate.demo.request", JSON.stringify({state: "mine"})), ""`)
		d.Goto(w.Dev.DemoAppURL + "?error=server_error&state=mine")
		d.AwaitText("#failure", "server_error")
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

package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
)

// addressStory changes an e-mail address as somebody else would who found the account
// open; its owner takes the change back. Then the owner changes the phone number.
func addressStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"SmsLimits": map[string]any{"Countries": []string{"SE"}}})
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who, old, other := "ada-"+name, "ada-"+name+"@example.com", "elsewhere-"+name+"@example.com"
		k.user(t, who, "email", old, "email_verified", "true")
		p := w.browser.Open(t, look)
		k.enter(p, who, firstPassword)
		w.meet(p, "account")

		k.open(p, "email")
		w.meet(p, "account email")
		p.Fill("#field-email", other)
		p.Click("#save")
		p.AwaitText("[role=status]", "on its way")
		if says := p.See(".who"); !strings.Contains(says, old) || !strings.Contains(says, "Verified") {
			t.Errorf("before the proof the page says %q", says)
		}
		w.meet(p, "account email waits")
		code := w.office.NextCode(t, other)
		p.Fill("#code", wrongCode(code))
		p.Click("#confirm")
		p.See("[role=alert]")
		w.meet(p, "account email wrong code")
		if has := k.attribute(t, who, "email"); has != old {
			t.Errorf("before the proof the address is %s", has)
		}
		p.Fill("#code", code)
		p.Click("#confirm")
		p.AwaitText(".who", other)
		w.meet(p, "account email changed")

		letter := w.office.NextThat(t, old, func(m postoffice.Message) bool { return m.Link() != "" })
		owner := w.browser.Open(t, look)
		owner.Goto(letter.Link())
		owner.See("#take-back")
		w.meet(owner, "undo")
		p.Reload()
		if has := p.See(".who"); !strings.Contains(has, other) {
			t.Errorf("to open the link changed the address to %q", has)
		}
		owner.Click("#sure")
		owner.Click("#take-back")
		owner.AwaitText("h1", "taken back")
		w.meet(owner, "undo done")
		if has := k.attribute(t, who, "email"); has != old {
			t.Errorf("taken back, the address is %s", has)
		}
		p.Goto(k.account("/email"))
		p.See("#password") // signed out

		// The password is no way in any more: the owner chooses another.
		owner.Click("#new-password")
		owner.See("#identifier")
		k.knock(owner, who, firstPassword)
		owner.AwaitText("h1", "Choose a new password")
		w.meet(owner, "reset after undo")
		owner.Fill("#code", w.office.NextCode(t, old))
		owner.Fill("#new-password", "Velvet-anchor-58")
		owner.Fill("#confirm-password", "Velvet-anchor-58")
		owner.Click("#save")
		owner.See("[role=status]")
		k.enter(owner, who, "Velvet-anchor-58")

		phone, next := inNumbers(name, "1"), inNumbers(name, "2")
		k.open(owner, "phone")
		w.meet(owner, "account phone none")
		for i, number := range []string{phone, next} {
			owner.Fill("#field-phone_number", number)
			owner.Click("#save")
			owner.See("#code")
			if i == 1 && k.attribute(t, who, "phone_number") != phone {
				t.Error("before the proof another number counts")
			}
			owner.Fill("#code", w.office.NextCode(t, number))
			w.meet(owner, "account phone waits")
			owner.Click("#confirm")
			owner.AwaitText(".who", number)
		}
		if told := w.office.NextThat(t, phone, func(m postoffice.Message) bool { return m.Code() == "" }); !strings.Contains(told.Text, "phone number was changed") {
			t.Errorf("the old number is told %q", told.Text)
		}
		owner.Click("#remove")
		owner.See("#sure")
		w.meet(owner, "account phone removing")
		owner.Click("#remove")
		owner.AwaitText("[role=status]", "removed")
		if has := k.attribute(t, who, "phone_number"); has != "" {
			t.Errorf("removed, the number is %s", has)
		}
		quiet(t, p)
		quiet(t, owner)
	})
}

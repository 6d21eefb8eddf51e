package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/postoffice"
)

// passwordStory changes a password from a session that was left open: the person shows
// first that it is they, mistypes, chooses badly, and then well.
func passwordStory(t *testing.T, w *world) {
	k := w.tenant(t, nil)
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who, email := "bea-"+name, "bea-"+name+"@example.com"
		k.user(t, who, "email", email, "email_verified", "true")
		p, other := w.browser.Open(t, look), w.browser.Open(t, look)
		k.enter(other, who, firstPassword)
		k.enter(p, who, firstPassword)
		k.ageProof(t, who)
		k.open(p, "devices") // looking is free
		p.Goto(k.account("/password"))
		p.AwaitText("h1", "Show that it is you")
		w.meet(p, "step-up")
		p.See("#identifier[readonly]") // nobody else may prove who they are
		p.Fill("#password", "Wrong-harbour-41")
		p.Click("#sign-in")
		p.See("[role=alert]")
		w.meet(p, "step-up refused")
		p.Fill("#password", firstPassword)
		p.Click("#sign-in")
		p.See("#old-password")
		w.meet(p, "account password")

		for _, try := range []struct{ state, old, password, again, field, says string }{
			{"wrong", "Wrong-harbour-41", "Copper-lantern-77", "Copper-lantern-77", "#old-problem", "password"},
			{"differ", firstPassword, "Copper-lantern-77", "Copper-lantern-78", "#confirm-problem", "differ"},
			{"common", firstPassword, "Sunshine2024!", "Sunshine2024!", "#password-problem", "guess"},
			{"personal", firstPassword, who + "-77", who + "-77", "#password-problem", "name"},
		} {
			p.Fill("#old-password", try.old)
			p.Fill("#new-password", try.password)
			p.Fill("#confirm-password", try.again)
			p.Click("#save")
			p.AwaitText(try.field, try.says)
			w.meet(p, "account password "+try.state)
		}
		p.Fill("#old-password", firstPassword)
		p.Fill("#new-password", "Copper-lantern-77")
		p.Fill("#confirm-password", "Copper-lantern-77")
		p.Click("#save")
		p.AwaitText("[role=status]", "Your password is changed")
		w.meet(p, "account password changed")
		w.office.NextThat(t, email, func(m postoffice.Message) bool { return strings.Contains(m.Subject, "password was changed") })
		other.Reload()
		other.See("#password") // signed out
		k.knock(other, who, firstPassword)
		other.See("[role=alert]")
		k.enter(other, who, "Copper-lantern-77")
		quiet(t, p)
		quiet(t, other)
	})
}

// tooOldStory signs in with a password that the pool no longer wants. The new one is
// the way in, and not the old one again.
func tooOldStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"Policies": map[string]any{"PasswordPolicy": map[string]any{"MinimumLength": 8, "MaximumAgeDays": 1}}})
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who := "cleo-" + name
		k.user(t, who)
		p := w.browser.Open(t, look)
		k.signIn(p, who, firstPassword)
		in(p)
		k.agePassword(t, who)
		k.signIn(p, who, firstPassword)
		p.AwaitText(".lead", "too old")
		w.meet(p, "password too old")
		for _, password := range []string{firstPassword, "Marble-compass-93"} {
			p.Fill("#new-password", password)
			p.Fill("#confirm-password", password)
			p.Click("#save")
			if password == firstPassword {
				p.See("[role=alert]")
				w.meet(p, "password too old again")
			}
		}
		in(p)
		k.signIn(p, who, firstPassword)
		p.See("[role=alert]")
		k.signIn(p, who, "Marble-compass-93")
		in(p)
		quiet(t, p)
	})
}

// throttledStory mistypes the present password on the account's page until it asks for
// patience, and says how much.
func throttledStory(t *testing.T, w *world) {
	k := w.tenant(t, nil)
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who := "dora-" + name
		k.user(t, who)
		p := w.browser.Open(t, look)
		k.enter(p, who, firstPassword)
		k.open(p, "password")
		said := ""
		for tries := 0; !strings.HasPrefix(said, "Too many tries"); tries++ {
			if tries == 16 {
				t.Fatalf("the present password may be guessed on and on: %s", said)
			}
			p.Fill("#old-password", "Wrong-harbour-41")
			p.Fill("#new-password", "Copper-lantern-77")
			p.Fill("#confirm-password", "Copper-lantern-77")
			p.Click("#save")
			p.Await("document.querySelector('[role=alert]') && !document.querySelector('#old-password').value")
			said = p.See("[role=alert]")
		}
		if !strings.Contains(said, "second") {
			t.Errorf("how long the wait is, a few seconds, stays a riddle: %s", said)
		}
		w.meet(p, "account password throttled")
		quiet(t, p)
	})
}

package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// passkeysStory adds two passkeys, names one, signs in with it, and removes both. The
// browsers are told which ones are left, and forget the others. All of it
// needs scripts.
func passkeysStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"Policies": map[string]any{"SignInPolicy": map[string]any{"AllowedFirstAuthFactors": []string{"PASSWORD", "WEB_AUTHN"}}}})
	const who = "ines"
	k.user(t, who, "email", "ines@example.com", "email_verified", "true")
	p := w.browser.Open(t, browser.Look{})
	key := p.Authenticator()
	k.enter(p, who, firstPassword)
	k.ageProof(t, who)
	k.open(p, "passkeys")
	w.meet(p, "account passkeys none")
	p.Click("#add-passkey")
	p.AwaitText("h1", "Show that it is you")
	p.Fill("#password", firstPassword)
	p.Click("#sign-in")
	p.AwaitText("h1", "Add a passkey")
	w.meet(p, "account passkey add")
	key.Verify(false)
	p.Click("#passkey")
	p.AwaitText("[data-passkey-says]", "cancelled")
	w.meet(p, "account passkey cancelled")
	key.Verify(true)
	p.Click("#passkey")
	p.AwaitText("[role=status]", "added")

	p.Click("summary")
	p.Fill("#name-0", "Desk")
	p.Click("details button")
	p.AwaitText("[data-passkey-id] h2", "Desk")
	w.meet(p, "account passkeys")

	// The authenticator has one already, and says so. Another one makes the second.
	p.Click("#add-passkey")
	p.Click("#passkey")
	p.AwaitText("[data-passkey-says]", "already")
	w.meet(p, "account passkey known")
	second := p.Window()
	phone := second.Authenticator()
	second.Goto(k.account("/passkeys/add"))
	second.Click("#passkey")
	second.AwaitText("[role=status]", "added")
	second.Click("[data-passkey-id]:nth-of-type(2) [name=remove]")
	second.AwaitText("[role=status]", "removed")
	phone.AwaitPasskeys(0)

	p.Goto(k.account("/passkeys")) // which signals that one is left
	p.Goto(k.authorize)
	in(p) // it is offered in the name field
	p.Goto(k.account("/passkeys"))
	p.AwaitText("[data-passkey-id]", "Last used")
	w.meet(p, "account passkeys used")
	p.Click("[name=remove]")
	p.AwaitText("[role=status]", "removed")
	key.AwaitPasskeys(0)
	w.meet(p, "account passkeys removed")
	if problems := p.Problems(); len(problems) > 0 {
		t.Errorf("console: %q", problems)
	}
}

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// devicesStory sees from one browser where else the account is used, ends it there, and
// forgets the other browser. What happened is in the activity.
func devicesStory(t *testing.T, w *world) {
	k := w.tenant(t, map[string]any{"DeviceConfiguration": map[string]any{"DeviceOnlyRememberedOnUserPrompt": false}})
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who := "greta-" + name
		k.user(t, who, "email", who+"@example.com", "email_verified", "true")
		p, other := w.browser.Open(t, look), w.browser.Open(t, look)
		k.knock(p, who, "Wrong-harbour-41")
		p.See("[role=alert]")
		k.enter(p, who, firstPassword)
		for _, end := range []string{"[data-session]:not([data-here]) button", "[data-device]:not([data-here]) button", "#sign-out-others"} {
			k.enter(other, who, firstPassword)
			k.open(p, "devices")
			p.Await("document.querySelectorAll('[data-session]').length === 2")
			if here := p.See("[data-session][data-here]"); !strings.Contains(here, "Chrome on Linux") || !strings.Contains(here, "From") {
				t.Errorf("this browser is %q", here)
			}
			w.meet(p, "account devices")
			p.Click(end)
			p.See("[role=status]")
			p.Await("document.readyState === 'complete' && document.querySelectorAll('[data-session]').length === 1")
			other.Reload()
			other.See("#password")
		}
		w.meet(p, "account devices alone")

		k.open(p, "activity")
		w.meet(p, "account activity")
		failed := p.See("[data-event=signin_failure]")
		for _, want := range []string{"Refused", "Chrome on Linux"} {
			if !strings.Contains(failed, want) {
				t.Errorf("the failure does not say %s: %q", want, failed)
			}
		}
		in := p.See("[data-event=signin_success]")
		for _, want := range []string{"Signed in", "password", "Chrome on Linux"} {
			if !strings.Contains(in, want) {
				t.Errorf("the sign-in does not say %s: %q", want, in)
			}
		}
		if !p.Has("[data-event=signin_success] .mono") || !p.Has("[data-event=signin_failure] .mono") {
			t.Error("the sign-ins do not say where from")
		}
		if n := browser.Eval[int](p, "[...document.querySelectorAll('[data-event] time')].filter((at) => Date.parse(at.dateTime) <= Date.now()).length"); n < 6 {
			t.Errorf("only %d events say when they were", n)
		}
		for event, want := range map[string]int{"signin_success": 4, "signin_failure": 1, "user_device_forgotten": 1, "session_end": 1, "user_sign_out_others": 1} {
			if n := browser.Eval[int](p, fmt.Sprintf("document.querySelectorAll('[data-event=%s]').length", event)); n != want {
				t.Errorf("%s is there %d times, not %d", event, n, want)
			}
		}
		quiet(t, p)
		quiet(t, other)
	})
}

// deleteStory deletes an account that was left open, after a proof. Its name is free
// then, and a sign-in fails as a wrong password does.
func deleteStory(t *testing.T, w *world) {
	k := w.tenant(t, nil)
	eachLook(t, func(t *testing.T, name string, look browser.Look) {
		who := "hilma-" + name
		k.user(t, who)
		p := w.browser.Open(t, look)
		k.knock(p, who, "Wrong-harbour-41")
		wrong := p.See("[role=alert]")
		k.enter(p, who, firstPassword)
		k.ageProof(t, who)
		p.Click(`.entries a[href$="/delete"]`)
		p.AwaitText("h1", "Show that it is you")
		p.Fill("#password", firstPassword)
		p.Click("#sign-in")
		p.See("#name")
		w.meet(p, "account delete")
		p.Fill("#name", "somebody-else")
		p.Click("#delete")
		p.See("[role=alert]")
		w.meet(p, "account delete another name")
		p.Fill("#name", who)
		p.Click("#delete")
		p.AwaitText("h1", "Your account is deleted")
		w.meet(p, "account deleted")
		k.knock(p, who, firstPassword)
		if says := p.See("[role=alert]"); says != wrong {
			t.Errorf("a deleted account says %q, not %q", says, wrong)
		}

		k.user(t, who) // the name is free
		k.enter(p, who, firstPassword)
		k.open(p, "activity")
		if p.Has("[data-event=signin_failure]") {
			t.Error("the new account has the old one's past")
		}
		quiet(t, p)
	})
}

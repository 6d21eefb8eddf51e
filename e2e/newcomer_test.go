package e2e

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/server"
)

// demo is the demo app in one window. Its ids are listed at the top of
// static/demo/app.js.
type demo struct {
	*browser.Page
	user server.User
}

func openDemo(p *server.Process, page *browser.Page) demo {
	d := demo{Page: page, user: p.Dev.Users[0]}
	d.Goto(p.Dev.DemoAppURL)
	d.Settle()
	return d
}

// Settle waits until the app has finished starting.
func (d demo) Settle() { d.Await("document.documentElement.dataset.ready !== undefined") }

// SignIn goes to the hosted page and comes back signed in.
func (d demo) SignIn() {
	d.Click("#sign-in")
	d.Fill("#identifier", d.user.Username)
	d.Fill("#password", d.user.Password)
	d.Click("button#sign-in")
	d.Await("document.documentElement.dataset.mode === 'user' && document.documentElement.dataset.ready !== undefined")
}

// Trade gets the scoped credential and waits for the settings.
func (d demo) Trade() string {
	d.Click("#trade")
	d.Await("document.querySelector('#live')?.dataset.state === 'on'")
	return d.See("#identity-id")
}

// Setting waits until a setting has a value, whoever wrote it.
func (d demo) Setting(key, value string) {
	d.Await("document.querySelector('#dataset [data-key=" + key + "], #records [data-key=" + key + "]')?.dataset.value === '" + value + "'")
}

func (d demo) choose(name, value string) {
	d.Click("label:has(input[name=" + name + "][value=" + value + "])")
}

// TestNewcomer goes through what README promises: sign in, see the tokens, trade
// one for a scoped credential, edit settings, see them in a second window.
func TestNewcomer(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	for _, look := range []browser.Look{{}, {Dark: true}, {Phone: true}} {
		t.Run(look.String(), func(t *testing.T) {
			t.Parallel()
			p := start(t)
			d := openDemo(p, b.Open(t, look))
			d.Screenshot("1-demo")
			d.AssertAccessible("demo, signed out")

			d.Click("#sign-in")
			d.See("#identifier")
			if !strings.HasPrefix(d.URL(), p.Dev.Issuer+"/") {
				t.Errorf("the sign-in page is at %s, want it below %s", d.URL(), p.Dev.Issuer)
			}
			d.Screenshot("2-sign-in")
			d.AssertAccessible("sign-in")
			d.Fill("#identifier", d.user.Username)
			d.Fill("#password", "not the password")
			d.Click("button#sign-in")
			d.AwaitText("[role=alert]", "")
			d.See("[role=alert]")
			d.Screenshot("2-sign-in-refused")
			d.AssertAccessible("sign-in refused")
			d.Problems() // the refusal's status is an error to the console
			d.Fill("#identifier", d.user.Username)
			d.Fill("#password", d.user.Password)
			d.Click("button#sign-in")
			d.Await("document.documentElement.dataset.mode === 'user' && document.documentElement.dataset.ready !== undefined")

			for prefix, want := range map[string]map[string]string{
				"id-token":     {"iss": p.Dev.Issuer, "aud": p.Dev.Clients.Public.ID, "cognito:username": d.user.Username, "email": d.user.Email},
				"access-token": {"iss": p.Dev.Issuer, "client_id": p.Dev.Clients.Public.ID},
			} {
				for claim, value := range want {
					if got := d.See("#" + prefix + `-claims dd[data-claim="` + claim + `"]`); !strings.Contains(got, value) {
						t.Errorf("%s %s = %q, want %q", prefix, claim, got, value)
					}
				}
			}
			if q := browser.Eval[string](d.Page, "location.search"); strings.Contains(q, "code=") {
				t.Errorf("the code stays in the address: %s", q)
			}
			d.Screenshot("3-tokens")
			d.AssertAccessible("demo, signed in")

			identity := d.Trade()
			if !strings.HasPrefix(identity, "us-east-1:") {
				t.Errorf("identity = %q", identity)
			}
			for _, id := range []string{"#role-name", "#role-reason", "#role-allows"} {
				if d.See(id) == "" {
					t.Errorf("%s says nothing", id)
				}
			}
			d.choose("colour", "plum")
			d.Setting("colour", "plum")
			d.Fill("#new-key", "greeting")
			d.Fill("#new-value", "Grüß Gott, 世界")
			d.Click("#add-row")
			d.Setting("greeting", "Grüß Gott, 世界")
			d.Screenshot("4-settings")
			d.AssertAccessible("demo, settings")

			// A second window of the same person needs no password.
			w := openDemo(p, d.Window())
			w.Click("#sign-in")
			w.Await("document.documentElement.dataset.mode === 'user' && document.documentElement.dataset.ready !== undefined")
			if again := w.Trade(); again != identity {
				t.Errorf("the second window is identity %s, the first %s", again, identity)
			}
			w.Setting("colour", "plum")
			w.Setting("greeting", "Grüß Gott, 世界")
			// A change in either shows in the other, with nobody touching it.
			w.choose("colour", "rust")
			d.Setting("colour", "rust")
			d.choose("units", "imperial")
			w.Setting("units", "imperial")
			w.Screenshot("5-second-window")

			// A stranger's window has none of it.
			other := openDemo(p, b.Open(t, look))
			if other.Eval("document.documentElement.dataset.mode") != "out" {
				t.Error("a stranger's window is signed in")
			}

			d.Click("#sign-out")
			d.Await("document.documentElement.dataset.mode === 'out' || document.querySelector('#sign-out') !== null")
			for name, page := range map[string]demo{"first": d, "second": w} {
				if problems := page.Problems(); len(problems) > 0 {
					t.Errorf("the %s window's console: %q", name, problems)
				}
			}
		})
	}
}

// Eval evaluates an expression to a text.
func (d demo) Eval(expression string) string { return browser.Eval[string](d.Page, expression) }

// TestGuestKeepsWhatTheySaved saves as a guest, then signs in: the first time
// the guest's identity becomes the user's own, the next guest's data joins it.
func TestGuestKeepsWhatTheySaved(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	each(t, func(t *testing.T, p *server.Process) {
		asGuest := func(key, value string) (demo, string) {
			d := openDemo(p, b.Open(t, browser.Look{}))
			d.Click("#guest")
			d.Await("document.querySelector('#live')?.dataset.state === 'on'")
			d.Fill("#new-key", key)
			d.Fill("#new-value", value)
			d.Click("#add-row")
			d.Setting(key, value)
			return d, d.See("#identity-id")
		}

		first, guest := asGuest("note", "saved-as-guest")
		first.Screenshot("6-guest")
		first.AssertAccessible("demo, guest")
		first.Reload()
		first.Settle()
		first.Setting("note", "saved-as-guest")
		first.SignIn()
		if identity := first.Trade(); identity != guest {
			t.Errorf("the guest was %s, the user is %s; want the same identity", guest, identity)
		}
		first.Setting("note", "saved-as-guest")
		first.Screenshot("7-guest-signed-in")
		first.AssertAccessible("demo, guest who signed in")

		second, other := asGuest("errand", "also-saved")
		if other == guest {
			t.Fatal("two guests are one identity")
		}
		second.SignIn()
		if identity := second.Trade(); identity != guest {
			t.Errorf("signed in as %s, want the user's own identity %s", identity, guest)
		}
		second.Setting("note", "saved-as-guest")
		second.Setting("errand", "also-saved")
	})
}

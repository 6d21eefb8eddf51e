package e2e

import (
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// TestAccount tells what people do on the pages of their own account. The stories share
// a server for each kind of database; each has a pool of its own.
func TestAccount(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		for name, story := range map[string]func(*testing.T, *world){
			"address": addressStory, "password": passwordStory, "too old": tooOldStory, "throttled": throttledStory,
			"two-step": twoStepStory, "wall": wallStory, "passkeys": passkeysStory, "devices": devicesStory, "delete": deleteStory,
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				story(t, w)
			})
		}
	})
}

// account is the address of a page of the account, such as "/password".
func (k *tenant) account(path string) string { return k.Dev.BaseURL + "/" + k.pool + "/account" + path }

// knock gives a name and a password on the page that the account leads to.
func (k *tenant) knock(p *browser.Page, name, password string) {
	p.Goto(k.account(""))
	p.Fill("#identifier", name)
	p.Fill("#password", password)
	p.Click("#sign-in")
}

// enter signs in to the account.
func (k *tenant) enter(p *browser.Page, name, password string) {
	k.knock(p, name, password)
	p.AwaitText("h1", "Your account")
}

// open goes from the account's first page to one of its parts.
func (k *tenant) open(p *browser.Page, part string) {
	p.Goto(k.account(""))
	p.Click(`.entries a[href$="/account/` + part + `"]`)
	p.Await(`location.pathname.endsWith("/account/` + part + `") && document.readyState === "complete"`)
}

// meet looks at a page that a story has come to: axe-core finds nothing wrong, and a
// picture is kept. A page is the same whatever keeps the data, so one database will do.
func (w *world) meet(p *browser.Page, state string) {
	if w.dsn == "" {
		p.AssertAccessible(state)
		p.Screenshot(state)
	}
}

// attribute is what the directory has of a user; empty for nothing.
func (k *tenant) attribute(t *testing.T, username, name string) string {
	t.Helper()
	list, _ := k.administer(t, "AdminGetUser", map[string]any{"Username": username})["UserAttributes"].([]any)
	for _, one := range list {
		if a, _ := one.(map[string]any); a["Name"] == name {
			value, _ := a["Value"].(string)
			return value
		}
	}
	return ""
}

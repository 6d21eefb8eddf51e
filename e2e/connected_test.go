package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
)

// letIn lets an app in that asks for consent, gives its code to the token endpoint,
// and answers the refresh token. The app's own page is one that lets the code be.
func (k *tenant) letIn(t *testing.T, p *browser.Page, client string) string {
	t.Helper()
	ask, err := url.Parse(k.address(client))
	if err != nil {
		t.Fatal(err)
	}
	q := ask.Query()
	q.Set("prompt", "consent")
	q.Set("redirect_uri", k.calledBack())
	ask.RawQuery = q.Encode()
	p.Goto(ask.String())
	p.See("#allow")
	p.AssertAccessible("consent")
	p.Click("#allow")
	in(p)
	at, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	status, refresh := k.token(t, url.Values{"grant_type": {"authorization_code"}, "client_id": {client}, "code": {at.Query().Get("code")},
		"redirect_uri": {k.calledBack()}, "code_verifier": {"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}})
	if status != http.StatusOK || refresh == "" {
		t.Fatalf("the code's exchange answers %d", status)
	}
	return refresh
}

func (k *tenant) calledBack() string { return k.Dev.BaseURL + "/healthz" }

func (k *tenant) token(t *testing.T, form url.Values) (status int, refresh string) {
	t.Helper()
	res, err := http.PostForm(k.Dev.BaseURL+"/"+k.pool+"/oauth2/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct {
		Refresh string `json:"refresh_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, out.Refresh
}

// TestConnectedAppAndExport lets a third party's app in, finds it in the account and in
// the downloaded copy of one's data, and shuts it out.
func TestConnectedAppAndExport(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		app := k.app(t, map[string]any{"ClientName": "Ride Sharing", "RequireConsent": true, "CallbackURLs": []string{k.calledBack()}})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who := "apps-" + name
			k.user(t, who, "email", who+"@example.com", "email_verified", "true")
			p := w.browser.Open(t, look)
			k.enter(p, who, firstPassword)
			refresh := k.letIn(t, p, app)

			k.open(p, "export")
			p.See("#export")
			p.AssertAccessible("export")
			file, content := p.Download("#export")
			var copied struct {
				Username string
				Apps     []struct{ Name string } `json:"connected_apps"`
				Activity []struct{ Action string }
			}
			if err := json.Unmarshal(content, &copied); err != nil || !strings.HasPrefix(file, "account-") || !strings.HasSuffix(file, ".json") ||
				copied.Username != who || len(copied.Apps) != 1 || copied.Apps[0].Name != "Ride Sharing" || len(copied.Activity) == 0 {
				t.Errorf("%s holds %s: %v", file, content, err)
			}

			k.open(p, "apps")
			p.AwaitText("[data-app='"+app+"']", "See your email address")
			p.AssertAccessible("connected apps")
			p.Click("[data-app='" + app + "'] .does a")
			p.See("#disconnect")
			p.AssertAccessible("disconnect")
			p.Click("#disconnect")
			p.See("[role=status]")
			if p.Has("[data-app='" + app + "']") {
				t.Error("the app is still listed")
			}
			if status, _ := k.token(t, url.Values{"grant_type": {"refresh_token"}, "client_id": {app}, "refresh_token": {refresh}}); status != http.StatusBadRequest {
				t.Errorf("its refresh token answers %d", status)
			}
			quiet(t, p)
		})
	})
}

// TestLinkedAccount links an account at a real OpenID provider, signs in by it, and
// takes it off.
func TestLinkedAccount(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		upstream := startNode(t, "upstream.mjs", "cognate", "upstream-secret-0123456789", k.Dev.BaseURL+"/"+k.pool+"/oauth2/idpresponse")
		k.administer(t, "CreateIdentityProvider", map[string]any{"ProviderName": "Upstream", "ProviderType": "OIDC", "ProviderDetails": map[string]string{
			"client_id": "cognate", "client_secret": "upstream-secret-0123456789", "oidc_issuer": upstream.line(t),
			"authorize_scopes": "openid profile email", "attributes_request_method": "GET"}})
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			who := "links-" + name
			k.user(t, who, "email", who+"@example.com", "email_verified", "true")
			there := func(p *browser.Page) { // its own pages
				p.Fill("input[name=login]", "there-"+name)
				p.Fill("input[name=password]", "any")
				p.Click("button[type=submit]")
				p.Await("document.querySelector('button[type=submit]') && !document.querySelector('input[name=login]') || location.href.includes('/account')")
				if !strings.Contains(p.URL(), "/account") {
					p.Click("button[type=submit]") // what it asks to be allowed
				}
				p.Await("location.href.includes('/account')")
				p.Problems() // its pages look for a font elsewhere
			}
			p := w.browser.Open(t, look)
			k.enter(p, who, firstPassword)
			k.open(p, "identities")
			p.See("[data-provider=Upstream]")
			p.AssertAccessible("linked accounts")
			p.Click("[data-provider=Upstream]")
			p.See("#link")
			p.AssertAccessible("link an account")
			p.Click("#link")
			there(p)
			p.AwaitText("[data-identity=Upstream]", "there-"+name)
			p.AssertAccessible("a linked account")

			other := w.browser.Open(t, look)
			other.Goto(k.account(""))
			other.Click("[data-provider=Upstream]")
			there(other)
			other.AwaitText(".who", who+"@example.com")

			p.Click("[data-identity=Upstream] .does a")
			p.See("#unlink")
			p.AssertAccessible("take off a linked account")
			p.Click("#unlink")
			p.See("[role=status]")
			other.Reload()
			other.See("#identifier") // signed out
			quiet(t, p)
		})
	})
}

// TestChooseAccount answers an app that asks which account it shall be: with the one
// that is signed in, with another, and with one that was there before.
func TestChooseAccount(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		k := w.tenant(t, nil)
		choose := strings.Replace(k.authorize, "prompt=login", "prompt=select_account", 1)
		eachLook(t, func(t *testing.T, name string, look browser.Look) {
			first, second := "first-"+name, "second-"+name
			for _, who := range []string{first, second} {
				k.user(t, who, "email", who+"@example.com", "email_verified", "true")
			}
			p := w.browser.Open(t, look)
			k.signIn(p, first, firstPassword)
			in(p)
			p.Goto(choose)
			p.AwaitText("#continue", first+"@example.com")
			p.AssertAccessible("choose an account")
			p.Click("#continue")
			in(p)

			p.Goto(choose)
			p.Click("#another")
			p.Fill("#identifier", second)
			p.Fill("#password", firstPassword)
			p.Click("#sign-in")
			in(p)

			p.Goto(choose)
			p.AwaitText("#continue", second+"@example.com")
			p.AssertAccessible("choose from two accounts")
			p.Click("[data-account='" + first + "@example.com']")
			if got := browser.Eval[string](p, "document.querySelector('#identifier')?.value ?? ''"); got != "" && got != first {
				t.Errorf("%q is filled in", got)
			}
			p.Fill("#password", firstPassword)
			p.Click("#sign-in")
			in(p)

			p.Goto(choose)
			p.AwaitText("#continue", first+"@example.com")
			p.Click("button[name=forget]")
			p.Await("!document.querySelector('[data-account]')")
			quiet(t, p)
		})
	})
}

package e2e

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestEveryPageIsAccessible runs axe-core on every page in every state: light with
// scripts, dark without, and on a phone. The preview, which
// shows the states, exists with --dev only; it is drawn by the same templates
// and served with the same headers as the real pages.
func TestEveryPageIsAccessible(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	p := start(t)
	v := visitor.New(nil, "", "")
	answer, err := v.Get(t.Context(), p.Dev.BaseURL+"/preview/")
	if err != nil {
		t.Fatal(err)
	}
	index, err := visitor.Parse(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	index.Each("a", func(at func(string) string) {
		if href, err := answer.URL.Parse(at("href")); err == nil && href.Host == answer.URL.Host && len(href.Path) > len("/preview/") && href.Path[:9] == "/preview/" {
			states = append(states, href.String())
		}
	})
	slices.Sort(states)
	states = slices.Compact(states)
	if len(states) < 20 {
		t.Fatalf("the preview lists %d states: %v", len(states), states)
	}
	for _, address := range []string{"/", "/mailbox", "/demo/"} {
		states = append(states, p.Dev.BaseURL+address)
	}
	// Three looks meet every style and every script at a third of the time of all. A
	// few windows of each keep all processors busy to the end.
	const windows = 4
	for _, look := range []browser.Look{{}, {Dark: true, NoScripts: true}, {Phone: true}} {
		for i := range windows {
			t.Run(fmt.Sprintf("%s-%d", look, i), func(t *testing.T) {
				t.Parallel()
				w := b.Open(t, look)
				for j := i; j < len(states); j += windows {
					address := states[j]
					w.Goto(address)
					w.AssertAccessible(address)
					if look.Phone {
						if wide := browser.Eval[int](w, "document.documentElement.scrollWidth"); wide > 390 {
							t.Errorf("%s is %d points wide on a phone of 390", address, wide)
						}
					}
					w.Screenshot("page-" + address[len(p.Dev.BaseURL)+1:])
				}
			})
		}
	}
}

// TestWithoutScripts signs in, agrees to what somebody else's app asks for, and
// signs out, in a browser that runs no scripts.
func TestWithoutScripts(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	p := start(t)
	m := discover(t, p.Dev.Issuer)
	user := p.Dev.Users[0]
	made, _ := administer(t, p, server.UserPools+"CreateUserPoolClient", map[string]any{
		"UserPoolId": p.Dev.UserPoolID, "ClientName": "Partner App", "RequireConsent": true,
		"AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": []string{"code"},
		"AllowedOAuthScopes": []string{"openid", "email"}, "CallbackURLs": []string{p.Dev.RedirectURI},
		"SupportedIdentityProviders": []string{"COGNITO"},
	})["UserPoolClient"].(map[string]any)
	client, _ := made["ClientId"].(string)
	authorize := m.Authorization + "?response_type=code&client_id=" + client + "&scope=openid+email&state=s" +
		"&redirect_uri=" + p.Dev.RedirectURI + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

	w := b.Open(t, browser.Look{NoScripts: true})
	w.Goto(authorize)
	w.Fill("#identifier", user.Username)
	w.Fill("#password", "wrong")
	w.Click("button#sign-in")
	w.See("[role=alert]")
	w.AssertAccessible("sign-in refused, without scripts")
	w.Fill("#identifier", user.Username)
	w.Fill("#password", user.Password)
	w.Click("button#sign-in")
	w.AwaitText("h1", "Partner App")
	w.AssertAccessible("consent, without scripts")
	w.Screenshot("consent")
	w.Click("#deny")
	w.Await("location.search.includes('error=access_denied')")
	w.Goto(authorize)
	w.Click("#allow")
	in(w)
	// What was agreed to once is not asked again.
	w.Goto(authorize)
	in(w)

	w.Goto(m.EndSession)
	w.AssertAccessible("sign-out, without scripts")
	w.Click("#sign-out")
	w.Await("!document.querySelector('#sign-out')")
	w.AssertAccessible("signed out, without scripts")
	w.Screenshot("signed-out")
	w.Goto(authorize)
	w.See("#identifier")
}

package e2e

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// mailedCode waits for a message to an address that is not one of those seen, and
// answers its code.
func mailedCode(t *testing.T, mailbox, to string, seen map[string]bool) string {
	t.Helper()
	v := visitor.New(nil, "", "")
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mailbox, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "application/json")
		answer, err := v.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var kept []struct {
			To, Code string
		}
		if err := json.Unmarshal([]byte(answer.Body), &kept); err != nil {
			t.Fatalf("the mailbox answers %s", answer.Body)
		}
		for _, m := range kept {
			if m.To == to && m.Code != "" && !seen[m.Code] {
				seen[m.Code] = true
				return m.Code
			}
		}
	}
	t.Fatalf("no code was mailed to %s", to)
	return ""
}

// TestSignUpAndRecovery makes an account in a real browser, comes to the app, forgets
// the password and gets back in, with scripts and without.
func TestSignUpAndRecovery(t *testing.T) {
	slow(t)
	b := openBrowser(t)
	p := start(t)
	m := discover(t, p.Dev.Issuer)
	authorize := m.Authorization + "?response_type=code&client_id=" + p.Dev.Clients.Public.ID + "&scope=openid+email&state=s&prompt=login" +
		"&redirect_uri=" + p.Dev.RedirectURI + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
	for name, look := range map[string]browser.Look{"scripts": {}, "plain": {NoScripts: true}} {
		t.Run(name, func(t *testing.T) {
			email, seen := name+"@example.com", map[string]bool{}
			w := b.Open(t, look)
			w.Goto(authorize)
			w.Click(".below a")
			w.Fill("#field-username", "new-"+name)
			w.Fill("#field-email", email)
			w.Fill("#password", "A-first-password-1")
			w.AssertAccessible("sign-up")
			w.Click("#sign-up")
			w.AwaitText("h1", "Check your email")
			w.AssertAccessible("confirm")
			w.Fill("#code", mailedCode(t, p.Dev.MailboxURL, email, seen))
			w.Click("#confirm")
			w.Await("location.search.includes('code=')")

			w.Goto(authorize)
			w.Click(".label-row a")
			w.Fill("#identifier", email)
			w.AssertAccessible("forgot password")
			w.Click("#send")
			w.AwaitText("h1", "Choose a new password")
			w.AssertAccessible("reset password")
			w.Fill("#code", mailedCode(t, p.Dev.MailboxURL, email, seen))
			w.Fill("#new-password", "A-second-password-2")
			w.Fill("#confirm-password", "A-second-password-2")
			w.Click("#save")
			w.See("[role=status]")
			w.Fill("#identifier", email)
			w.Fill("#password", "A-second-password-2")
			w.Click("#sign-in")
			w.Await("location.search.includes('code=')")
		})
	}
}

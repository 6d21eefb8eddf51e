package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Authenticator is a virtual one that a window makes and shows passkeys with.
type Authenticator struct {
	p  *Page
	id webauthn.AuthenticatorID
}

// Authenticator puts a virtual authenticator into the window: one built into the
// device, that keeps passkeys itself and knows its holder at once. It must be there
// before the page that asks.
func (p *Page) Authenticator() *Authenticator {
	p.t.Helper()
	a := &Authenticator{p: p}
	p.do("add an authenticator", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		added, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Ctap2version: webauthn.Ctap2versionCtap21, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
		if err == nil {
			a.id = added.AuthenticatorID
		}
		return err
	}))
	return a
}

// Verify says whether the authenticator will know its holder from now on.
func (a *Authenticator) Verify(holder bool) {
	a.p.t.Helper()
	call(a, "verify the user", webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: holder})
}

// WithoutAutofill makes the window list no passkeys in name fields from the next page
// on, as older browsers do not.
func (p *Page) WithoutAutofill() {
	p.t.Helper()
	p.do("list no passkeys", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: "PublicKeyCredential.isConditionalMediationAvailable = async () => false"})
		return err
	}))
}

// Passkeys counts what the authenticator holds.
func (a *Authenticator) Passkeys() int {
	a.p.t.Helper()
	return len(call(a, "count passkeys", webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials)
}

// AwaitPasskeys waits until the authenticator holds so many.
func (a *Authenticator) AwaitPasskeys(n int) {
	a.p.t.Helper()
	for end := time.Now().Add(patience); a.Passkeys() != n; time.Sleep(25 * time.Millisecond) {
		if time.Now().After(end) {
			a.p.fail("wait for the authenticator", fmt.Errorf("it holds %d passkeys, not %d", a.Passkeys(), n))
		}
	}
}

// Clear loses all passkeys.
func (a *Authenticator) Clear() {
	a.p.t.Helper()
	call(a, "lose the passkeys", webauthn.ClearCredentials, webauthn.ClearCredentialsParams{AuthenticatorID: a.id})
}

func call[P, R any](a *Authenticator, what string, command cdp.Command[P, R], params P) R {
	a.p.t.Helper()
	var out R
	a.p.do(what, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		var err error
		out, err = cdp.Call(ctx, target, command, params)
		return err
	}))
	return out
}

package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
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

// Touch says whether the authenticator is touched whenever it asks to be. Untouched,
// it waits.
func (a *Authenticator) Touch(always bool) {
	a.p.t.Helper()
	call(a, "touch the authenticator", webauthn.SetAutomaticPresenceSimulation, webauthn.SetAutomaticPresenceSimulationParams{AuthenticatorID: a.id, Enabled: always})
}

// Passkeys counts what the authenticator holds.
func (a *Authenticator) Passkeys() int {
	a.p.t.Helper()
	return len(call(a, "count passkeys", webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials)
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

package hosted_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/descope/virtualwebauthn"

	"github.com/cognate-idp/cognate/provider"
)

// passkeys makes the world's pool take passkeys on its pages.
func (w *world) passkeys(change func(s *provider.PoolSettings)) virtualwebauthn.RelyingParty {
	const origin = "https://id.example.com"
	w.door.Flow.Factors.BaseURL = origin
	s := &w.tenant.Pool.Settings
	s.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorPasskey}
	s.Passkeys.Nudge = true
	if change != nil {
		change(s)
	}
	return virtualwebauthn.RelyingParty{ID: "id.example.com", Origin: origin}
}

// passkey is a software authenticator with one passkey. The library drops leading
// zeroes of a coordinate, against RFC 9053 section 7.1.1; 77 bytes is a whole key.
type passkey struct {
	virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
	site virtualwebauthn.RelyingParty
}

func newPasskey(site virtualwebauthn.RelyingParty, user string) *passkey {
	p := &passkey{virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(user)}),
		virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2), site}
	for len(p.key.Key.AttestationData()) != 77 {
		p.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return p
}

// passkeyForm is what the page's script would read: where to send the answer, and
// what is asked.
func (v *visitor) passkeyForm() (action, options string) {
	v.w.t.Helper()
	m := regexp.MustCompile(`<form class="passkey" method="post" action="([^"]*)".*? data-options="([^"]*)"`).FindStringSubmatch(v.body)
	if m == nil {
		v.w.t.Fatalf("no passkey is asked for: %d %s", v.status, v.body)
	}
	return html.UnescapeString(m[1]), html.UnescapeString(m[2])
}

// password signs in by a password and stands at the page that follows.
func (v *visitor) password(path string) *visitor {
	v.w.t.Helper()
	v.signIn("app")
	for v.status == 303 && !strings.HasPrefix(v.to, callback) {
		v.get(v.to)
	}
	if !strings.Contains(v.answer.Request.URL.Path+v.to, path) {
		v.w.t.Fatalf("not at %s but at %s, to %q", path, v.answer.Request.URL, v.to)
	}
	return v
}

func (v *visitor) makes(p *passkey) *visitor {
	v.w.t.Helper()
	action, options := v.passkeyForm()
	o, err := virtualwebauthn.ParseAttestationOptions(options)
	must(v.w.t, err)
	return v.post(action, url.Values{"flow": {v.flow()}, "credential": {virtualwebauthn.CreateAttestationResponse(p.site, p.Authenticator, p.key, *o)}})
}

func (v *visitor) shows(p *passkey) *visitor {
	v.w.t.Helper()
	action, options := v.passkeyForm()
	o, err := virtualwebauthn.ParseAssertionOptions(options)
	must(v.w.t, err)
	return v.post(action, url.Values{"flow": {v.flow()}, "credential": {virtualwebauthn.CreateAssertionResponse(p.site, p.Authenticator, p.key, *o)}})
}

func (v *visitor) login() *visitor {
	v.w.t.Helper()
	return v.get("/login?authorization=" + v.w.authorization("app", "prompt", "login"))
}

// Somebody adds a passkey when it is offered, signs in with it, and uses it as the
// second factor.
func TestPasskeyPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		site := w.passkeys(nil)
		p := newPasskey(site, "id-mika")
		v := w.visit().password("/passkeys/add").want(200, "Not now").want(200, "js/passkey").want(200, "Passkeys need JavaScript")
		fake := newPasskey(site, "id-mika")
		fake.site.Origin = "https://evil.example"
		v.makes(fake).want(422, "could not be added")
		v.post("/passkeys/add", url.Values{"flow": {v.flow()}}).want(400, "Use the button")
		v.makes(p).want(303, callback)

		v = w.visit().login().want(200, `autocomplete="username webauthn"`)
		v.shows(p).want(303, callback)

		v.login()
		unknown := newPasskey(site, "id-mika")
		v.shows(unknown).want(422, "That passkey was not accepted").want(422, "data-unknown=")
		forged := newPasskey(site, "id-mika")
		forged.key.ID = p.key.ID
		v.shows(forged).want(422, "That passkey was not accepted")
		if strings.Contains(v.body, "data-unknown=") {
			t.Error("the browser is told to forget a passkey that is known")
		}
		v.shows(p).want(303, callback)

		w.tenant.Pool.Settings.MFA = "OPTIONAL"
		v = w.visit().password("/mfa").want(200, "Use your passkey")
		v.shows(forged).want(422, "does not belong to this account")
		v.shows(p).want(303, callback)
	})
}

// A no to the offer goes on, and holds.
func TestPasskeyOfferDeclined(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.passkeys(nil)
		v := w.visit().password("/passkeys/add")
		v.post("/passkeys/add", url.Values{"flow": {v.flow()}, "skip": {"1"}}).want(303, callback)
		w.visit().password(callback)
		w.tenant.Pool.Settings.FirstFactors = nil
		v = w.visit().login().want(200, `autocomplete="username"`)
		if strings.Contains(v.body, "data-passkey") {
			t.Error("a pool that takes none asks for passkeys")
		}
	})
}

// Where a second factor is required, a passkey can be set up at the first sign-in.
func TestPasskeySetUpPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		site := w.passkeys(func(s *provider.PoolSettings) { s.MFA = "ON" })
		v := w.visit().password("/mfa/setup")
		v.submit("choose", "WEB_AUTHN").want(303, "/mfa/setup")
		v.get(v.to).want(200, "Add a passkey")
		v.makes(newPasskey(site, "id-mika")).want(303, "/mfa/recovery-codes")
	})
}

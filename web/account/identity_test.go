package account_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
)

// withUpstream gives a world's pool a real upstream provider, and says who is signed
// in there.
func withUpstream(w *world, subject string) *oidctest.Provider {
	w.t.Helper()
	p := oidctest.Start(w.t, &oidctest.Provider{ClientID: "us", ClientSecret: "hush", Current: subject, Users: []oidctest.User{
		{Subject: "u-1", Claims: map[string]any{"email": "ann@corp.example", "email_verified": true}}, {Subject: "u-2"}, {Subject: "u-3"}}})
	open := (&catalog.Catalog{HTTP: http.DefaultClient}).Redirector
	must(w.t, w.flow.Directory.CreateIdP(w.t.Context(), poolID, &provider.IdentityProvider{Name: "Corp", Type: "OIDC",
		Details: map[string]string{"client_id": "us", "client_secret": "hush", "oidc_issuer": p.Issuer, "authorize_scopes": "openid email"}}))
	w.login.Federation = &signin.Federation{Flow: w.flow, Directory: w.flow.Directory, Open: open}
	w.own.Federation = w.login.Federation
	return p
}

// become changes who is signed in at the upstream.
func become(p *oidctest.Provider, subject string) {
	p.Lock()
	defer p.Unlock()
	p.Current = subject
}

// press follows the first button to the upstream, and comes back.
func (v *visitor) press() *visitor {
	v.w.t.Helper()
	m := regexp.MustCompile(`href="([^"]+)" data-provider="Corp"`).FindStringSubmatch(v.body)
	if m == nil {
		v.w.t.Fatalf("no button on the page: %d %s", v.status, v.body)
	}
	return v.get(html.UnescapeString(m[1])).there().follow()
}

// there goes where a redirect leads, over the upstream's pages.
func (v *visitor) there() *visitor {
	v.w.t.Helper()
	for v.status == http.StatusFound || v.status == http.StatusSeeOther && strings.HasPrefix(v.to, "http") {
		v.get(v.to)
	}
	return v
}

// linked lists a user's subjects at the upstream.
func (w *world) linked(user string) (out []string) {
	w.t.Helper()
	logins, err := w.st.Pool(poolID).FederatedLogins(w.t.Context(), user)
	must(w.t, err)
	for _, l := range logins {
		out = append(out, l.Subject)
	}
	return out
}

// A person proves who they are here and at an upstream, and can sign in there from
// then on. Nobody else can take it, and they can take it off again.
func TestLinkingAnIdentity(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa")
		withUpstream(w, "u-1")
		v := w.visit()
		v.signIn("mika").want(200, "/account/identities")
		v.get("/account/identities").want(200, "None is linked").want(200, "/account/identities/add?provider=Corp")
		v.get("/account/identities/add?provider=Nobody").want(404, "not there any more")
		w.advance(6 * time.Minute)
		v.get("/account/identities/add?provider=Corp").want(303, "/login?again=1&return=%2Faccount%2Fidentities")
		v.post("/account/identities/add", "provider", "Corp").want(303, "/login?again=1").follow()
		if strings.Contains(v.body, "data-provider") {
			t.Error("an upstream that does not know them is offered as proof")
		}
		v.submit("password", rightPassword).follow()
		v.get("/account/identities/add?provider=Corp").want(200, "You go to")
		if csp := v.answer.Header.Get("Content-Security-Policy"); strings.Contains(csp, "form-action") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("the browser would not follow the form: %s", csp)
		}
		session := v.cookies()
		v.submit("provider", "Corp").want(303, "prompt=login").there().want(303, "/account/identities").follow().want(200, "The account is linked").want(200, "u-1")
		if v.get("/account"); v.cookies() != session {
			t.Error("linking made another session")
		}
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "linked") {
			t.Errorf("told %q", m.Subject)
		}

		other := w.visit()
		other.get("/login?return=/account").press().want(200, "mika@example.com")

		// It is mika's: noa cannot have it, nor take it off.
		noa := w.visit()
		noa.signIn("noa")
		noa.get("/account/identities/add?provider=Corp").submit("provider", "Corp").there().want(409, "belongs to another user here").want(409, "/account/identities")
		noa.get("/account").want(200, "noa@example.com")
		id := regexp.MustCompile(`remove\?id=([0-9a-f]+)`).FindStringSubmatch(v.get("/account/identities").body)[1]
		noa.post("/account/identities", "id", id).want(404, "not there any more")
		v.get("/account/identities/add?provider=Corp").submit("provider", "Corp").there().want(303, "/account/identities") // again, to no effect
		if got := w.linked("id-mika"); len(got) != 1 || len(w.linked("id-noa")) != 0 {
			t.Errorf("mika has %q, noa %q", got, w.linked("id-noa"))
		}

		v.get("/account/identities/remove?id="+id).want(200, "u-1").submit("id", id).want(303, "/account/identities").follow().want(200, "The account is taken off")
		other.get("/account").want(303, "/login")
		if m := w.mail("mika@example.com"); !strings.Contains(m.Subject, "taken off") {
			t.Errorf("told %q", m.Subject)
		}
		v.get("/account/activity").want(200, "An account elsewhere was linked").want(200, "A linked account was taken off")
		stranger := w.visit()
		stranger.get("/login?return=/account").press().want(200, "ann@corp.example") // a user of their own
	})
}

// What an upstream answers is tied to nobody but who asked, in the browser and the
// session that asked, and a way there is no way in.
func TestALinkIsBoundToTheSessionThatAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.addUser("noa")
		withUpstream(w, "u-1")
		away := func(v *visitor) string { // up to the upstream's answer, which is not given yet
			v.get("/account/identities/add?provider=Corp").submit("provider", "Corp").want(303, "prompt=login").get(v.to)
			return v.to
		}
		v, noa := w.visit(), w.visit()
		v.signIn("mika")
		noa.signIn("noa")
		answer := away(v)
		noa.get(answer).want(410, "no longer valid")
		state := regexp.MustCompile(`state=([^&]+)`).FindStringSubmatch(answer)[1]
		flow, _, _ := strings.Cut(state, ".")
		v.post("/login", "flow", flow, "username", "mika", "password", rightPassword).want(410, "no longer valid")
		v.post("/account/sign-out").want(303, "/signed-out")
		v.get(answer).want(410, "no longer valid")

		v.signIn("mika")
		answer = away(v)
		v.post("/account/sign-out")
		v.signIn("noa")
		v.get(answer).want(410, "no longer valid")

		v.post("/account/sign-out")
		v.signIn("mika")
		answer = away(v)
		v.get(strings.Replace(answer, "code=", "code=x", 1)).want(502, "was not linked").want(502, "/account/identities")
		v.get(answer).want(410, "no longer valid") // one answer counts
		if mika, noa := w.linked("id-mika"), w.linked("id-noa"); len(mika)+len(noa) != 0 {
			t.Errorf("mika has %q, noa %q", mika, noa)
		}
	})
}

// Nobody locks themselves out: the last way in stays until there is another. Who has
// no other proves it there again.
func TestTheLastWayInStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.settings().FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorPasskey}
		corp := withUpstream(w, "u-2")
		rows := w.st.Pool(poolID)
		w.addUser("kim")
		must(t, rows.RemovePassword(t.Context(), "id-kim"))
		_, err := rows.AddFederatedLogin(t.Context(), &provider.FederatedLogin{Provider: "Corp", Issuer: corp.Issuer, Subject: "u-2", UserID: "id-kim"})
		must(t, err)
		v := w.visit()
		v.get("/login?return=/account").press().want(200, "kim@example.com")
		w.advance(6 * time.Minute)
		id := regexp.MustCompile(`remove\?id=([0-9a-f]+)`).FindStringSubmatch(v.get("/account/identities").body)[1]
		// Another there proves nothing, and is no user here for having tried.
		become(corp, "u-1")
		if v.get("/account/identities/remove?id="+id).want(303, "/login?again=1").follow().press(); v.status == 200 {
			t.Errorf("somebody else proved it: %s", v.body)
		}
		if u, err := rows.FederatedUser(t.Context(), "Corp", corp.Issuer, "u-1"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("made %+v %v", u, err)
		}
		become(corp, "u-2")
		v.get("/account/identities/remove?id="+id).want(303, "/login?again=1").follow().press().want(200, "Linked accounts")
		v.get("/account/identities/remove?id="+id).want(200, "u-2").submit("id", id).want(409, "the only way that you can sign in")

		// A second one at a provider that is gone is no way in.
		_, err = rows.AddFederatedLogin(t.Context(), &provider.FederatedLogin{Provider: "Gone", Issuer: "https://gone.example", Subject: "x", UserID: "id-kim"})
		must(t, err)
		v.post("/account/identities", "id", id).want(409, "the only way that you can sign in")
		if got := w.linked("id-kim"); len(got) != 2 {
			t.Errorf("kim has %q", got)
		}
		must(t, w.flow.Factors.AddPasskey(t.Context(), w.tenant.Pool, &provider.Passkey{ID: "key", UserID: "id-kim", Name: "Laptop", PublicKey: []byte{1}}))
		v.post("/account/identities", "id", id).want(303, "/account/identities")
		v.post("/account/passkeys", "id", "key", "remove", "1").want(409, "the only way that you can sign in")
		w.settings().FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorPasskey, provider.FactorEmail}
		v.post("/account/passkeys", "id", "key", "remove", "1").want(303, "/account/passkeys")
		v.post("/account/email", "do", "remove", "sure", "1").want(409, "the only way that you can sign in")

		// Who was made by the upstream belongs to it.
		become(corp, "u-3")
		made := w.visit()
		made.get("/login?return=/account").press().want(200, "Corp_u-3")
		made.get("/account/identities").want(200, "belongs to it")
		if strings.Contains(made.body, "remove?id=") || strings.Contains(made.body, "data-provider") {
			t.Error("the page offers what cannot be done")
		}
		user, err := rows.FederatedUser(t.Context(), "Corp", corp.Issuer, "u-3")
		must(t, err)
		logins, err := rows.FederatedLogins(t.Context(), user.ID)
		must(t, err)
		made.post("/account/identities", "id", identityID(logins[0])).want(403, "belongs to it")
		made.post("/account/identities/add", "provider", "Corp").want(403, "belongs to it")
	})
}

func identityID(l provider.FederatedLogin) string {
	sum := sha256.Sum256([]byte(l.Provider + "\x00" + l.Issuer + "\x00" + l.Subject))
	return hex.EncodeToString(sum[:16])
}

package identitypool_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestExchangeKnowsPeopleAgain(t *testing.T) {
	each(t, func(w *world) {
		alice, bob := w.person(), w.person()
		first := w.trade(signedIn(w.idToken(alice, nil)))
		if first.GuestHandle != "" || first.Role.Name != "member" || first.IssuedType != identitypool.TokenAccess {
			w.Errorf("answered %+v", first)
		}
		if life := first.ExpiresAt.Sub(w.now()); life < 14*time.Minute || life > 15*time.Minute {
			w.Errorf("the credential lives %s", life)
		}
		if other := w.trade(signedIn(w.idToken(bob, nil))); other.IdentityID == first.IdentityID {
			w.Error("two people share an identity")
		}
		again := signedIn(w.accessToken(alice, nil))
		again.SubjectTokenType = identitypool.TokenAccess
		// At most two reads for a known identity, and no write.
		counts := storetest.Count(w, w.Store, func() {
			if got := w.trade(again); got.IdentityID != first.IdentityID {
				w.Errorf("alice was %s and is %s", first.IdentityID, got.IdentityID)
			}
		})
		if counts.Reads > 2 || counts.Writes+counts.Commits > 0 {
			w.Errorf("an exchange cost %d reads, %d writes, %d commits:%s", counts.Reads, counts.Writes, counts.Commits, counts)
		}
	})
}

func TestExchangeGrantsScopesWithinTheSubject(t *testing.T) {
	each(t, func(w *world) {
		r := signedIn(w.accessToken(w.person(), nil))
		r.SubjectTokenType, r.Scopes = identitypool.TokenJWT, []string{"notes/read", "notes/write"}
		if got := w.trade(r).Scope; got != "notes/read" {
			w.Errorf("granted %q", got)
		}
	})
}

func TestExchangeRefusesBadTokens(t *testing.T) {
	each(t, func(w *world) {
		alice := w.person()
		good := w.idToken(alice, nil)
		w.trade(signedIn(good))
		revoked, disabled, signedOut := w.person(), w.person(), w.person()
		pool := w.Store.Pool(userPoolID)
		_, err := pool.RevokeGrant(w.Context(), revoked.grant, "test")
		w.must(err)
		w.must(pool.ChangeUser(w.Context(), disabled.id, func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled = false
			return []provider.UserName{{Key: disabled.id, Kind: "username"}}, nil
		}))
		w.must(pool.EndUserSessions(w.Context(), signedOut.id, "test"))
		parts := strings.Split(good, ".")
		for name, tok := range map[string]string{
			"empty claims":      parts[0] + ".e30." + parts[2],
			"garbage":           "garbage",
			"not base64":        "a.$.b",
			"unsigned":          "eyJhbGciOiJub25lIn0." + parts[1] + ".",
			"another signature": parts[0] + "." + parts[1] + "." + strings.Split(w.idToken(w.person(), nil), ".")[2],
			"too long":          good + strings.Repeat("A", 20<<10),
			"expired":           w.idToken(alice, map[string]any{"exp": w.now().Add(-time.Minute).Unix()}),
			"other issuer":      w.idToken(alice, map[string]any{"iss": "https://evil.example"}),
			"other client":      w.idToken(alice, map[string]any{"aud": "otherclient"}),
			"another azp":       w.idToken(alice, map[string]any{"azp": "otherclient"}),
			"machine":           w.idToken(alice, map[string]any{"origin_jti": nil}),
			"unknown grant":     w.idToken(alice, map[string]any{"origin_jti": "nothing"}),
			"another's grant":   w.idToken(alice, map[string]any{"origin_jti": w.person().grant}),
			"bound to a key":    w.idToken(alice, map[string]any{"cnf": map[string]any{"jkt": "x"}}),
			"other use":         w.idToken(alice, map[string]any{"token_use": "access"}),
			"access token":      w.accessToken(alice, nil),
			"revoked grant":     w.idToken(revoked, nil),
			"disabled user":     w.idToken(disabled, nil),
			"signed out":        w.idToken(signedOut, nil),
		} {
			if out, err := w.Exchange(w.Context(), w.pool, signedIn(tok)); provider.CodeOf(err) != provider.CodeUnauthorized {
				w.Errorf("%s: %+v, %v", name, out, err)
			}
		}
		credential := w.trade(signedIn(good)).Token
		w.refused(signedIn(credential), provider.CodeUnauthorized)

		w.must(pool.ChangeClient(w.Context(), clientID, func(c *provider.Client) error { c.Enabled = false; return nil }))
		w.refused(signedIn(good), provider.CodeUnauthorized)
	})
}

func TestExchangeChecksItsParameters(t *testing.T) {
	each(t, func(w *world) {
		tok := w.idToken(w.person(), nil)
		for field, change := range map[string]func(*identitypool.ExchangeRequest){
			"subject_token_type":   func(r *identitypool.ExchangeRequest) { r.SubjectTokenType = "urn:ietf:params:oauth:token-type:saml2" },
			"subject_token":        func(r *identitypool.ExchangeRequest) { r.SubjectToken = "" },
			"requested_token_type": func(r *identitypool.ExchangeRequest) { r.RequestedType = "urn:x" },
			"audience":             func(r *identitypool.ExchangeRequest) { r.Audiences = []string{w.pool, "other"} },
			"resource":             func(r *identitypool.ExchangeRequest) { r.Resources = []string{"https://api.example.com"} },
			"client_id":            func(r *identitypool.ExchangeRequest) { r.ClientID = "otherclient" },
			"guest_handle": func(r *identitypool.ExchangeRequest) {
				r.SubjectTokenType, r.GuestHandle = identitypool.TokenGuest, "x"
			},
		} {
			r := signedIn(tok)
			change(&r)
			_, err := w.Exchange(w.Context(), w.pool, r)
			var invalid *provider.Error
			if !errors.As(err, &invalid) || invalid.Code != provider.CodeInvalid || invalid.Field != field {
				w.Errorf("%s: %v", field, err)
			}
		}
		r := signedIn(tok)
		r.Audiences, r.Resources, r.ClientID = []string{w.pool}, []string{w.Issuer(w.pool)}, clientID
		w.trade(r)
	})
}

func TestCredentialDecidesBySealedPolicy(t *testing.T) {
	each(t, func(w *world) {
		out := w.trade(signedIn(w.idToken(w.person(), nil)))
		c, err := w.OpenCredential(w.Context(), w.pool, out.Token)
		w.must(err)
		if c.IdentityID != out.IdentityID || c.Guest || c.Role != w.arn("member") {
			w.Errorf("opened %+v", c)
		}
		from := netip.MustParseAddr("192.0.2.1")
		if !c.AllowsDataset(policy.WriteDataset, "notes", w.now(), from) {
			w.Error("a member may not write")
		}
		visitor, err := w.OpenCredential(w.Context(), w.pool, w.trade(guest("")).Token)
		w.must(err)
		if !visitor.Guest || visitor.AllowsDataset(policy.WriteDataset, "notes", w.now(), from) || !visitor.AllowsDataset(policy.ReadDataset, "notes", w.now(), from) {
			w.Error("a visitor may write, or not read")
		}
		// The role's change is for credentials to come.
		_, err = w.UpdateRole(w.Context(), w.pool, "member", func(r *provider.Role) error {
			r.Policies = "forbid (principal, action, resource);"
			return nil
		})
		w.must(err)
		if c, err = w.OpenCredential(w.Context(), w.pool, w.trade(signedIn(w.idToken(w.person(), nil))).Token); err != nil || c.AllowsDataset(policy.ReadDataset, "notes", w.now(), from) {
			w.Errorf("the new policy is not in force: %v", err)
		}

		w.must(w.Standing(w.Context(), c))
		w.must(w.Store.IdentityPool(w.pool).EndCredentials(w.Context(), c.IdentityID))
		if err := w.Standing(w.Context(), c); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("an ended credential stands: %v", err)
		}
		w.pass(16 * time.Minute)
		if _, err := w.OpenCredential(w.Context(), w.pool, out.Token); provider.CodeOf(err) != provider.CodeExpired {
			w.Errorf("an expired credential opened: %v", err)
		}
	})
}

func TestLongPolicyTravelsByReference(t *testing.T) {
	each(t, func(w *world) {
		var text strings.Builder
		for i := range 200 {
			fmt.Fprintf(&text, "permit (principal, action, resource == Sync::Dataset::\"dataset-%d\");\n", i)
		}
		_, err := w.UpdateRole(w.Context(), w.pool, "member", func(r *provider.Role) error { r.Policies = text.String(); return nil })
		w.must(err)
		tok := w.idToken(w.person(), nil)
		out := w.trade(signedIn(tok))
		d := out.Details[0]
		if d.Policies != "" || d.URI != w.Issuer(w.pool)+"/policies/"+d.SHA256 || len(out.Token) > 2048 {
			w.Fatalf("a long policy is carried as %+v, the token has %d bytes", d, len(out.Token))
		}
		body, err := w.SealedPolicy(w.Context(), w.pool, d.SHA256)
		w.must(err)
		if doc, err := d.OpenDocument(body); err != nil || doc.Len() != 200 {
			w.Errorf("the document: %v", err)
		}
		c, err := w.OpenCredential(w.Context(), w.pool, out.Token)
		w.must(err)
		if !c.AllowsDataset(policy.ReadDataset, "dataset-7", w.now(), netip.Addr{}) || c.AllowsDataset(policy.ReadDataset, "notes", w.now(), netip.Addr{}) {
			w.Error("the long policy decides wrongly")
		}
		if counts := storetest.Count(w, w.Store, func() { w.trade(signedIn(tok)) }); counts.Writes > 0 {
			w.Errorf("the second time it was written again:%s", counts)
		}
	})
}

func TestTemporaryKeys(t *testing.T) {
	each(t, func(w *world) {
		r := signedIn(w.idToken(w.person(), nil))
		r.RequestedType = identitypool.TokenTemporaryKeys
		keys := w.trade(r).Keys
		c, err := w.OpenSessionToken(w.Context(), keys.SessionToken)
		w.must(err)
		if _, err := w.OpenCredential(w.Context(), w.pool, keys.SessionToken); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("a session token passed for a bearer credential: %v", err)
		}
		got, err := w.SecretKeyFor(w.Context(), c)
		w.must(err)
		if got != keys.SecretKey || c.AccessKeyID != keys.AccessKeyID || len(keys.AccessKeyID) != 20 {
			w.Errorf("%+v, found again as %q %q", keys, c.AccessKeyID, got)
		}
		w.must(w.RotateLoginKey(w.Context(), w.pool))
		if got, err := w.SecretKeyFor(w.Context(), c); err != nil || got != keys.SecretKey {
			w.Errorf("lost by a key rotation: %v", err)
		}
		plain, err := w.OpenCredential(w.Context(), w.pool, w.trade(signedIn(w.idToken(w.person(), nil))).Token)
		w.must(err)
		if _, err := w.OpenSessionToken(w.Context(), w.trade(signedIn(w.idToken(w.person(), nil))).Token); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("a bearer credential passed for a session token: %v", err)
		}
		if _, err := w.SecretKeyFor(w.Context(), plain); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("a bearer credential has a secret key: %v", err)
		}
	})
}

func TestIdentityToken(t *testing.T) {
	each(t, func(w *world) {
		r := signedIn(w.idToken(w.person(), nil))
		r.RequestedType = identitypool.TokenID
		out := w.trade(r)
		if out.Role != nil || out.IssuedType != identitypool.TokenID {
			w.Errorf("answered %+v", out)
		}
		if _, err := w.OpenCredential(w.Context(), w.pool, out.Token); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("an identity token passed for a credential: %v", err)
		}
	})
}

func TestOneLoginOneIdentity(t *testing.T) {
	each(t, func(w *world) {
		tok := w.idToken(w.person(), nil)
		ids := together(16, func(int) string { return w.trade(signedIn(tok)).IdentityID })
		if distinct := len(slices.Compact(ids)); distinct != 1 {
			w.Errorf("first exchanges at once made %d identities", distinct)
		}
		made, err := w.Identities(w.Context(), w.pool, "", 100)
		w.must(err)
		if len(made) != 1 {
			w.Errorf("%d identities were left behind", len(made))
		}
	})
}

// together runs n at once and answers what they answered, sorted.
func together(n int, f func(i int) string) []string {
	out := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { out[i] = f(i) })
	}
	wg.Wait()
	slices.Sort(out)
	return out
}

func TestForeignIssuer(t *testing.T) {
	each(t, func(w *world) {
		upstream := oidctest.Start(w.TB, &oidctest.Provider{ClientID: "app-1"})
		_, err := w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error {
			src := identitypool.OIDCSource(upstream.Issuer, "app-1")
			src.PrincipalTags = map[string]string{"department": "dept"}
			p.Settings.Providers = append(p.Settings.Providers, src)
			return nil
		})
		w.must(err)
		_, err = w.UpdateRole(w.Context(), w.pool, "member", func(r *provider.Role) error {
			r.Policies = `permit (principal, action, resource) when { principal.getTag("department") == "sales" };`
			return nil
		})
		w.must(err)
		tok := upstream.IDToken("carol", func(c map[string]any) { c["dept"] = "sales" })
		first := w.trade(signedIn(tok))
		if first.Details[0].Policies != "permit ( principal, action, resource );" {
			w.Errorf("sealed as %q", first.Details[0].Policies)
		}
		if again := w.trade(signedIn(upstream.IDToken("carol", nil))); again.IdentityID != first.IdentityID {
			w.Error("carol was not known again")
		}
		w.refused(signedIn(upstream.IDToken("carol", func(c map[string]any) { c["aud"] = "app-2" })), provider.CodeUnauthorized)
		w.refused(signedIn(upstream.IDToken("carol", func(c map[string]any) { c["exp"] = 1 })), provider.CodeUnauthorized)
		forged := strings.Split(tok, ".")
		w.refused(signedIn(forged[0]+"."+forged[1]+"."+strings.Repeat("A", len(forged[2]))), provider.CodeUnauthorized)
	})
}

package identitypool_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/federation/oidc/oidctest"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
)

const loginKey = "cognito-idp.us-east-1.amazonaws.com/" + userPoolID

func TestCognitoOperations(t *testing.T) {
	each(t, func(w *world) {
		upstream := oidctest.Start(w.TB, &oidctest.Provider{ClientID: "app-1"})
		_, err := w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error {
			p.Settings.Providers = append(p.Settings.Providers, identitypool.OIDCSource(upstream.Issuer, "app-1"))
			return nil
		})
		w.must(err)
		host := strings.TrimPrefix(upstream.Issuer, "http://")
		tok, carol := w.idToken(w.person(), nil), upstream.IDToken("carol", nil)

		id, err := w.ID(w.Context(), w.pool, map[string]string{loginKey: tok})
		w.must(err)
		// Amplify names the provider by the issuer without its scheme.
		if again, err := w.ID(w.Context(), w.pool, map[string]string{"id.example.com/" + userPoolID: tok}); err != nil || again != id {
			w.Errorf("known again as %s, %v", again, err)
		}
		if _, err := w.ID(w.Context(), w.pool, map[string]string{host: tok}); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("a token passed under another provider's name: %v", err)
		}
		// Both proofs at once link the second login.
		got, keys, err := w.CredentialsFor(w.Context(), id, map[string]string{loginKey: tok, host: carol}, "")
		w.must(err)
		if got != id || keys.SessionToken == "" {
			w.Errorf("credentials for %s: %+v", got, keys)
		}
		if linked, err := w.ID(w.Context(), w.pool, map[string]string{host: carol}); err != nil || linked != id {
			w.Errorf("the second login leads to %s, %v", linked, err)
		}
		known, err := w.Describe(w.Context(), id)
		w.must(err)
		if len(known.Logins) != 2 {
			w.Errorf("described with %+v", known.Logins)
		}
		for _, l := range known.Logins {
			if l.Provider != strings.TrimPrefix(loginKey, "https://") && l.Provider != host {
				w.Errorf("a login of %q", l.Provider)
			}
		}
		// Without a login, an identity that has one is closed.
		if _, _, err := w.CredentialsFor(w.Context(), id, nil, ""); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("credentials without a login: %v", err)
		}
		// Two identities are never joined.
		dave := upstream.IDToken("dave", nil)
		if _, err := w.ID(w.Context(), w.pool, map[string]string{host: dave}); err != nil {
			w.Error(err)
		}
		if _, _, err := w.CredentialsFor(w.Context(), id, map[string]string{loginKey: tok, host: dave}, ""); provider.CodeOf(err) != provider.CodeConflict {
			w.Errorf("two identities were joined: %v", err)
		}

		w.must(w.Unlink(w.Context(), id, map[string]string{host: carol}))
		if other, err := w.ID(w.Context(), w.pool, map[string]string{host: carol}); err != nil || other == id {
			w.Errorf("an unlinked login leads to %s, %v", other, err)
		}
		w.must(w.Unlink(w.Context(), id, map[string]string{loginKey: tok}))
		if _, err := w.Describe(w.Context(), id); provider.CodeOf(err) != provider.CodeNotFound {
			w.Errorf("an identity outlived its last login: %v", err)
		}
	})
}

func TestCognitoGuests(t *testing.T) {
	each(t, func(w *world) {
		id, err := w.ID(w.Context(), w.pool, nil)
		w.must(err)
		got, _, err := w.CredentialsFor(w.Context(), id, nil, "")
		w.must(err)
		tok := w.idToken(w.person(), nil)
		signedIn, token, err := w.OpenIDTokenFor(w.Context(), id, map[string]string{loginKey: tok})
		w.must(err)
		if got != id || signedIn != id || token == "" {
			w.Errorf("a guest %s became %s, then %s", id, got, signedIn)
		}
		unknown, err := w.Delete(w.Context(), []string{id, "us-east-1:none"})
		w.must(err)
		if !slices.Equal(unknown, []string{"us-east-1:none"}) {
			w.Errorf("unknown: %v", unknown)
		}
		if _, _, err := w.CredentialsFor(w.Context(), id, nil, ""); provider.CodeOf(err) != provider.CodeNotFound {
			w.Errorf("credentials for a deleted identity: %v", err)
		}
	})
}

func TestLoginKeyRotation(t *testing.T) {
	each(t, func(w *world) {
		tok := w.idToken(w.person(), nil)
		first := w.trade(signedIn(tok))
		version := func() int {
			known, err := w.Describe(w.Context(), first.IdentityID)
			w.must(err)
			return known.Logins[0].HashVersion
		}
		for want := range 3 {
			if got := w.trade(signedIn(tok)); got.IdentityID != first.IdentityID || version() != want+1 {
				w.Fatalf("after %d rotations: %s, hashed by key %d", want, got.IdentityID, version())
			}
			w.must(w.RotateLoginKey(w.Context(), w.pool))
		}
	})
}

func TestPoolsAndRolesAreChecked(t *testing.T) {
	each(t, func(w *world) {
		for name, p := range map[string]*provider.IdentityPool{
			"no name":      {},
			"no audience":  {Name: "x", Settings: provider.IdentityPoolSettings{Providers: []provider.IdentitySource{identitypool.OIDCSource("accounts.example.com")}}},
			"plain http":   {Name: "x", Settings: provider.IdentityPoolSettings{Providers: []provider.IdentitySource{identitypool.OIDCSource("http://accounts.example.com", "a")}}},
			"no pool id":   {Name: "x", Settings: provider.IdentityPoolSettings{Providers: []provider.IdentitySource{identitypool.UserPoolSource("example.com", "a")}}},
			"unknown kind": {Name: "x", Settings: provider.IdentityPoolSettings{Providers: []provider.IdentitySource{{Kind: "ldap", Audiences: []string{"a"}}}}},
		} {
			if err := w.CreatePool(w.Context(), p); provider.CodeOf(err) != provider.CodeInvalid {
				w.Errorf("%s: %v", name, err)
			}
		}
		for name, r := range map[string]*provider.Role{
			"name":     {Name: "a b", Policies: "permit (principal, action, resource);"},
			"syntax":   {Name: "a", Policies: "permit (principal, action);"},
			"empty":    {Name: "a"},
			"lifetime": {Name: "a", Policies: "permit (principal, action, resource);", SessionSeconds: 86400},
		} {
			if err := w.CreateRole(w.Context(), w.pool, r); provider.CodeOf(err) != provider.CodeInvalid {
				w.Errorf("%s: %v", name, err)
			}
		}
		if err := w.CreateRole(w.Context(), w.pool, &provider.Role{Name: "member", Policies: "permit (principal, action, resource);"}); provider.CodeOf(err) != provider.CodeExists {
			w.Errorf("a second role of one name: %v", err)
		}
		rule := func(change func(*provider.RoleMapping)) map[string]provider.RoleMapping {
			m := provider.RoleMapping{Type: "Rules", Ambiguous: "Deny", Rules: []provider.RoleRule{{Claim: "c", Match: "Equals", Value: "v", Role: w.arn("member")}}}
			change(&m)
			return map[string]provider.RoleMapping{loginKey: m}
		}
		for name, m := range map[string]map[string]provider.RoleMapping{
			"type":      rule(func(m *provider.RoleMapping) { m.Type = "Magic" }),
			"ambiguous": rule(func(m *provider.RoleMapping) { m.Ambiguous = "" }),
			"match":     rule(func(m *provider.RoleMapping) { m.Rules[0].Match = "Like" }),
			"role":      rule(func(m *provider.RoleMapping) { m.Rules[0].Role = w.arn("none") }),
			"foreign":   rule(func(m *provider.RoleMapping) { m.Rules[0].Role = "arn:aws:iam::123456789012:role/x" }),
			"many":      rule(func(m *provider.RoleMapping) { m.Rules = slices.Repeat(m.Rules, 26) }),
			"provider":  {"accounts.example.com": rule(func(*provider.RoleMapping) {})[loginKey]},
		} {
			if err := w.SetRoles(w.Context(), w.pool, "", "", m); provider.CodeOf(err) != provider.CodeInvalid {
				w.Errorf("%s: %v", name, err)
			}
		}
		w.must(w.SetRoles(w.Context(), w.pool, "", "", rule(func(*provider.RoleMapping) {})))
		w.must(w.DeletePool(w.Context(), w.pool))
		if _, err := w.Exchange(w.Context(), w.pool, guest("")); provider.CodeOf(err) != provider.CodeNotFound {
			w.Errorf("a deleted pool still trades: %v", err)
		}
	})
}

// A pool trusts only user pools and app clients that are there. One that has
// gone since is not in the way of other changes.
func TestSourcesAreThere(t *testing.T) {
	each(t, func(w *world) {
		for name, src := range map[string]provider.IdentitySource{
			"no such user pool":  identitypool.UserPoolSource("cognito-idp.us-east-1.amazonaws.com/us-east-1_nothing00", clientID),
			"no such app client": identitypool.UserPoolSource("cognito-idp.us-east-1.amazonaws.com/"+userPoolID, clientID, "nothing"),
		} {
			p := &provider.IdentityPool{Name: "x", Settings: provider.IdentityPoolSettings{Providers: []provider.IdentitySource{src}}}
			if err := w.CreatePool(w.Context(), p); provider.CodeOf(err) != provider.CodeInvalid || !strings.Contains(err.Error(), "noth") {
				w.Errorf("create, %s: %v", name, err)
			}
			_, err := w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error {
				p.Settings.Providers = []provider.IdentitySource{src}
				return nil
			})
			if provider.CodeOf(err) != provider.CodeInvalid {
				w.Errorf("update, %s: %v", name, err)
			}
		}
		w.must(w.Store.Pool(userPoolID).DeleteClient(w.Context(), clientID))
		_, err := w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error { p.Name = "another"; return nil })
		w.must(err)
	})
}

// A role goes once nothing names it, and a refusal says what does.
func TestNamedRoleStays(t *testing.T) {
	each(t, func(w *world) {
		w.role("clerk", `permit (principal, action, resource);`)
		w.must(w.Store.Pool(userPoolID).CreateGroup(w.Context(), &provider.Group{Name: "clerks", RoleARN: w.arn("clerk")}))
		w.must(w.SetRoles(w.Context(), w.pool, w.arn("member"), w.arn("visitor"), map[string]provider.RoleMapping{loginKey: {
			Type: "Rules", Ambiguous: "Deny", Rules: []provider.RoleRule{{Claim: "c", Match: "Equals", Value: "v", Role: w.arn("clerk")}},
		}}))
		stays := func(role string, by ...string) {
			w.Helper()
			err := w.DeleteRole(w.Context(), w.pool, role)
			if provider.CodeOf(err) != provider.CodeConflict {
				w.Fatalf("%s: %v", role, err)
			}
			for _, name := range by {
				if !strings.Contains(err.Error(), name) {
					w.Errorf("%s: %v does not name %s", role, err, name)
				}
			}
			if _, err := w.Role(w.Context(), w.pool, role); err != nil {
				w.Errorf("%s went all the same: %v", role, err)
			}
		}
		stays("member", "signed in")
		stays("visitor", "guests")
		stays("clerk", loginKey, "clerks", userPoolID)
		w.must(w.SetRoles(w.Context(), w.pool, "", "", nil))
		stays("clerk", "clerks")
		w.must(w.Store.Pool(userPoolID).DeleteGroup(w.Context(), "clerks"))
		for _, role := range []string{"member", "visitor", "clerk"} {
			w.must(w.DeleteRole(w.Context(), w.pool, role))
		}
		if err := w.DeleteRole(w.Context(), w.pool, "member"); provider.CodeOf(err) != provider.CodeNotFound {
			w.Errorf("twice: %v", err)
		}
	})
}

func TestDeletedUserIsForgotten(t *testing.T) {
	each(t, func(w *world) {
		alice := w.person()
		first := w.trade(signedIn(w.idToken(alice, nil)))
		kept := w.trade(signedIn(w.idToken(w.person(), nil)))
		w.must(w.Store.Tx(w.Context(), func(ctx context.Context) error {
			if err := w.Forget(ctx, userPoolID, alice.id); err != nil {
				return err
			}
			return w.Store.Pool(userPoolID).DeleteUser(ctx, alice.id)
		}))
		if _, err := w.Describe(w.Context(), first.IdentityID); provider.CodeOf(err) != provider.CodeNotFound {
			w.Errorf("a deleted user's identity is still there: %v", err)
		}
		if _, err := w.Describe(w.Context(), kept.IdentityID); err != nil {
			w.Errorf("another user's identity went along: %v", err)
		}
	})
}

package directory_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// upstream is a pool with one identity provider.
type upstream struct {
	*directory.Directory
	t    *testing.T
	pool *provider.Pool
	idp  *provider.IdentityProvider
}

func withUpstream(t *testing.T, st *store.Store, s provider.PoolSettings, mapping map[string]string) *upstream {
	t.Helper()
	d := open(t, st)
	id := newPool(t, d, s)
	i := &provider.IdentityProvider{Name: "Corp", Type: "OIDC", Details: map[string]string{"client_id": "c"}, Mapping: mapping}
	if err := d.CreateIdP(t.Context(), id, i); err != nil {
		t.Fatal(err)
	}
	p, err := d.Pool(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return &upstream{Directory: d, t: t, pool: p, idp: i}
}

func (u *upstream) comes(issuer, subject string, claims map[string]any) *provider.User {
	u.t.Helper()
	out, err := u.Federated(u.t.Context(), u.pool, u.idp, &federation.Identity{Issuer: issuer, Subject: subject, Claims: claims})
	if err != nil {
		u.t.Fatal(err)
	}
	return out
}

func TestFederatedUserIsFoundAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{}, nil)
		first := u.comes("https://idp", "s-1", map[string]any{"email": "ann@example.com", "email_verified": true, "name": "Ann"})
		if first.Username != "Corp_s-1" || first.Status != provider.UserExternalProvider || first.Attributes["email_verified"] != "true" {
			t.Errorf("%+v", first)
		}
		var list []map[string]string
		if err := json.Unmarshal([]byte(first.Attributes["identities"]), &list); err != nil || len(list) != 1 ||
			list[0]["userId"] != "s-1" || list[0]["providerName"] != "Corp" || list[0]["issuer"] != "https://idp" {
			t.Errorf("identities %s: %v", first.Attributes["identities"], err)
		}
		again := u.comes("https://idp", "s-1", map[string]any{"email": "ann@new.example", "email_verified": true})
		if again.ID != first.ID || again.Attributes["email"] != "ann@new.example" || again.Attributes["email_verified"] != "true" ||
			again.Attributes["name"] != "Ann" || again.Attributes["identities"] != first.Attributes["identities"] {
			t.Errorf("refreshed to %+v", again)
		}
		unmarked := u.comes("https://idp", "s-1", map[string]any{"email": "ann@new.example"})
		if unmarked.Attributes["email_verified"] != "false" {
			t.Errorf("an address told without its mark stayed verified: %v", unmarked.Attributes)
		}
		for _, other := range [][2]string{{"https://idp", "s-2"}, {"https://other", "s-1"}, {"https://idp", "S-1"}} {
			if o := u.comes(other[0], other[1], nil); o.ID == first.ID || o.Username == first.Username {
				t.Errorf("%v is taken for %s", other, first.Username)
			}
		}
	})
}

// TestEmailNeverLinks: whoever runs an upstream can claim any address.
func TestEmailNeverLinks(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]provider.PoolSettings{
		"no alias":          {},
		"e-mail alias":      {AliasAttrs: []string{"email"}},
		"e-mail as a name":  {UsernameAttrs: []string{"email"}},
		"preferred as well": {AliasAttrs: []string{"email", "preferred_username"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, st *store.Store) {
				u := withUpstream(t, st, s, map[string]string{"email": "email", "email_verified": "email_verified", "preferred_username": "preferred_username"})
				n := directory.NewUser{Username: "ann@example.com", Password: "long enough", Permanent: true,
					Attributes: map[string]string{"email": "ann@example.com", "email_verified": "true"}}
				if len(s.AliasAttrs) > 0 {
					n.Username = "ann"
				}
				local, err := u.CreateUser(t.Context(), u.pool.ID, n)
				if err != nil {
					t.Fatal(err)
				}
				fed := u.comes("https://evil", "s-1", map[string]any{"email": "ann@example.com", "email_verified": true, "preferred_username": "ann@example.com"})
				if fed.ID == local.ID {
					t.Fatal("linked by e-mail")
				}
				for range 2 {
					found, err := u.FindUser(t.Context(), u.pool.ID, "ann@example.com")
					if err != nil || found.ID != local.ID {
						t.Errorf("the address leads to %v, %v", found, err)
					}
					u.comes("https://evil", "s-1", map[string]any{"email": "Ann@Example.com", "email_verified": "true"})
				}
				free := u.comes("https://evil", "s-2", map[string]any{"email": "bob@example.com", "email_verified": true})
				if _, err := u.FindUser(t.Context(), u.pool.ID, "bob@example.com"); !errors.Is(err, provider.ErrUserNotFound) {
					t.Errorf("%s took an address as a name: %v", free.Username, err)
				}
			})
		})
	}
}

func TestFederatedMapping(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		short := 3
		u := withUpstream(t, st, provider.PoolSettings{Schema: []provider.Attribute{
			{Name: "team", Custom: true, Type: "String", Mutable: true},
			{Name: "badge", Custom: true, Type: "Number", Mutable: false},
			{Name: "code", Custom: true, Type: "String", Mutable: true, MaxLength: &short},
			{Name: "email", Type: "String", Mutable: true, Required: true},
		}}, map[string]string{"email": "mail", "custom:team": "groups", "custom:badge": "badge", "custom:code": "code", "phone_number": "tel", "name": "cn"})
		claims := func(extra map[string]any) map[string]any {
			c := map[string]any{"mail": "ann@example.com", "groups": []any{"a", "b"}, "badge": json.Number("7"), "email": "not@mapped.example"}
			for k, v := range extra {
				c[k] = v
			}
			return c
		}
		got := u.comes("https://idp", "s-1", claims(map[string]any{"tel": "555", "code": "toolong", "cn": "A\x00nn"}))
		want := map[string]string{"email": "ann@example.com", "email_verified": "false", "custom:team": `["a","b"]`, "custom:badge": "7",
			"custom:code": "", "phone_number": "", "name": ""}
		for name, value := range want {
			if got.Attributes[name] != value {
				t.Errorf("%s is %q, want %q", name, got.Attributes[name], value)
			}
		}
		again := u.comes("https://idp", "s-1", claims(map[string]any{"badge": json.Number("8"), "tel": "+15550100", "groups": "c"}))
		if again.Attributes["custom:badge"] != "7" || again.Attributes["phone_number"] != "+15550100" || again.Attributes["custom:team"] != "c" {
			t.Errorf("refreshed to %v", again.Attributes)
		}
		bob, err := u.Federated(t.Context(), u.pool, u.idp, &federation.Identity{Issuer: "https://idp", Subject: "s-2", Claims: map[string]any{"cn": "Bob"}})
		if err != nil {
			t.Fatal(err)
		}
		if lacks := directory.Missing(u.pool, nil, bob); len(lacks) != 1 || lacks[0].Name != "email" {
			t.Errorf("still to be asked for: %+v", lacks)
		}
	})
}

func TestFirstSignInsMeet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{}, nil)
		var wg sync.WaitGroup
		ids := make([]string, 8)
		for n := range ids {
			wg.Go(func() {
				out, err := u.Federated(t.Context(), u.pool, u.idp, &federation.Identity{Issuer: "https://idp", Subject: "s-1"})
				if err != nil {
					t.Error(err)
					return
				}
				ids[n] = out.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("one person became several users: %v", ids)
			}
		}
		if n, err := u.CountUsers(t.Context(), u.pool.ID); err != nil || n != 1 {
			t.Errorf("%d users, %v", n, err)
		}
	})
}

func TestFederatedUsernameTaken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{}, nil)
		if _, err := u.CreateUser(t.Context(), u.pool.ID, directory.NewUser{Username: "corp_S-1", Password: "long enough"}); err != nil {
			t.Fatal(err)
		}
		got := u.comes("https://idp", "s-1", nil)
		if !strings.HasPrefix(got.Username, "Corp_s-1_") {
			t.Errorf("username %q", got.Username)
		}
		long := u.comes("https://idp", strings.Repeat("x", 255), nil)
		if len(long.Username) > 128 {
			t.Errorf("username of %d bytes", len(long.Username))
		}
	})
}

func TestDisabledFederatedUserIsNotRefreshed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{}, nil)
		first := u.comes("https://idp", "s-1", map[string]any{"name": "Ann"})
		if err := u.SetEnabled(t.Context(), u.pool.ID, first.Username, false); err != nil {
			t.Fatal(err)
		}
		again := u.comes("https://idp", "s-1", map[string]any{"name": "Eve"})
		if again.Enabled || again.Attributes["name"] != "Ann" {
			t.Errorf("%+v", again)
		}
	})
}

// TestLinkedLocalUserKeepsTheirAttributes: a local user to whom an operator tied
// an upstream's subject signs in there and stays who they are.
func TestLinkedLocalUserKeepsTheirAttributes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{AliasAttrs: []string{"email"}}, nil)
		local, err := u.CreateUser(t.Context(), u.pool.ID, directory.NewUser{Username: "ann", Password: "long enough", Permanent: true,
			Attributes: map[string]string{"email": "ann@example.com", "email_verified": "true"}})
		if err != nil {
			t.Fatal(err)
		}
		l := &provider.FederatedLogin{Provider: "Corp", Issuer: "https://idp", Subject: "s-1", UserID: local.ID}
		if added, err := st.Pool(u.pool.ID).AddFederatedLogin(t.Context(), l); err != nil || !added {
			t.Fatal(added, err)
		}
		got := u.comes("https://idp", "s-1", map[string]any{"email": "bob@example.com", "email_verified": true, "name": "Bob"})
		if got.ID != local.ID || got.Attributes["email"] != "ann@example.com" || got.Attributes["name"] != "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestFederatedIsAudited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		u := withUpstream(t, st, provider.PoolSettings{}, nil)
		counts := storetest.Count(t, st, func() {
			u.comes("https://idp", "s-1", map[string]any{"name": "Ann"})
		})
		if counts.Commits != 1 || !strings.Contains(counts.String(), "audit_events") {
			t.Errorf("%d commits:%s", counts.Commits, counts)
		}
	})
}

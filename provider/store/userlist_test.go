package store_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func addUser(t *testing.T, p *store.Pool, n int, name string, attributes map[string]string) string {
	t.Helper()
	u := &provider.User{ID: fmt.Sprintf("%08x-0000-4000-8000-000000000000", n), Username: name, Status: provider.UserConfirmed, Enabled: true, Attributes: attributes}
	if err := p.CreateUser(t.Context(), u, []provider.UserName{{Key: store.Fold(name), Kind: "username"}}); err != nil {
		t.Fatal(err)
	}
	return u.ID
}

// paged reads every page of a listing, in pages of each size, and answers the
// usernames in order.
func paged(t *testing.T, list func(after string, n int) ([]store.ListedUser, error)) string {
	t.Helper()
	all := ""
	for size := 1; size < 8; size++ {
		var names []string
		after := ""
		for {
			got, err := list(after, size)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range got {
				names = append(names, u.Username)
			}
			if len(got) < size {
				break
			}
			after = got[len(got)-1].Key
		}
		if s := strings.Join(names, " "); all != "" && s != all {
			t.Errorf("in pages of %d: %s, not %s", size, s, all)
		} else {
			all = s
		}
	}
	return all
}

func TestUsersAreFound(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, p := t.Context(), pool(t, st)
		addUser(t, p, 0xb0, "Zoë", map[string]string{"email": "zoe@example.com", "given_name": "Zoë", "family_name": "Ångström", "phone_number": "+46701740605"})
		addUser(t, p, 0xa0, "ann", map[string]string{"email": "Ann@Example.com", "given_name": "Ann", "family_name": "Smith"})
		addUser(t, p, 0xa1, "annika", map[string]string{"email": "x@example.com", "given_name": "ann", "name": "Ann_ika 100%", "family_name": "Smith"})
		addUser(t, p, 0xc0, "bob", map[string]string{"given_name": "Bob", "family_name": "SMITH", "preferred_username": "Annoyed", "name": strings.Repeat("long ", 400)})
		off := addUser(t, p, 0xc1, "off", map[string]string{"email": "ann-off@example.com"})
		err := p.ChangeUser(ctx, off, func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled, u.Status = false, provider.UserUnconfirmed
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := st.All().CreatePool(ctx, &provider.Pool{ID: "us-east-1_neighbour", Kind: provider.PoolKindUsers}); err != nil {
			t.Fatal(err)
		}
		addUser(t, st.Pool("us-east-1_neighbour"), 0xa0, "ann", map[string]string{"email": "ann@example.com"})

		for _, c := range []struct {
			filter store.UserFilter
			want   string
		}{
			{store.UserFilter{}, "Zoë ann annika bob off"},
			{store.UserFilter{Attribute: "email", Value: "ANN@example.com"}, "ann"},
			{store.UserFilter{Attribute: "email", Value: "ann", Prefix: true}, "off ann"},
			{store.UserFilter{Attribute: "email", Value: "ann"}, ""},
			{store.UserFilter{Attribute: "email", Value: "%", Prefix: true}, ""},
			{store.UserFilter{Attribute: "name", Value: "ann_", Prefix: true}, "annika"},
			{store.UserFilter{Attribute: "name", Value: strings.Repeat("long ", 400)}, "bob"},
			{store.UserFilter{Attribute: "given_name", Value: "zoe\u0308"}, "Zoë"},
			{store.UserFilter{Attribute: "family_name", Value: "smith"}, "ann annika bob"},
			{store.UserFilter{Attribute: "family_name", Value: "", Prefix: true}, "ann annika bob Zoë"},
			{store.UserFilter{Attribute: "username", Value: "AN", Prefix: true}, "ann annika"},
			{store.UserFilter{Attribute: "phone_number", Value: "+4670", Prefix: true}, "Zoë"},
			{store.UserFilter{Attribute: "enabled", Value: "false"}, "off"},
			{store.UserFilter{Attribute: "enabled", Value: "true"}, "Zoë ann annika bob"},
			{store.UserFilter{Attribute: "status", Value: "confirmed"}, "Zoë ann annika bob"},
			{store.UserFilter{Attribute: "status", Value: "", Prefix: true}, "Zoë ann annika bob off"},
			{store.UserFilter{Attribute: "status", Value: "UN", Prefix: true}, "off"},
			{store.UserFilter{Attribute: "sub", Value: "000000a0-0000-4000-8000-000000000000"}, "ann"},
			{store.UserFilter{Attribute: "sub", Value: "000000A", Prefix: true}, "ann annika"},
			{store.UserFilter{Attribute: "sub", Value: "000000c1-0000-4", Prefix: true}, "off"},
			{store.UserFilter{Attribute: "sub", Value: "none", Prefix: true}, ""},
		} {
			if got := paged(t, func(after string, n int) ([]store.ListedUser, error) { return p.Users(ctx, c.filter, after, n) }); got != c.want {
				t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
			}
		}
		for text, want := range map[string]string{
			"ann": "ann annika off bob", "ANN@": "ann", "smith": "ann annika bob", "+46 70": "Zoë", "46-70": "Zoë", "z": "Zoë", "å": "Zoë", "nobody": "", "%": "", "x@": "annika",
		} {
			got := paged(t, func(after string, n int) ([]store.ListedUser, error) { return p.SearchUsers(ctx, text, after, n) })
			if sorted(got) != sorted(want) {
				t.Errorf("search for %q: %q, want %q", text, got, want)
			}
		}
		for _, key := range []string{"x", "/", "nonsense/x/y"} {
			for _, f := range []store.UserFilter{{}, {Attribute: "status", Value: "C", Prefix: true}, {Attribute: "sub", Value: "a"}, {Attribute: "email", Value: "a", Prefix: true}} {
				if _, err := p.Users(ctx, f, key, 5); err != nil && provider.CodeOf(err) != provider.CodeInvalid {
					t.Errorf("%+v behind %q: %v", f, key, err)
				}
			}
		}
	})
}

func sorted(names string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(names))), " ")
}

// What a user is found by follows every change of them, and what an older binary
// wrote is mended.
func TestTermsFollowUsers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, p := t.Context(), pool(t, st)
		id := addUser(t, p, 1, "ann", map[string]string{"email": "ann@example.com", "nickname": "a"})
		found := func(text, want string) {
			t.Helper()
			got, err := p.SearchUsers(ctx, text, "", 10)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, u := range got {
				names = append(names, u.Username)
			}
			if s := strings.Join(names, " "); s != want {
				t.Errorf("search for %q: %q, want %q", text, s, want)
			}
		}
		change := func(attributes map[string]string) {
			t.Helper()
			err := p.ChangeUser(ctx, id, func(u *provider.User) ([]provider.UserName, error) {
				maps.Copy(u.Attributes, attributes)
				return nil, nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		change(map[string]string{"email": "new@example.com", "family_name": "Ågren"})
		found("ann@", "")
		found("new@", "ann")
		found("ågr", "ann")
		quiet := storetest.Count(t, st, func() { change(map[string]string{"nickname": "b"}) })
		for _, s := range quiet.Statements {
			if strings.Contains(s.SQL, "user_terms") {
				t.Errorf("what nobody searches by costs a statement: %s", s.SQL)
			}
		}

		// An older binary changes one user and makes another.
		for _, sql := range []string{
			`update users set attributes = '{"email":"old@example.com"}' where pool = ?`,
			`insert into users (pool, id, username, status, attributes, created_at, updated_at) values (?, '00000002-0000-4000-8000-000000000000', 'Bob', 'CONFIRMED', '{"email":"bob@example.com"}', 1, 1)`,
		} {
			if err := st.Exec(ctx, sql, p.ID); err != nil {
				t.Fatal(err)
			}
		}
		found("bob", "")
		found("new@", "") // a term that follows from nothing finds nobody
		mended, after := 0, ""
		for {
			last, n, err := p.MendTerms(ctx, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			if last == "" {
				break
			}
			after, mended = last, mended+n
		}
		if mended != 2 {
			t.Errorf("%d mended, not 2", mended)
		}
		found("bob@", "Bob")
		found("old@", "ann")
		if _, n, err := p.MendTerms(ctx, "", 10); err != nil || n != 0 {
			t.Errorf("mended twice: %d %v", n, err)
		}
		if err := p.DeleteUser(ctx, id); err != nil {
			t.Fatal(err)
		}
		found("old@", "")
	})
}

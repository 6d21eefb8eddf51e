package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func pool(t *testing.T, st *store.Store) *store.Pool {
	t.Helper()
	p := &provider.Pool{ID: "us-east-1_abcdefghi", Name: "demo", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	if err := st.All().CreatePool(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return st.Pool(p.ID)
}

func TestUserNamesAreUnique(t *testing.T) {
	t.Parallel()
	storetest.Each(t, testUserNamesAreUnique)
}

func testUserNamesAreUnique(t *testing.T, st *store.Store) {
	p := pool(t, st)
	add := func(id, name string) error {
		return p.CreateUser(t.Context(), &provider.User{ID: id, Username: name, Status: provider.UserConfirmed, Enabled: true,
			Attributes: map[string]string{"email": name + "@example.com"}},
			[]provider.UserName{{Key: name, Kind: "username"}, {Key: "shared@example.com" + id[:1], Kind: "email"}})
	}
	if err := add("a1", "alice"); err != nil {
		t.Fatal(err)
	}
	if err := add("b1", "alice"); !errors.Is(err, provider.ErrUserExists) {
		t.Fatalf("second alice: %v", err)
	}
	if err := add("a2", "bob"); !errors.Is(err, provider.ErrAliasExists) {
		t.Fatalf("second holder of an address: %v", err)
	}
	if _, err := p.User(t.Context(), "a2"); !errors.Is(err, provider.ErrUserNotFound) {
		t.Fatalf("the refused user is there: %v", err)
	}
	u, err := p.UserByName(t.Context(), "alice")
	if err != nil || u.ID != "a1" {
		t.Fatalf("%v %v", u, err)
	}
	for _, f := range []store.UserFilter{
		{}, {Attribute: "email", Value: "alice@example.com"}, {Attribute: "email", Prefix: true, Value: "alice@"},
		{Attribute: "username", Value: "alice"}, {Attribute: "sub", Value: "a1"}, {Attribute: "enabled", Value: "true"},
	} {
		got, err := p.Users(t.Context(), f, "", 10)
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v: %v %v", f, got, err)
		}
	}
	if got, err := p.Users(t.Context(), store.UserFilter{Attribute: "email", Prefix: true, Value: "%"}, "", 10); err != nil || len(got) != 0 {
		t.Fatalf("a wildcard matched: %v %v", got, err)
	}
}

func TestMembership(t *testing.T) {
	t.Parallel()
	storetest.Each(t, testMembership)
}

func testMembership(t *testing.T, st *store.Store) {
	p := pool(t, st)
	ctx := context.Background()
	one := 1
	for _, g := range []*provider.Group{{Name: "late"}, {Name: "first", Precedence: &one}} {
		if err := p.CreateGroup(ctx, g); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.CreateGroup(ctx, &provider.Group{Name: "late"}); !errors.Is(err, provider.ErrGroupExists) {
		t.Fatal(err)
	}
	if err := p.AddMember(ctx, "late", "nobody"); !errors.Is(err, provider.ErrUserNotFound) {
		t.Fatal(err)
	}
	if err := p.CreateUser(ctx, &provider.User{ID: "a", Username: "a"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.AddMember(ctx, "none", "a"); !errors.Is(err, provider.ErrGroupNotFound) {
		t.Fatal(err)
	}
	for _, g := range []string{"late", "first", "late"} {
		if err := p.AddMember(ctx, g, "a"); err != nil {
			t.Fatal(err)
		}
	}
	groups, err := p.GroupsOf(ctx, "a")
	if err != nil || len(groups) != 2 || groups[0].Name != "first" {
		t.Fatalf("%v %v", groups, err)
	}
	if m, err := p.Members(ctx, "late", "", 10); err != nil || len(m) != 1 {
		t.Fatalf("%v %v", m, err)
	}
	if err := p.DeleteUser(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if m, err := p.Members(ctx, "late", "", 10); err != nil || len(m) != 0 {
		t.Fatalf("%v %v", m, err)
	}
}

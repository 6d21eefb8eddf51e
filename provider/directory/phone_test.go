package directory_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ region, text, want string }{
		{"", "+46 70 174 06 05", "+46701740605"},
		{"", "+1 (650) 555-0100", "+16505550100"},
		{"", "+44 (0)20 7946 0958", "+442079460958"},
		{"", "+49.30.901820", "+4930901820"},
		{"DE", "030 901820", "+4930901820"},
		{"DE", "0046 70 174 06 05", "+46701740605"},
		{"US", "(650) 555-0100", "+16505550100"},
		{"", "030 901820", ""},
		{"", "+999 12345678", ""}, // no such country
		{"", "+1 650 555 0100 5", ""},
		{"", "+46 70", ""},
		{"US", "1-800-FLOWERS", ""},
		{"", "call +16505550100", ""},
		{"", "+16505550100;ext=5", ""},
		{"DE", "ann", ""},
		{"DE", "", ""},
	} {
		p := &provider.Pool{Settings: provider.PoolSettings{DefaultRegion: c.region}}
		if got, ok := directory.Phone(p, c.text); got != c.want && ok || ok != (c.want != "") {
			t.Errorf("%q in %q is %q %v, want %q", c.text, c.region, got, ok, c.want)
		}
	}
}

// However a number is written, it is kept as E.164, leads to its owner in one form,
// and has one owner.
func TestPhoneNumbersAreNames(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{UsernameAttrs: []string{"phone_number", "email"}, DefaultRegion: "DE"})
		u, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "030 / 90 18 20"})
		if err != nil || u.Attributes["phone_number"] != "+4930901820" {
			t.Fatalf("%+v %v", u, err)
		}
		for _, name := range []string{"+4930901820", "+49 (0)30 901820", "030-901820"} {
			if same, err := d.FindUser(ctx, pool, name); err != nil || same.ID != u.ID {
				t.Errorf("%s leads to %v %v", name, same, err)
			}
		}
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "+49 30 901820"})
		code(t, err, provider.CodeExists)
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "12"})
		code(t, err, provider.CodeInvalid)
		code(t, d.ChangePool(ctx, pool, func(p *provider.Pool) error { p.Settings.DefaultRegion = "Germany"; return nil }), provider.CodeInvalid)
	})
}

// A proved address moves to somebody else only where the caller says so, and whoever
// had it goes on without it. A name that people choose cannot pass for an address.
func TestAliasMovesByRule(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"email", "phone_number", "preferred_username"}})
		proved := attr("email", "shared@example.com", "email_verified", "true", "preferred_username", "racer")
		if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "old", Attributes: proved}); err != nil {
			t.Fatal(err)
		}
		_, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "new", Attributes: attr("email", "Shared@example.com", "email_verified", "true")})
		code(t, err, provider.CodeExists)
		code(t, d.UpdateUser(ctx, pool, "old", attr("preferred_username", "eve@example.com")), provider.CodeInvalid)
		code(t, d.UpdateUser(ctx, pool, "old", attr("preferred_username", "+46 70 174 06 05")), provider.CodeInvalid)
		// What is no address never moves.
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "new", TakeAlias: true, Attributes: proved})
		code(t, err, provider.CodeExists)
		if u, err := d.FindUser(ctx, pool, "shared@example.com"); err != nil || u.Username != "old" {
			t.Fatalf("a refusal moved the address: %v %v", u, err)
		}
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "new", TakeAlias: true, Attributes: attr("email", "Shared@example.com", "email_verified", "true")})
		if err != nil {
			t.Fatal(err)
		}
		if u, err := d.FindUser(ctx, pool, "shared@example.com"); err != nil || u.Username != "new" {
			t.Fatalf("%v %v", u, err)
		}
		if err := d.UpdateUser(ctx, pool, "old", attr("nickname", "o")); err != nil {
			t.Errorf("whoever had the address cannot change any more: %v", err)
		}
		old, err := d.FindUser(ctx, pool, "racer")
		if err != nil || old.Attributes["email_verified"] != "false" {
			t.Errorf("%+v %v", old, err)
		}
		// Without proof there is nothing to move.
		if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "third", TakeAlias: true, Attributes: attr("email", "shared@example.com")}); err != nil {
			t.Fatal(err)
		}
		if u, err := d.FindUser(ctx, pool, "shared@example.com"); err != nil || u.Username != "new" {
			t.Errorf("%v %v", u, err)
		}
	})
}

// Two people who take one alias at the same moment: one gets it, by whatever way it
// comes to be theirs.
func TestOneAliasOneUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"email", "phone_number", "preferred_username"}})
		users := []string{"a", "b", "c", "d"}
		for _, name := range users {
			if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: name}); err != nil {
				t.Fatal(err)
			}
		}
		for _, alias := range [][]string{
			{"email", "Shared@example.com", "email_verified", "true"},
			{"phone_number", "+46 70 174 06 05", "phone_number_verified", "true"},
			{"preferred_username", "Straße"},
		} {
			errs := make([]error, 2*len(users))
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					if i < len(users) {
						errs[i] = d.UpdateUser(ctx, pool, users[i], attr(alias...))
						return
					}
					_, errs[i] = d.CreateUser(ctx, pool, directory.NewUser{Username: alias[0] + users[i-len(users)], Attributes: attr(alias...)})
				})
			}
			wg.Wait()
			got := 0
			for _, err := range errs {
				if err == nil {
					got++
				} else if !errors.Is(err, provider.ErrAliasExists) {
					t.Errorf("%s: %v", alias[0], err)
				}
			}
			if got != 1 {
				t.Errorf("%d got the %s", got, alias[0])
			}
			if _, err := d.FindUser(ctx, pool, alias[1]); err != nil {
				t.Errorf("%s: %v", alias[1], err)
			}
		}
	})
}

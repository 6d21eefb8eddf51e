package directory_test

import (
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Nobody takes somebody else's address by calling themselves so: no code was sent to it.
func TestNamesThatPassForAnAddress(t *testing.T) {
	t.Parallel()
	s := provider.PoolSettings{AliasAttrs: []string{"email", "phone_number", "preferred_username"}, DefaultRegion: "US"}
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		p, err := d.Pool(ctx, newPool(t, d, s))
		if err != nil {
			t.Fatal(err)
		}
		u, err := d.CreateUser(ctx, p.ID, directory.NewUser{Username: "mallory", Password: password, Permanent: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, victim := range []string{"victim@example.com", "+12025550143", "(202) 555-0143"} {
			_, err = d.SignUp(ctx, p, directory.SignUp{Username: victim, Password: password})
			if provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("username %s: %v", victim, err)
			}
			_, err = d.CreateUser(ctx, p.ID, directory.NewUser{Username: victim, Password: password})
			if provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("an operator's %s: %v", victim, err)
			}
			err := d.SetOwn(ctx, p, nil, u.ID, map[string]string{"preferred_username": victim})
			if provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("preferred_username %s: %v", victim, err)
			}
			if found, err := d.FindUser(ctx, p.ID, victim); !errors.Is(err, provider.ErrUserNotFound) {
				t.Errorf("%s leads to %+v %v", victim, found, err)
			}
		}
		if err := d.SetOwn(ctx, p, nil, u.ID, map[string]string{"preferred_username": "mal"}); err != nil {
			t.Errorf("an honest one: %v", err)
		}
	})
}

// A sub leads to its user alone: nobody can call themselves by somebody else's, and so be
// found in their place, such as by an operator who makes that user a member of a group.
func TestASubIsNobodyElsesName(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		p, err := d.Pool(ctx, newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"preferred_username"}}))
		if err != nil {
			t.Fatal(err)
		}
		ann, err := d.CreateUser(ctx, p.ID, directory.NewUser{Username: "ann", Password: password, Permanent: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.SignUp(ctx, p, directory.SignUp{Username: ann.ID, Password: password})
		code(t, err, provider.CodeExists)
		mallory, err := d.CreateUser(ctx, p.ID, directory.NewUser{Username: "mallory", Password: password, Permanent: true})
		if err != nil {
			t.Fatal(err)
		}
		code(t, d.SetOwn(ctx, p, nil, mallory.ID, map[string]string{"preferred_username": ann.ID}), provider.CodeExists)
		if found, err := d.FindUser(ctx, p.ID, ann.ID); err != nil || found.ID != ann.ID {
			t.Errorf("ann's sub leads to %+v %v", found, err)
		}
		// Names of that form are fine where they are no sub: apps make them up.
		if err := d.SetOwn(ctx, p, nil, ann.ID, map[string]string{"preferred_username": ann.ID}); err != nil {
			t.Errorf("her own: %v", err)
		}
		const made = "0b0c7b52-7f3c-4f0e-9a53-0d1c3f1a2b3c"
		if _, err := d.SignUp(ctx, p, directory.SignUp{Username: made, Password: password}); err != nil {
			t.Fatal(err)
		}
		if found, err := d.FindUser(ctx, p.ID, made); err != nil || found.Username != made {
			t.Errorf("%+v %v", found, err)
		}
	})
}

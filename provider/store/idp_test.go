package store_test

import (
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestIdPs(t *testing.T) {
	t.Parallel()
	for _, st := range storetest.New(t) {
		p := pool(t, st)
		ctx := t.Context()
		corp := &provider.IdentityProvider{Name: "Corp", Type: "OIDC", Details: map[string]string{"client_id": "c"},
			Mapping: map[string]string{"email": "mail"}, Identifiers: []string{"example.com"}, SealedSecret: []byte{1, 0, 2}}
		if err := p.CreateIdP(ctx, corp); err != nil {
			t.Fatal(err)
		}
		if err := p.CreateIdP(ctx, &provider.IdentityProvider{Name: "Corp", Type: "SAML"}); !errors.Is(err, provider.ErrIdPExists) {
			t.Errorf("second of one name: %v", err)
		}
		if err := p.ChangeIdP(ctx, "Corp", func(i *provider.IdentityProvider) error { i.Mapping["name"] = "cn"; return nil }); err != nil {
			t.Fatal(err)
		}
		got, err := p.IdP(ctx, "Corp")
		if err != nil || got.Mapping["name"] != "cn" || got.Mapping["email"] != "mail" || len(got.SealedSecret) != 3 || got.Identifiers[0] != "example.com" {
			t.Errorf("%+v, %v", got, err)
		}
		if list, err := p.IdPs(ctx, "", 10); err != nil || len(list) != 1 {
			t.Errorf("%v, %v", list, err)
		}
		if list, err := p.IdPs(ctx, "Corp", 10); err != nil || len(list) != 0 {
			t.Errorf("behind the last: %v, %v", list, err)
		}
		if err := p.DeleteIdP(ctx, "Corp"); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"read": second(p.IdP(ctx, "Corp")), "delete": p.DeleteIdP(ctx, "Corp"),
			"change": p.ChangeIdP(ctx, "Corp", func(*provider.IdentityProvider) error { return nil }),
		} {
			if !errors.Is(err, provider.ErrIdPNotFound) {
				t.Errorf("%s after deletion: %v", name, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestFederatedLogins(t *testing.T) {
	t.Parallel()
	for _, st := range storetest.New(t) {
		p := pool(t, st)
		ctx := t.Context()
		for _, id := range []string{"a", "b"} {
			u := &provider.User{ID: id, Username: "Corp_" + id, Status: provider.UserExternalProvider, Enabled: true}
			if err := p.CreateUser(ctx, u, []provider.UserName{{Key: u.Username, Kind: "username"}}); err != nil {
				t.Fatal(err)
			}
		}
		tie := func(issuer, subject, user string) bool {
			t.Helper()
			added, err := p.AddFederatedLogin(ctx, &provider.FederatedLogin{Provider: "Corp", Issuer: issuer, Subject: subject, UserID: user})
			if err != nil {
				t.Fatal(err)
			}
			return added
		}
		if !tie("https://one", "7", "a") || tie("https://one", "7", "b") {
			t.Error("a subject must be tied once")
		}
		if !tie("https://two", "7", "b") {
			t.Error("another issuer's subject is another person")
		}
		u, err := p.FederatedUser(ctx, "Corp", "https://one", "7")
		if err != nil || u.ID != "a" {
			t.Errorf("%v, %v", u, err)
		}
		for _, key := range [][3]string{{"Corp", "https://one", "8"}, {"Corp", "https://three", "7"}, {"Other", "https://one", "7"}} {
			if _, err := p.FederatedUser(ctx, key[0], key[1], key[2]); !errors.Is(err, provider.ErrUserNotFound) {
				t.Errorf("%v: %v", key, err)
			}
		}
		if err := p.TouchFederatedLogin(ctx, "Corp", "https://one", "7"); err != nil {
			t.Fatal(err)
		}
		if list, err := p.FederatedLogins(ctx, "a"); err != nil || len(list) != 1 || list[0].Issuer != "https://one" {
			t.Errorf("%v, %v", list, err)
		}
		if err := p.DeleteUser(ctx, "a"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.FederatedUser(ctx, "Corp", "https://one", "7"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("after the user went: %v", err)
		}
	}
}

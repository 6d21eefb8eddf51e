package directory_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestIdPSecretsAreSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		d := open(t, st)
		pool := newPool(t, d, provider.PoolSettings{})
		ctx := t.Context()
		i := &provider.IdentityProvider{Name: "Corp", Type: "OIDC", Details: map[string]string{"client_id": "c", "client_secret": "hush-hush"}}
		if err := d.CreateIdP(ctx, pool, i); err != nil {
			t.Fatal(err)
		}
		row, err := st.Pool(pool).IdP(ctx, "Corp")
		if err != nil || row.Details["client_secret"] != "" || bytes.Contains(row.SealedSecret, []byte("hush")) {
			t.Fatalf("stored %+v, %v", row, err)
		}
		secretIs := func(want string) {
			t.Helper()
			i, err := d.IdP(ctx, pool, "Corp")
			if err != nil {
				t.Fatal(err)
			}
			if got, err := d.IdPDetails(i); err != nil || got["client_secret"] != want || got["client_id"] == "" {
				t.Errorf("details %v, %v; want secret %q", got, err, want)
			}
		}
		secretIs("hush-hush")
		for _, step := range []struct {
			details map[string]string
			want    string
		}{
			{map[string]string{"client_id": "c2"}, "hush-hush"},
			{map[string]string{"client_id": "c2", "client_secret": "new"}, "new"},
			{map[string]string{"client_id": "c2", "client_secret": ""}, ""},
		} {
			if _, err := d.ChangeIdP(ctx, pool, "Corp", func(i *provider.IdentityProvider) error { i.Details = step.details; return nil }); err != nil {
				t.Fatal(err)
			}
			secretIs(step.want)
		}
		if err := d.DeleteIdP(ctx, pool, "Corp"); err != nil {
			t.Fatal(err)
		}
		_, err = d.IdP(ctx, pool, "Corp")
		code(t, err, provider.CodeNotFound)
	})
}

func TestIdPChecks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		d := open(t, st)
		d.CheckIdP = func(_ context.Context, kind string, _ map[string]string) error {
			if kind != "OIDC" {
				return federation.Errorf(federation.Misconfigured, "provider type %q is not supported", kind)
			}
			return nil
		}
		pool := newPool(t, d, provider.PoolSettings{Schema: []provider.Attribute{{Name: "team", Custom: true, Type: "String", Mutable: true}}})
		good := func(name string) *provider.IdentityProvider {
			return &provider.IdentityProvider{Name: name, Type: "OIDC", Details: map[string]string{"client_id": "c"},
				Mapping: map[string]string{"username": "sub", "email": "mail", "custom:team": "dept"}, Identifiers: []string{name + ".example"}}
		}
		if err := d.CreateIdP(t.Context(), pool, good("one")); err != nil {
			t.Fatal(err)
		}
		if err := d.CreateIdP(t.Context(), pool, good("one")); !errors.Is(err, provider.ErrIdPExists) {
			t.Errorf("twice: %v", err)
		}
		for name, spoil := range map[string]func(*provider.IdentityProvider){
			"reserved name":     func(i *provider.IdentityProvider) { i.Name = "Cognito" },
			"unknown type":      func(i *provider.IdentityProvider) { i.Type = "Digits" },
			"unknown attribute": func(i *provider.IdentityProvider) { i.Mapping["custom:none"] = "x" },
			"sub":               func(i *provider.IdentityProvider) { i.Mapping["sub"] = "x" },
			"identities":        func(i *provider.IdentityProvider) { i.Mapping["identities"] = "x" },
			"empty claim":       func(i *provider.IdentityProvider) { i.Mapping["email"] = "" },
			"same identifier":   func(i *provider.IdentityProvider) { i.Identifiers = []string{"one.example"} },
			"identifier twice":  func(i *provider.IdentityProvider) { i.Identifiers = []string{"x", "x"} },
		} {
			i := good("two")
			spoil(i)
			if err := d.CreateIdP(t.Context(), pool, i); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if i, err := d.IdPByIdentifier(t.Context(), pool, "one.example"); err != nil || i.Name != "one" {
			t.Errorf("%v, %v", i, err)
		}
		_, err := d.IdPByIdentifier(t.Context(), pool, "other.example")
		code(t, err, provider.CodeNotFound)
		code(t, d.CreateIdP(t.Context(), "us-east-1_000000000", good("two")), provider.CodeNotFound)
	})
}

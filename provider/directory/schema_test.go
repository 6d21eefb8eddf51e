package directory_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func ptr[T any](v T) *T { return &v }

// attr is attributes, names and values in turn.
func attr(v ...string) map[string]string {
	out := map[string]string{}
	for i := 0; i < len(v); i += 2 {
		out[v[i]] = v[i+1]
	}
	return out
}

// The rules of a pool in use change under its users: who was there before stays
// valid, and only new values meet the new rules.
func TestSchemaChangesUnderUsers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{Schema: []provider.Attribute{
			{Name: "team", Custom: true, Type: "String", Mutable: true, MaxLength: ptr(8)},
			{Name: "level", Custom: true, Type: "Number", Mutable: true},
		}})
		change := func(name string, c directory.AttributeChange) {
			t.Helper()
			if _, err := d.ChangeAttribute(ctx, pool, name, c); err != nil {
				t.Fatal(err)
			}
		}
		set := func(v ...string) error { return d.UpdateUser(ctx, pool, "ann", attr(v...)) }
		if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "ann", Attributes: attr("custom:team", "purple", "custom:level", "7")}); err != nil {
			t.Fatal(err)
		}
		// Wider: what was refused is taken.
		code(t, set("custom:team", "ultramarine"), provider.CodeInvalid)
		change("custom:team", directory.AttributeChange{MaxLength: ptr("12")})
		if err := set("custom:team", "ultramarine"); err != nil {
			t.Fatal(err)
		}
		// Narrower: the value that is there stays, also when it is sent again.
		change("custom:team", directory.AttributeChange{MaxLength: ptr("4")})
		if err := set("custom:team", "ultramarine", "nickname", "Annie"); err != nil {
			t.Fatal(err)
		}
		code(t, set("custom:team", "purple"), provider.CodeInvalid)
		change("custom:level", directory.AttributeChange{MinValue: ptr("1"), MaxValue: ptr("9")})
		code(t, set("custom:level", "10"), provider.CodeInvalid)
		change("custom:level", directory.AttributeChange{MaxValue: ptr("")})
		if err := set("custom:level", "10"); err != nil {
			t.Fatal(err)
		}
		// Required later: other changes go on, and nobody takes the value away again.
		change("given_name", directory.AttributeChange{Required: ptr(true)})
		change("custom:level", directory.AttributeChange{Required: ptr(true)})
		if err := set("nickname", "An"); err != nil {
			t.Fatal(err)
		}
		code(t, set("custom:level", ""), provider.CodeInvalid)
		if lacks := missing(t, d, pool, "ann"); lacks != "given_name" {
			t.Errorf("asked for %q", lacks)
		}
		// Immutable and required later: it can be told once.
		change("custom:team", directory.AttributeChange{Mutable: ptr(false)})
		code(t, set("custom:team", "red"), provider.CodeInvalid)
		change("given_name", directory.AttributeChange{Mutable: ptr(false)})
		if err := set("given_name", "Ann"); err != nil {
			t.Fatal(err)
		}
		code(t, set("given_name", "Anna"), provider.CodeInvalid)
	})
}

func missing(t *testing.T, d *directory.Directory, pool, name string) string {
	t.Helper()
	u, err := d.FindUser(t.Context(), pool, name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Pool(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range directory.Missing(p, nil, u) {
		out = append(out, directory.WireName(a))
	}
	return strings.Join(out, " ")
}

func TestRetiredAttributes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		pool := newPool(t, d, provider.PoolSettings{Schema: []provider.Attribute{{Name: "team", Custom: true, Type: "String", Mutable: true, Required: true}}})
		for _, name := range []string{"ann", "bob"} {
			if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: name, Attributes: attr("custom:team", "red")}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := d.RetireAttribute(ctx, pool, "custom:team"); err != nil {
			t.Fatal(err)
		}
		p, err := d.Pool(ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		u, err := d.FindUser(ctx, pool, "ann")
		if err != nil || u.Attributes["custom:team"] != "red" {
			t.Fatalf("the value is gone: %v %v", u, err)
		}
		if _, told := directory.Readable(p, nil, u)["custom:team"]; told || directory.MayWrite(p, nil, "custom:team") {
			t.Error("a retired attribute is told or taken")
		}
		code(t, d.UpdateUser(ctx, pool, "ann", attr("custom:team", "blue")), provider.CodeInvalid)
		_, err = d.CreateUser(ctx, pool, directory.NewUser{Username: "eve", Attributes: attr("custom:team", "blue")})
		code(t, err, provider.CodeInvalid)
		if _, err := d.CreateUser(ctx, pool, directory.NewUser{Username: "eve"}); err != nil {
			t.Fatal(err)
		}
		if lacks := missing(t, d, pool, "eve"); lacks != "" {
			t.Errorf("asked for %q", lacks)
		}
		if err := d.UpdateUser(ctx, pool, "bob", attr("custom:team", "")); err != nil {
			t.Errorf("an operator cannot clear it: %v", err)
		}
		_, err = d.ChangeAttribute(ctx, pool, "custom:team", directory.AttributeChange{Required: ptr(false)})
		code(t, err, provider.CodeInvalid)
		if _, err := d.RestoreAttribute(ctx, pool, "custom:team"); err != nil {
			t.Fatal(err)
		}
		if lacks := missing(t, d, pool, "bob"); lacks != "custom:team" {
			t.Errorf("asked for %q", lacks)
		}
	})
}

// What cannot be says why.
func TestRefusedSchemaChanges(t *testing.T) {
	t.Parallel()
	ctx, d := t.Context(), open(t, storetest.SQLite(t))
	pool := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"preferred_username"}, Schema: []provider.Attribute{
		{Name: "team", Custom: true, Type: "String", Mutable: true},
		{Name: "note", Custom: true, DevOnly: true, Type: "String", Mutable: true},
		{Name: "since", Custom: true, Type: "DateTime", Mutable: true},
		{Name: "bikes", Custom: true, Type: "Number", Mutable: true, MinValue: ptr("2")},
	}})
	for _, c := range []struct {
		name   string
		change directory.AttributeChange
		says   string
	}{
		{"custom:team", directory.AttributeChange{Type: "Number"}, "Retire it and add another"},
		{"custom:team", directory.AttributeChange{MinValue: ptr("1")}, "Only a Number"},
		{"custom:since", directory.AttributeChange{MaxLength: ptr("9")}, "Only a String"},
		{"custom:team", directory.AttributeChange{MinLength: ptr("9"), MaxLength: ptr("8")}, "above"},
		{"custom:bikes", directory.AttributeChange{MaxValue: ptr("1")}, "above"},
		{"custom:bikes", directory.AttributeChange{MaxValue: ptr("1.5")}, "whole number"},
		{"custom:team", directory.AttributeChange{MaxLength: ptr("4096")}, "from 0 to 2048"},
		{"birthdate", directory.AttributeChange{MaxLength: ptr("9")}, "10 characters"},
		{"dev:custom:note", directory.AttributeChange{Required: ptr(true)}, "do not set it themselves"},
		{"sub", directory.AttributeChange{Mutable: ptr(true)}, "keeps this attribute itself"},
		{"email_verified", directory.AttributeChange{Required: ptr(true)}, "keeps this attribute itself"},
		{"team", directory.AttributeChange{Required: ptr(true)}, "no attribute"},
	} {
		_, err := d.ChangeAttribute(ctx, pool, c.name, c.change)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %+v: %v, not %q", c.name, c.change, err, c.says)
		}
	}
	for name, says := range map[string]string{"email": "Codes are sent there", "preferred_username": "sign in by", "updated_at": "keeps"} {
		if _, err := d.RetireAttribute(ctx, pool, name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("retire %s: %v", name, err)
		}
	}
	if _, err := d.RestoreAttribute(ctx, pool, "name"); provider.CodeOf(err) != provider.CodeInvalid {
		t.Errorf("restored what was not retired: %v", err)
	}
}

// An app's people set what the app may write, and nobody vouches for an address.
func TestWritePermission(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx, d := t.Context(), open(t, st)
		id := newPool(t, d, provider.PoolSettings{AliasAttrs: []string{"email"}, Schema: []provider.Attribute{
			{Name: "team", Custom: true, Type: "String", Mutable: true}, {Name: "plan", Custom: true, Type: "String", Mutable: true, Required: true},
		}})
		p, err := d.Pool(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		open, listed := &provider.Client{}, &provider.Client{Settings: provider.ClientSettings{WriteAttributes: []string{"custom:team", "email_verified"}}}
		for name, may := range map[string][3]bool{ // no client, one without a list, one with
			"nickname": {true, true, false}, "custom:team": {true, false, true}, "custom:plan": {true, true, false},
			"email_verified": {}, "sub": {}, "updated_at": {}, "custom:none": {},
		} {
			if got := [3]bool{directory.MayWrite(p, nil, name), directory.MayWrite(p, open, name), directory.MayWrite(p, listed, name)}; got != may {
				t.Errorf("%s may be written %v, want %v", name, got, may)
			}
		}
		u, err := d.CreateUser(ctx, id, directory.NewUser{Username: "ann", Attributes: attr("email", "ann@example.com", "email_verified", "true")})
		if err != nil {
			t.Fatal(err)
		}
		err = d.SetOwn(ctx, p, listed, u.ID, attr("nickname", "Annie", "custom:team", "red", "email_verified", "true"))
		var wrong directory.AttributeErrors
		if !errors.As(err, &wrong) || len(wrong) != 2 || wrong["nickname"] == nil || wrong["email_verified"] == nil {
			t.Errorf("%v", err)
		}
		if err := d.SetOwn(ctx, p, open, u.ID, attr("email", "new@example.com")); err != nil {
			t.Fatal(err)
		}
		u, err = d.FindUser(ctx, id, "ann")
		if err != nil || u.Attributes["email"] != "new@example.com" || u.Attributes["email_verified"] != "" {
			t.Errorf("%+v %v", u, err)
		}
		if _, err := d.FindUser(ctx, id, "ann@example.com"); provider.CodeOf(err) != provider.CodeNotFound {
			t.Errorf("the old address still leads to them: %v", err)
		}
	})
}

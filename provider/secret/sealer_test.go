package secret_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/cognate-idp/cognate/provider/secret"
)

func master(version uint32) secret.MasterKey {
	return secret.MasterKey{Version: version, Key: bytes.Repeat([]byte{byte(version)}, secret.KeySize)}
}

func sealer(t *testing.T, keys ...secret.MasterKey) *secret.Sealer {
	t.Helper()
	s, err := secret.NewSealer(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedValueOpensOnlyInItsRow(t *testing.T) {
	t.Parallel()
	s := sealer(t, master(1))
	at := secret.Row{Table: "factors", Tenant: "us-east-1_AAAAAAAAA", ID: "u1", Column: "seed"}
	sealed := s.Seal(at, []byte("seed"))
	if plain, err := s.Open(at, sealed); err != nil || string(plain) != "seed" {
		t.Fatalf("open: %q, %v", plain, err)
	}
	if bytes.Equal(sealed, s.Seal(at, []byte("seed"))) {
		t.Error("two seals of one value are alike")
	}
	elsewhere := []secret.Row{
		{Table: "keys", Tenant: at.Tenant, ID: at.ID, Column: at.Column},
		{Table: at.Table, Tenant: "us-east-1_BBBBBBBBB", ID: at.ID, Column: at.Column},
		{Table: at.Table, Tenant: at.Tenant, ID: "u2", Column: at.Column},
		{Table: at.Table, Tenant: at.Tenant, ID: at.ID, Column: "name"},
		{Table: at.Table, Tenant: at.Tenant, ID: at.ID + at.Column},
		{Table: at.Table + at.Tenant, ID: at.ID, Column: at.Column},
	}
	for _, row := range elsewhere {
		if _, err := s.Open(row, sealed); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("opened at %+v: %v", row, err)
		}
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := s.Open(at, bad); err == nil {
			t.Errorf("opened with byte %d altered", i)
		}
		if _, err := s.Open(at, sealed[:i]); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("opened with %d bytes: %v", i, err)
		}
	}
}

func TestMasterKeyRotation(t *testing.T) {
	t.Parallel()
	at := secret.Row{Table: "keys", Tenant: "p", ID: "k", Column: "private"}
	old, both, fresh := sealer(t, master(1)), sealer(t, master(2), master(1)), sealer(t, master(2))
	sealed := old.Seal(at, []byte("x"))
	if old.NeedsRewrap(sealed) || !both.NeedsRewrap(sealed) {
		t.Error("NeedsRewrap does not tell the old key from the current one")
	}
	wrapped, err := both.Rewrap(at, sealed)
	if err != nil || both.NeedsRewrap(wrapped) {
		t.Fatalf("rewrap: %v", err)
	}
	if plain, err := fresh.Open(at, wrapped); err != nil || string(plain) != "x" {
		t.Errorf("open after rewrap: %q, %v", plain, err)
	}
	if _, err := fresh.Open(at, sealed); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("open without the old key: %v", err)
	}

	then, _ := old.Derive("refresh")
	now, _ := both.Derive("refresh")
	again, err := both.DeriveFrom(1, "refresh")
	if err != nil || !bytes.Equal(then, again) || bytes.Equal(then, now) {
		t.Errorf("derived keys do not follow their version: %v", err)
	}
	other, _ := both.Derive("codes")
	if bytes.Equal(now, other) || len(now) != secret.KeySize {
		t.Error("derived keys do not follow their purpose")
	}
	if _, err := fresh.DeriveFrom(1, "refresh"); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("derive from a key that is gone: %v", err)
	}
}

func TestMasterKeysAreChecked(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][]secret.MasterKey{
		"none":    nil,
		"short":   {{Version: 1, Key: make([]byte, 16)}},
		"zero":    {{Version: 0, Key: make([]byte, 32)}},
		"doubled": {master(1), master(1)},
	} {
		if _, err := secret.NewSealer(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s, err := secret.NewSealer(master(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(s.Seal(secret.Row{}, []byte("x"))[:40])
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := s.Open(secret.Row{Table: "t"}, sealed); err == nil {
			t.Errorf("forged %q", plain)
		}
	})
}

package main

import (
	"strings"
	"testing"
)

// From the command line an operator says which sites may ask for a pool's passkeys,
// and looks at a user's.
func TestPasskeyCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop")
	s.must("pool", "mfa", pool, "--passkey-origins", "https://app.example.com,https://shop.example.com")
	if out := s.must("pool", "mfa", pool); !strings.Contains(out, "https://app.example.com https://shop.example.com") {
		t.Errorf("%s", out)
	}
	if code, _, errs := s.try("", "pool", "mfa", pool, "--passkey-origins", "app.example.com"); code != exitFailure || !strings.Contains(errs, "is not an origin") {
		t.Errorf("%d %s", code, errs)
	}
	s.must("user", "create", "bob", "--pool", pool, "--no-message")
	if out := s.must("user", "passkeys", "bob", "--pool", pool, "-o", "json"); !strings.Contains(out, `"Credentials": []`) {
		t.Errorf("%s", out)
	}
	if code, _, errs := s.try("", "user", "remove-passkey", "bob", "none", "--pool", pool); code == exitOK || !strings.Contains(errs, "There is no such passkey") {
		t.Errorf("%d %s", code, errs)
	}
}

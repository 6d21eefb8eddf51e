package main

import (
	"strings"
	"testing"
)

// From the command line an operator says which second factors a pool takes, what a
// user has, and helps who has lost theirs.
func TestSecondFactorCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop")
	if out := s.must("pool", "mfa", pool); !strings.Contains(out, "off") || !strings.Contains(out, "passkey totp") {
		t.Errorf("at first:\n%s", out)
	}
	s.must("pool", "mfa", pool, "--mode", "optional", "--factors", "totp,email", "--passkey-verification", "required", "--passkey-nudge")
	s.must("pool", "mfa", pool, "--mode", "on")
	s.must("pool", "update", pool, "--display-name", "The Shop")
	out := s.must("pool", "mfa", pool)
	for _, want := range []string{"on", "email totp", "required", "passkey nudge"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if strings.Contains(out, "sms") {
		t.Errorf("a factor that was not named:\n%s", out)
	}
	if code, _, errs := s.try("", "pool", "mfa", pool, "--factors", "smoke-signals"); code != exitUsage || !strings.Contains(errs, "fix: choose from") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := s.try("", "pool", "mfa", pool, "--factors", ""); code != exitUsage || !strings.Contains(errs, "--factors names nothing") {
		t.Errorf("%d %s", code, errs)
	}

	s.must("user", "create", "bob", "--pool", pool, "--email", "bob@example.com", "--email-verified", "--no-message")
	s.must("user", "set-mfa", "bob", "--pool", pool, "--on", "email", "--preferred", "email")
	if out := s.must("user", "factors", "bob", "--pool", pool); !strings.Contains(out, "EMAIL_OTP") || !strings.Contains(out, "PASSWORD") {
		t.Errorf("%s", out)
	}
	for args, want := range map[string]string{"--on totp": "set up no authenticator app", "--preferred sms": "not on", "": "nothing is to be changed", "--off smoke": "no second factor"} {
		if code, _, errs := s.try("", append([]string{"user", "set-mfa", "bob", "--pool", pool}, strings.Fields(args)...)...); code == exitOK || !strings.Contains(errs, want) {
			t.Errorf("%s: %d %s", args, code, errs)
		}
	}
	if code, _, errs := s.try("", "user", "update", "bob", "--pool", pool, "--email", "b@example.com"); code == exitOK || !strings.Contains(errs, "--email: The address is a second factor") ||
		!strings.Contains(errs, "fix: add --email-verified, or first: cognate user set-mfa bob --off email") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := s.try("alice\n", "user", "reset-factors", "bob", "--pool", pool); code != exitUsage || !strings.Contains(errs, "nothing was deleted") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := s.try("bob\n", "user", "reset-factors", "bob", "--pool", pool); code != exitOK {
		t.Errorf("%s", errs)
	}
	if out := s.must("user", "factors", "bob", "--pool", pool); strings.Contains(out, "second factors") {
		t.Errorf("after the reset:\n%s", out)
	}
	if out := s.must("audit", "list", pool); !strings.Contains(out, "user.factors_reset") {
		t.Errorf("%s", out)
	}
}

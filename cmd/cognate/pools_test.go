package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// Every setting of a pool is reached by a flag, at the beginning and later, shows
// up, and stays when another is changed.
func TestPoolFlags(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	all := []string{
		"--token-profile", "standard", "--display-name", "The Shop", "--self-sign-up", "--self-deletion=false", "--protect", "--terms-url", "https://example.com/terms",
		"--privacy-url", "https://example.com/privacy", "--session-idle", "30m", "--session-max", "24h",
		"--password-length", "12", "--password-require", "lower,number", "--password-history", "4", "--password-max-age", "90", "--temporary-password-days", "2",
		"--allow-common-passwords", "--check-breached-passwords", "--first-factor", "password,email,passkey", "--mfa", "optional",
		"--devices", "ask", "--device-days", "60", "--devices-skip-mfa", "--recovery", "phone,email", "--verify-email", "--verify-phone",
		"--email-link", "--keep-address", "phone",
		"--sms-countries", "se,NO", "--sms-per-number", "3", "--sms-per-prefix", "30", "--sms-per-address", "5", "--sms-daily-budget", "200", "--sms-proof-of-work",
	}
	made := s.value("UserPool.Id", slices.Concat([]string{"pool", "create", "Shop"}, all)...)
	updated := s.value("UserPool.Id", "pool", "create", "Shop", "--alias", "email")
	s.must(slices.Concat([]string{"pool", "update", updated}, all)...)
	for _, id := range []string{made, updated} {
		out := s.must("pool", "show", id)
		for _, line := range []string{
			"display name           The Shop", "self sign-up           yes", "self-deletion          no", "terms                  https://example.com/terms", "first factors          password email passkey",
			"second factor          optional", "devices remembered     ask, for 60 days, without a second factor", "recovery by            phone email",
			"verified at sign-up    email phone_number", "e-mail proved by       link or code", "old address kept       phone", "password length        12", "password needs         lower number",
			"passwords remembered   4", "password age at most   90 days", "temporary password     2 days", "common passwords       taken", "breached passwords     refused",
			"text messages to       NO SE", "texts a day            200; 3 a number, 30 a prefix, 5 an address", "proof of work          yes", "session idle           30m0s", "session at most        24h0m0s", "protected              yes",
		} {
			if !strings.Contains(out, line) {
				t.Errorf("no %q in\n%s", line, out)
			}
		}
	}

	before := settings(t, s, made)
	s.must("pool", "update", made, "--name", "Store")
	if after := settings(t, s, made); after != before {
		t.Errorf("a new name changed more:\n%s\n%s", before, after)
	}
	s.must("pool", "update", made, "--devices", "off", "--keep-address", "none", "--password-require", "none", "--mfa", "off", "--verify-phone=false", "--recovery", "admin", "--sms-countries", "")
	out := s.must("pool", "show", made)
	for _, line := range []string{"devices remembered     off", "recovery by            admin", "second factor          off", "verified at sign-up    email\n", "text messages          none"} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
	if strings.Contains(out, "password needs") || strings.Contains(out, "old address kept") {
		t.Errorf("%s", out)
	}

	s.must("pool", "update", made, "--sms-countries", "SE")
	s.must("pool", "mfa", made, "--mode", "on", "--factors", "sms")
	for args, fix := range map[string]string{
		"pool update " + made + " --sms-countries=":     "error: --mfa: Who signs in by PASSWORD could never bring a second factor: no text is sent while --sms-countries lists no country",
		"pool create x --mfa sometimes":                 "fix: use off, optional, on",
		"pool create x --first-factor fax":              "fix: use password, email, sms, passkey",
		"pool update " + made + " --first-factor=":      "fix: use password, email, sms, passkey",
		"pool update " + made + " --recovery=":          "fix: use email, phone, admin",
		"pool create x --temporary-password-days 0":     "error: --temporary-password-days: from 1 to 365",
		"pool create x --temporary-password-days 366":   "error: --temporary-password-days: at most 365",
		"pool create x --devices never":                 "fix: use off, always or ask",
		"pool create x --device-days 3":                 "fix: add --devices",
		"pool create x --recovery phone --self-sign-up": "Add --verify-phone",
		"pool update " + made + " --recovery carrier":   "fix: use email, phone, admin",
	} {
		if code, _, errs := s.try("", strings.Fields(args)...); code == exitOK || !strings.Contains(errs, fix) {
			t.Errorf("%s: %d %s", args, code, errs)
		}
	}
}

// Whether case matters is said when the pool is made, and shown.
func TestCaseSensitivePools(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop", "--case-sensitive")
	for id, want := range map[string]string{pool: "case sensitive         yes", s.demoPool(): "case sensitive         no"} {
		if out := s.must("pool", "show", id); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	for _, name := range []string{"ann", "Ann"} {
		s.must("user", "create", name, "--pool", pool, "--no-invite")
	}
	s.must("pool", "update", pool, "--name", "Store")
	if code, _, _ := s.try("", "user", "show", "ANN", "--pool", pool); code != exitNotFound {
		t.Errorf("ANN is found: exit %d", code)
	}
}

// A group's precedence is set, stays when something else is changed, and is taken away.
func TestGroupPrecedence(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for _, step := range [][2]string{
		{"group create staff --precedence 0", "precedence 0"}, {"group update staff --description Staff", "precedence 0"},
		{"group update staff --precedence none", ""}, {"group update staff --precedence 7", "precedence 7"},
	} {
		if out := strings.Join(strings.Fields(s.must(strings.Fields(step[0])...)), " "); step[1] != "" && !strings.Contains(out, step[1]) || step[1] == "" && strings.Contains(out, "precedence") {
			t.Errorf("%s:\n%s", step[0], out)
		}
	}
	if code, _, errs := s.try("", "group", "update", "staff", "--precedence", "first"); code != exitUsage || !strings.Contains(errs, "fix: write one such as 1, or none") {
		t.Errorf("%d %s", code, errs)
	}
}

// settings are a pool's, without its name and when it was changed.
func settings(t *testing.T, s *shell, id string) string {
	t.Helper()
	var v struct{ UserPool map[string]any }
	if err := json.Unmarshal([]byte(s.must("pool", "show", id, "-o", "json")), &v); err != nil {
		t.Fatal(err)
	}
	delete(v.UserPool, "Name")
	delete(v.UserPool, "LastModifiedDate")
	b, err := json.Marshal(v.UserPool)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/web/api"
)

// A user is made with all that is known of them, invited, invited again, changed and
// watched, from the command line alone.
func TestUserCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop", "--alias", "email")
	in := func(args ...string) []string { return append(args, "--pool", pool) }

	s.must(in("user", "create", "bob", "--email", "bob@example.com", "--phone", "+14155550100", "--phone-verified", "--attribute", "name=Bob", "--no-invite")...)
	out := s.must(in("user", "show", "bob")...)
	for _, line := range []string{"FORCE_CHANGE_PASSWORD", "temporary password      works until 2", "+14155550100", "phone_number_verified   true", "email_verified          false", "Bob"} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
	if out := s.must(in("user", "resend-invite", "bob", "--deliver", "email")...); !strings.Contains(out, "is on its way to bob@example.com") {
		t.Errorf("%s", out)
	}
	code, _, errs := s.try("a-long-Passw0rd!\n", in("user", "create", "eve", "--email", "eve@example.com", "--password-stdin")...)
	if code != exitOK || !strings.Contains(errs, "is on its way to eve@example.com") {
		t.Errorf("%d %s", code, errs)
	}

	s.must(in("user", "update", "bob", "--email", "robert@example.com", "--email-verified", "--remove", "name")...)
	out = s.must(in("user", "show", "robert@example.com")...)
	if !strings.Contains(out, "email_verified          true") || strings.Contains(out, "Bob\n") {
		t.Errorf("%s", out)
	}
	if got := s.must(in("user", "events", "bob")...); !strings.Contains(got, "OUTCOME") {
		t.Errorf("%s", got)
	}

	if code, _, errs := s.try("a-long-Passw0rd!\n", in("user", "set-password", "bob")...); code != exitOK {
		t.Error(errs)
	}
	if out = s.must(in("user", "show", "bob")...); strings.Contains(out, "temporary password") {
		t.Errorf("one that stays ends:\n%s", out)
	}
	ended := untilWhen(api.Timestamp(1), time.UnixMicro(2), "bob")
	if !strings.HasPrefix(ended, "ended 1970") || !strings.HasSuffix(ended, "cognate user resend-invite bob") {
		t.Error(ended)
	}
	client := s.value("UserPoolClient.ClientId", in("client", "create", "web", "--callback", "https://app.example.com/cb")...)
	r, err := readDevJSON(devJSONPath(s.data))
	if err != nil {
		t.Fatal(err)
	}
	s.must("pool", "update", pool, "--self-sign-up")
	_, err = r.call(t.Context(), api.UserPools, "SignUp", api.SignUpRequest{ClientID: client, Username: "newcomer", Password: "a-long-Passw0rd!"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.call(t.Context(), api.UserPools, "SignUp", api.SignUpRequest{ClientID: client, Username: "reachable", Password: "a-long-Passw0rd!",
		UserAttributes: []api.AttributeType{{Name: "email", Value: "reachable@example.com"}}})
	if err != nil {
		t.Fatal(err)
	}
	if out := s.must(in("user", "resend-code", "reachable")...); !strings.Contains(out, "r***@e***") {
		t.Errorf("%s", out)
	}
	for args, want := range map[string]string{
		"user reset-password newcomer":        "cognate user confirm newcomer",
		"user resend-code newcomer":           "Confirm the user without a code",
		"user resend-code bob":                "needs no code",
		"user resend-invite bob":              "needs no invitation",
		"user create x --deliver pigeon":      "fix: use email, sms",
		"user create x --attribute shoe=44":   "shoe",
		"user create x --phone 12":            "--phone: ",
		"client create x --auth-flow carrier": "fix: use user, srp, password",
		"client create x --sign-in-minutes 60 --callback https://app.example.com/cb": "--sign-in-minutes: at most 15",
	} {
		if code, _, errs := s.try("", in(strings.Fields(args)...)...); code == exitOK || !strings.Contains(strings.ToLower(errs), strings.ToLower(want)) {
			t.Errorf("%s: %d %s", args, code, errs)
		}
	}
	client = s.value("UserPoolClient.ClientId", in("client", "create", "web", "--callback", "https://app.example.com/cb", "--auth-flow", "user,custom,refresh", "--reveal-unknown-users", "--sign-in-minutes", "5")...)
	s.must(in("client", "update", client, "--name", "site")...)
	out = s.must(in("client", "show", client)...)
	for _, line := range []string{"user custom refresh", "unknown users     told", "sign-in minutes   5"} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
}

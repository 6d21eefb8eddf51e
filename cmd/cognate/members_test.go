package main

import (
	"strings"
	"testing"
)

// A refusal speaks of what was typed: the flag, and how its value is written.
func TestRefusalsNameTheFlag(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.demoPool()
	for args, want := range map[string]string{
		"pool update POOL --terms-url example.com/terms":            "error: --terms-url: write an address such as https://example.com/terms",
		"attribute add x --type Bool":                               "fix: use String, Number, DateTime, Boolean",
		"attribute add x --max-length abc":                          "error: custom:x: --max-length is a whole number from 0 to 2048",
		"attribute add x --type Number --min 40 --max 4":            "error: custom:x: --min is above --max, so no value could be set",
		"attribute add x --type Boolean --min 1":                    "error: custom:x: Only a Number has a least and a greatest value; the attribute is a Boolean",
		"attribute add x --type Number --max-length 2":              "error: custom:x: Only a String has a length; the attribute is a Number",
		"pool update POOL --password-length 4":                      "error: --password-length: at least 6",
		"pool update POOL --default-region Germany":                 "error: --default-region: write two letters of a country, such as DE (",
		"pool update POOL --sms-countries Germany":                  "error: --sms-countries: write two letters for each country, such as SE,NO (",
		"pool update POOL --sms-countries SE,XX":                    `error: --sms-countries: "XX" is no country`,
		"pool mfa POOL --passkey-authenticators xyz":                "error: --passkey-authenticators: write an AAGUID such as ",
		"group create with\u00a0space":                              "error: the group's name: write without spaces",
		"attribute add with\u00a0space":                             "error: the attribute's name: write without spaces",
		"attribute add " + strings.Repeat("a", 21):                  "error: the attribute's name: at most 20 characters",
		"message show sign_in --locale s.v":                         "error: --locale: write a language such as sv or pt-BR",
		"user forget-device alice foo":                              "error: the device: write the key that cognate user devices lists",
		"group create " + strings.Repeat("a", 129):                  "error: the group's name: at most 128 characters",
		"user list --limit -1":                                      `error: --limit: "-1" is not a whole number, 0 or more`,
		"pool update POOL --self-sign-up=maybe":                     `error: --self-sign-up: "maybe" is not true or false`,
		"audit list --pool POOL":                                    "fix: name the pool as an argument: cognate audit list POOL",
		"user list --filter shoe=\"44\"":                            `They can by username, sub, email, phone_number, `,
		"user set-mfa alice --on sms":                               "SMS_MFA cannot be turned on: the user has no phone_number.",
		"pool update POOL --session-idle 10s":                       "error: --session-idle: at least 60 seconds",
		"pool mfa POOL --mode required":                             "fix: use off, optional, on",
		"pool mfa POOL --mode on --factors sms":                     "error: --mode: Who signs in by PASSWORD could never bring a second factor: no text is sent while cognate pool update --sms-countries lists no country",
		"pool update POOL --first-factor sms":                       "error: --first-factor: Nobody could sign in for the first time: no text is sent while --sms-countries lists no country",
		"pool mfa POOL --passkey-verification maybe":                "error: --passkey-verification: use one of required, preferred",
		"pool update POOL --recovery phone --self-sign-up":          "Add --verify-phone, or recover by email too, or by admin",
		"client create x --callback https://a/ --sign-in-minutes 1": "error: --sign-in-minutes: at least 3",
		"operator grant alice boss":                                 "error: the role: use one of owner, admin, support, auditor",
		"message test +14155550100":                                 "Allow it with cognate pool update --sms-countries",
		"pool mfa POOL --passkey-domain other.com":                  "error: --passkey-domain: The pages are at localhost, which is not other.com",
	} {
		fields := strings.FieldsFunc(strings.ReplaceAll(args, "POOL", pool), func(r rune) bool { return r == ' ' })
		for i := range fields {
			fields[i] = strings.ReplaceAll(fields[i], "\u00a0", " ")
		}
		if code, _, errs := s.try("", fields...); code == exitOK || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d: %s", args, code, errs)
		}
	}
	for _, args := range [][]string{{"group", "create", ""}, {"pool", "create", ""}, {"client", "create", ""}, {"user", "create", ""}} {
		if code, _, errs := s.try("", args...); code == exitOK || !strings.Contains(errs, "'s name: it must not be empty (") && !strings.Contains(errs, "the username: it must not be empty (") {
			t.Errorf("%v: exit %d: %s", args, code, errs)
		}
	}
	if code, _, errs := s.try("", "user", "search", ""); code == exitOK || !strings.Contains(errs, "error: the text to look for: it must not be empty") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// What another has cannot be had; there is nothing to update instead.
func TestTakenNamesSayWhatToDo(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop", "--alias", "preferred_username,phone_number")
	in := func(args string) []string { return append(strings.Fields(args), "--pool", pool) }
	s.must(in("user create ann --attribute preferred_username=neo --no-invite")...)
	s.must(in("user create bob --no-invite --phone +4917012345678 --email bob@example.com --email-verified")...)
	for args, wants := range map[string][]string{
		"user update bob --attribute preferred_username=neo": {"e-mail address, phone number or preferred username", "fix: give another, or see who has it with: cognate user search"},
		"user set-mfa bob --on sms":                          {"the user's phone_number is not verified", "fix: if it is theirs: cognate user update bob --phone NUMBER --phone-verified"},
		"user set-mfa ann --on email":                        {"the user has no email", "fix: if it is theirs: cognate user update ann --email ADDRESS --email-verified"},
	} {
		code, _, errs := s.try("", in(args)...)
		for _, want := range wants {
			if code == exitOK || !strings.Contains(errs, want) {
				t.Errorf("%s: exit %d: %s", args, code, errs)
			}
		}
	}
	if code, _, errs := s.try("", in("user set-mfa bob --on email")...); code != exitOK || !strings.Contains(errs, "The pool does not take email as a second factor") {
		t.Errorf("exit %d: %s", code, errs)
	}
	for hash, want := range map[string]string{
		"$md5$x": "these are: $argon2id$ and $argon2i$, $2a$", "$2b$19$pFqY./FXc0fOWy8DoZObke3Me..UW3zKOK3s85pZ5ajORpt2rvDTK": "a cost of 14 of bcrypt",
	} {
		if code, _, errs := s.try(hash+"\n", in("user set-password-hash bob")...); code == exitOK || !strings.Contains(errs, want) {
			t.Errorf("%s: exit %d: %s", hash, code, errs)
		}
	}
}

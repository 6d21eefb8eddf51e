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
	if code, _, errs := s.try("", "user", "search", ""); code == exitOK || !strings.Contains(errs, "error: the text to look for: at least 1 characters") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

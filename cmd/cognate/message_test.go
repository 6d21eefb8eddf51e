package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An operator is told that a message did not go, and why.
func TestMessagesThatDoNotGo(t *testing.T) {
	t.Parallel()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := portOf(dead)
	dead.Close() // nobody answers there any more
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "smtp_host: 127.0.0.1\nsmtp_port: %d\nsmtp_tls: none\nsmtp_from: no-reply@example.com\n", port), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, "--config", config)
	s.must("pool", "update", s.demoPool(), "--sms-countries", "DE,SE")
	for _, c := range []struct {
		args string
		code int
		errs string
	}{
		{"message test ann@example.com", exitFailure, "error: The test was not taken: reach the mail server: "},
		{"message test foo", exitUsage, `error: "foo" is no e-mail address and no phone number`},
		{"message test foo@", exitFailure, "It is no e-mail address"},
		{"message test +14155550100", exitFailure, "--sms-countries"},
		{"user create deb --phone +14155550100 --deliver sms", exitFailure, "--sms-countries"},
		{"user create deb --phone +4930901820", exitFailure, "it is no mobile number"},
		{"user show deb", exitNotFound, ""},
	} {
		code, out, errs := s.try("", strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.errs) || strings.Contains(out, "sent") {
			t.Errorf("%s: exit %d, want %d: %s%s", c.args, code, c.code, out, errs)
		}
	}
}

func TestMessageCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop")
	file := filepath.Join(t.TempDir(), "words.html")
	if err := os.WriteFile(file, []byte("<p>Din kod är <b>{####}</b></p>\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("message", "set", "sign_in", "--pool", pool, "--locale", "sv", "--subject", "Din kod", "--html", "@"+file, "--sms", "Kod: {####}")
	for command, wants := range map[string][]string{
		"list":                          {"sign_in", "{username} {####}", "sv", "new_device"},
		"show sign_in --locale sv":      {"<p>Din kod är <b>{####}</b></p>", "Kod: {####}"},
		"preview sign_in --locale sv":   {"subject   Din kod", "Din kod är 123456"},
		"preview sign_in --channel sms": {"123456 is your Shop sign-in code", "texts   1"},
		"test ann@example.com":          {"The test for ann@example.com was taken; what has no way out, a development server keeps at http://localhost:"},
	} {
		out := s.must(append(append([]string{"message"}, strings.Fields(command)...), "--pool", pool)...)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", command, want, out)
			}
		}
	}
	if code, _, errs := s.try("", "message", "delete", "sign_in", "--pool", pool, "--locale", "sv"); code != exitUsage || !strings.Contains(errs, "nothing was deleted") {
		t.Errorf("a delete that nobody confirmed: %d %s", code, errs)
	}
	s.must("message", "delete", "sign_in", "--pool", pool, "--locale", "sv", "--yes")
	code, out, errs := s.try("", "message", "show", "sign_in", "--pool", pool)
	if code != exitOK || !strings.Contains(out, "Enter this code to sign in to Shop:") || !strings.Contains(errs, "no words of its own") {
		t.Errorf("the standard words: %d %s%s", code, out, errs)
	}
	if code, _, _ := s.try("", "message", "show", "birthday", "--pool", pool); code == exitOK {
		t.Error("there are words for a kind that is not there")
	}
	if out := s.must("message", "preview", "sign_in", "--pool", pool, "--locale", "sv"); !strings.Contains(out, "Enter this code to sign in to Shop:") {
		t.Errorf("after the words are gone:\n%s", out)
	}
}

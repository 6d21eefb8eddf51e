package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
		"test ann@example.com":          {"on its way to ann@example.com"},
	} {
		out := s.must(append(append([]string{"message"}, strings.Fields(command)...), "--pool", pool)...)
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", command, want, out)
			}
		}
	}
	s.must("message", "delete", "sign_in", "--pool", pool, "--locale", "sv")
	if out := s.must("message", "preview", "sign_in", "--pool", pool, "--locale", "sv"); !strings.Contains(out, "Enter this code to sign in to Shop:") {
		t.Errorf("after the words are gone:\n%s", out)
	}
}

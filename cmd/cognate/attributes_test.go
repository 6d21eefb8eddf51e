package main

import (
	"strings"
	"testing"
)

// A pool's schema is changed, and its users are found, from the command line.
func TestAttributeCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop", "--default-region", "DE")
	in := func(args ...string) []string { return append(args, "--pool", pool) }
	line := func(name string) string {
		for l := range strings.Lines(s.must(in("attribute", "list")...)) {
			if f := strings.Fields(l); len(f) > 0 && f[0] == name {
				return strings.Join(f[1:], " ")
			}
		}
		return ""
	}
	want := func(name, says string) {
		t.Helper()
		if got := line(name); got != says {
			t.Errorf("%s is listed as %q, not %q", name, got, says)
		}
	}
	s.must(in("attribute", "add", "bikes", "--type", "Number", "--min", "0", "--max", "40")...)
	s.must(in("attribute", "add", "custom:team", "--max-length", "8", "--mutable=false")...)
	want("custom:bikes", "Number no yes 0 to 40 no")
	want("custom:team", "String no no to 8 characters no")
	s.must(in("attribute", "update", "custom:bikes", "--max", "none")...)
	s.must(in("attribute", "update", "custom:team", "--max-length", "20", "--mutable")...)
	s.must(in("attribute", "require", "given_name")...)
	want("custom:bikes", "Number no yes from 0 no")
	want("custom:team", "String no yes to 20 characters no")
	want("given_name", "String yes yes 0 to 2048 characters no")
	s.must(in("attribute", "relax", "given_name")...)
	want("given_name", "String no yes 0 to 2048 characters no")
	s.must(in("attribute", "retire", "custom:team")...)
	want("custom:team", "String no yes to 20 characters yes")
	s.must(in("attribute", "restore", "custom:team")...)
	want("custom:team", "String no yes to 20 characters no")
	if code, _, errs := s.try("", in("attribute", "require", "team")...); code != exitNotFound || !strings.Contains(errs, "custom:team") {
		t.Errorf("%d %s", code, errs)
	}
	if code, _, errs := s.try("", in("attribute", "retire", "email")...); code != exitFailure || !strings.Contains(errs, "Codes are sent there") {
		t.Errorf("%d %s", code, errs)
	}

	client := s.value("UserPoolClient.ClientId", in("client", "create", "web", "--callback", "https://app.example.com/cb", "--read-attributes", "email,custom:team", "--write-attributes", "given_name")...)
	s.must(in("client", "update", client, "--name", "site")...)
	if out := s.must(in("client", "show", client)...); !strings.Contains(out, "email custom:team") || !strings.Contains(out, "given_name") {
		t.Errorf("%s", out)
	}

	s.must(in("user", "create", "ann", "--attribute", "phone_number=030 90 18 20", "--attribute", "family_name=Ågren", "--no-message")...)
	for _, text := range []string{"ÅGREN", "an", "+49 30 901820", "030/901820"} {
		if out := s.must(in("user", "search", text)...); !strings.Contains(out, "ann") {
			t.Errorf("%s finds %s", text, out)
		}
	}
	if out := s.must(in("user", "search", "nobody")...); strings.Contains(out, "ann") {
		t.Errorf("%s", out)
	}
}

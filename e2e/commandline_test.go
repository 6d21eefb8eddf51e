package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// TestCommandLine administers a server by the command line, as an operator at a
// terminal does.
func TestCommandLine(t *testing.T) {
	slow(t)
	p := start(t)
	must := func(args ...string) string {
		t.Helper()
		out, err := command(t, p, args...)
		if err != nil {
			t.Fatalf("cognate %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return out
	}
	parsed := func(args ...string) any {
		t.Helper()
		var v any
		out := must(append(args, "-o", "json")...)
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatalf("cognate %s -o json: %v\n%s", strings.Join(args, " "), err, out)
		}
		return v
	}

	must("user", "create", "bob", "--email", "bob@example.com", "--no-message")
	if out := must("user", "list"); !strings.Contains(out, "bob") || !strings.Contains(out, "alice") {
		t.Errorf("user list:\n%s", out)
	}
	parsed("user", "show", "bob")
	parsed("user", "list")
	must("group", "create", "night-shift")
	must("group", "show", "night-shift")
	for _, noun := range []string{"pool", "client", "group", "resource-server", "idp", "identity-pool", "role", "operator"} {
		parsed(noun, "list")
	}
	parsed("keys", "list", p.Dev.UserPoolID)

	// A client made here signs users in there, and keys rotate under it.
	f := flow(t, p, p.Dev.Clients.Public)
	before, err := alice(p).SignIn(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	must("keys", "rotate", p.Dev.UserPoolID)
	after, err := alice(p).SignIn(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	info := discover(t, p.Dev.Issuer).UserInfo
	for _, token := range []string{before.Access, after.Access} {
		var who map[string]any
		getJSON(t, info, token, &who)
	}
	if kid(t, before.Access) == kid(t, after.Access) {
		t.Error("the key is the same after its rotation")
	}

	// Failures are told apart by their exit codes and say what to do.
	for _, test := range []struct {
		args []string
		code int
	}{
		{[]string{"user", "show", "nobody"}, 3},
		{[]string{"user", "show"}, 2},
		{[]string{"user", "list", "--no-such-flag"}, 2},
		{[]string{"pool", "list", "--endpoint", "http://localhost:1"}, 5},
	} {
		out, err := command(t, p, test.args...)
		if code := exitCode(err); code != test.code {
			t.Errorf("cognate %s: exit code %d, want %d\n%s", strings.Join(test.args, " "), code, test.code, out)
		}
		if !strings.Contains(out, "fix:") {
			t.Errorf("cognate %s does not say what to do:\n%s", strings.Join(test.args, " "), out)
		}
	}
	must("user", "delete", "bob", "--yes")
	if out, err := command(t, p, "user", "show", "bob"); exitCode(err) != 3 {
		t.Errorf("bob is still there:\n%s", out)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if out := must("completion", shell); len(out) < 100 {
			t.Errorf("completion for %s: %q", shell, out)
		}
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// kid reads the key id from a JWT's header.
func kid(t *testing.T, token string) string {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	var header struct {
		KeyID string `json:"kid"`
	}
	if err := json.Unmarshal(b, &header); err != nil {
		t.Fatal(err)
	}
	return header.KeyID
}

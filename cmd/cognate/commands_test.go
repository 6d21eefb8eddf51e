package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shell runs command lines against one development server.
type shell struct {
	t    *testing.T
	data string
}

// startServer runs serve --dev in this process and waits for its dev.json.
func startServer(t *testing.T, flags ...string) *shell {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int)
	var log bytes.Buffer
	go func() {
		args := append([]string{"serve", "--dev", "--data", data, "--listen", "127.0.0.1:0"}, flags...)
		done <- run(ctx, args, strings.NewReader(""), io.Discard, &log)
	}()
	t.Cleanup(func() { stop(); <-done })
	for {
		if _, err := os.Stat(devJSONPath(data)); err == nil {
			return &shell{t, data}
		}
		select {
		case code := <-done:
			t.Fatalf("the server ended with %d: %s", code, log.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// demoPool is the id of the pool that commands are about unless told otherwise.
func (s *shell) demoPool() string {
	s.t.Helper()
	r, err := readDevJSON(devJSONPath(s.data))
	if err != nil {
		s.t.Fatal(err)
	}
	return r.UserPool
}

// try runs a command line and answers what it did.
func (s *shell) try(input string, args ...string) (code int, out, errs string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = run(s.t.Context(), append(args, "--data", s.data), strings.NewReader(input), &o, &e)
	return code, o.String(), e.String()
}

// must is try for what has to succeed.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	code, out, errs := s.try("", args...)
	if code != exitOK {
		s.t.Fatalf("%v: exit %d: %s", args, code, errs)
	}
	return out
}

// value reads one member of what -o json printed, by a path such as User.Username.
func (s *shell) value(path string, args ...string) string {
	s.t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s.must(append(args, "-o", "json")...)), &v); err != nil {
		s.t.Fatal(err)
	}
	for part := range strings.SplitSeq(path, ".") {
		if part == "0" {
			v = v.([]any)[0]
		} else {
			v = v.(map[string]any)[part]
		}
	}
	text, _ := v.(string)
	return text
}

func TestCommands(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	pool := s.value("UserPool.Id", "pool", "create", "Shop", "--alias", "email", "--password-length", "12")
	s.must("pool", "update", pool, "--display-name", "The Shop", "--protect")
	if out := s.must("pool", "show", pool); !strings.Contains(out, "The Shop") || !strings.Contains(out, "12") {
		t.Errorf("an update lost or forgot something:\n%s", out)
	}
	if code, _, errs := s.try("", "pool", "delete", pool, "--yes"); code != exitFailure || !strings.Contains(errs, "protected") || !strings.Contains(errs, "fix: lift the protection with: cognate pool update "+pool+" --protect=false") {
		t.Errorf("%d %s", code, errs)
	}

	s.must("resource-server", "create", "https://api.example.com", "--pool", pool, "--scope", "read=Read things")
	job := s.value("UserPoolClient.ClientId", "client", "create", "job", "--pool", pool, "--type", "machine", "--scope", "https://api.example.com/read")
	web := s.value("UserPoolClient.ClientId", "client", "create", "web", "--pool", pool, "--callback", "https://app.example.com/cb", "--refresh-token-minutes", "120")
	s.must("client", "update", web, "--pool", pool, "--name", "site", "--consent")
	if out := s.must("client", "show", web, "--pool", pool); !strings.Contains(out, "https://app.example.com/cb") || !strings.Contains(out, "site") {
		t.Errorf("an update lost the rest:\n%s", out)
	}
	if secret := s.value("ClientSecretDescriptor.ClientSecretId", "client", "add-secret", job, "--pool", pool); !strings.Contains(s.must("client", "list-secrets", job, "--pool", pool), secret) {
		t.Error("the new secret is not listed")
	}

	if out := s.must("client", "list", "--pool", pool); !strings.Contains(out, "machine") || !strings.Contains(out, "public") {
		t.Errorf("%s", out)
	}
	if out := s.must("operator", "list"); !strings.Contains(out, demoOperator) || !strings.Contains(out, "owner") {
		t.Errorf("%s", out)
	}

	s.must("group", "create", "staff", "--pool", pool, "--precedence", "1")
	s.must("user", "create", "bob", "--pool", pool, "--email", "bob@example.com", "--email-verified", "--no-message")
	if code, _, errs := s.try("correct horse 1 B!\n", "user", "set-password", "bob@example.com", "--pool", pool); code == exitOK || !strings.Contains(errs, "password") {
		t.Errorf("white space in a password: %d %s", code, errs)
	}
	if code, _, errs := s.try("correct-horse-1B!\n", "user", "set-password", "bob@example.com", "--pool", pool); code != exitOK {
		t.Error(errs)
	}
	if code, _, errs := s.try("md5:5f4dcc3b5aa765d61d8327deb882cf99\n", "user", "set-password-hash", "bob", "--pool", pool); code == exitOK || !strings.Contains(errs, "its form is not known") {
		t.Errorf("a hash that nobody understands: %d %s", code, errs)
	}
	if code, _, errs := s.try("$2b$05$5mVsUj2zZW1xpv1VwWBzEe6jX1lF0WA3UoaXBvekGKtlpD1UkuQty\n", "user", "set-password-hash", "bob", "--pool", pool); code != exitOK {
		t.Error(errs)
	}
	s.must("user", "add-to-group", "bob", "staff", "--pool", pool)
	s.must("user", "disable", "bob", "--pool", pool)
	s.must("user", "update", "bob", "--pool", pool, "--attribute", "name=Bob", "--remove", "email")
	out := s.must("group", "users", "staff", "--pool", pool)
	if !strings.Contains(out, "CONFIRMED") || !strings.Contains(out, "no") || strings.Contains(out, "bob@example.com") {
		t.Errorf("%s", out)
	}
	if got := s.value("Users.0.Username", "user", "list", "--pool", pool, "--filter", `name = "Bob"`); got != "bob" {
		t.Errorf("found %q", got)
	}

	s.must("idp", "create", "corp", "--pool", pool, "--detail", "client_id=x", "--detail", "oidc_issuer=https://idp.example.com", "--detail", "authorize_scopes=openid", "--map", "email=mail")
	s.must("idp", "update", "corp", "--pool", pool, "--identifier", "example.com")
	if out := s.must("idp", "show", "corp", "--pool", pool); !strings.Contains(out, "mail") || !strings.Contains(out, "https://idp.example.com") {
		t.Errorf("%s", out)
	}

	ipool := s.value("IdentityPoolId", "identity-pool", "create", "Shop", "--guests", "--client", pool+"/"+web)
	policy := filepath.Join(t.TempDir(), "guest.cedar")
	if err := os.WriteFile(policy, []byte("permit (principal, action, resource) when { resource in principal };"), 0o600); err != nil {
		t.Fatal(err)
	}
	role := s.value("Role.Arn", "role", "create", "guest", "--identity-pool", ipool, "--policy-file", policy)
	s.must("identity-pool", "set-roles", ipool, "--guest", role)
	s.must("identity-pool", "set-roles", ipool, "--authenticated", role)
	if out := s.must("identity-pool", "roles", ipool); strings.Count(out, role) != 2 {
		t.Errorf("%s", out)
	}
	before := s.value("Keys.0.KeyId", "keys", "list", ipool)
	s.must("keys", "rotate", ipool)
	if out := s.must("keys", "list", ipool); !strings.Contains(out, before) || !strings.Contains(out, "retired") {
		t.Errorf("%s", out)
	}
	for _, event := range []string{"pool.create", "client.update", "user.set_password", "group.add_user"} {
		if !strings.Contains(s.must("audit", "list", pool), event) {
			t.Errorf("no %s in the trail", event)
		}
	}
	doomed := s.value("UserPool.Id", "pool", "create", "Doomed")
	if code, _, errs := s.try(doomed+"\n", "pool", "delete", doomed); code != exitOK {
		t.Errorf("its id does not confirm a deletion: %s", errs)
	}
	if out := s.must("operator", "whoami"); !strings.Contains(out, "owner") {
		t.Errorf("%s", out)
	}
}

// What goes wrong is told by an exit code and mended by a fix.
func TestExitCodes(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	stranger := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	for _, c := range []struct {
		input string
		args  string
		code  int
		errs  string
	}{
		{"", "user show nobody", exitNotFound, "fix: see what is there"},
		{"", "pool show us-east-1_nothing00", exitNotFound, "fix:"},
		{"", "user show", exitUsage, "fix: write it as: cognate user show USER"},
		{"", "user list --bogus", exitUsage, "fix:"},
		{"", "user list -o yaml", exitUsage, "fix: use -o table or -o json"},
		{"", "user update alice", exitUsage, "fix:"},
		{"", "user update alice --attribute name", exitUsage, "fix: write it as name=value"},
		{"", "client create x --type robot", exitUsage, "fix:"},
		{"", "user delete alice", exitUsage, "nothing was deleted"},
		{"bob\n", "user delete alice", exitUsage, "nothing was deleted"},
		{"", "user set-password alice", exitUsage, "fix: pipe it in"},
		{"", "group create editors", exitFailure, "fix: choose another name"},
		{"", "pool list --endpoint http://127.0.0.1:1", exitUnreachable, "fix: is the server running?"},
		{"", "pool list --endpoint " + stranger.URL, exitUnreachable, "not as a Cognate server"},
		{"", "pool list --profile none", exitUsage, "fix:"},
		{"", "pool list --dev-json /nowhere/dev.json", exitUsage, "fix:"},
		{"", "nothing", exitUsage, "fix:"},
		{"", "pool show x", exitUsage, "fix: it looks like us-east-1_"},
		{"", "identity-pool show x", exitUsage, "fix: it looks like us-east-1:"},
		{"", "keys list x", exitUsage, "cognate pool list, cognate identity-pool list"},
		{"", "client show a.b", exitUsage, "that is no app client's id"},
		{"", "client update x", exitUsage, "nothing is to be changed"},
		{"", "group update editors", exitUsage, "nothing is to be changed"},
		{"", "user create carol --email carol@example.com", exitOK, "is on its way to carol@example.com; this development server keeps the e-mail at http://localhost:"},
		{"", "user create dan", exitOK, "Set one with: cognate user set-password dan"},
		{"a-long-Passw0rd!\n", "user create erin --no-message --email erin@example.com --password-stdin", exitOK, "the one that you gave"},
		{"alice\n", "user delete alice", exitOK, "Type its name"},
	} {
		code, _, errs := s.try(c.input, strings.Fields(c.args)...)
		if strings.Contains(errs, "regular expression") {
			t.Errorf("%s: %s", c.args, errs)
		}
		if code != c.code || !strings.Contains(errs, c.errs) {
			t.Errorf("%s: exit %d, want %d: %s", c.args, code, c.code, errs)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"version", "--version"} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), []string{arg}, strings.NewReader(""), &out, &errs); code != exitOK || out.String() != "cognate "+versionText()+"\n" {
			t.Errorf("%s: %d %q %s", arg, code, out.String(), errs.String())
		}
	}
}

// An operator's words are data and never steer the terminal.
func TestPrintable(t *testing.T) {
	t.Parallel()
	if got := printable("a\x1b[31mb\u009bc\nd"); got != "a [31mb c d" {
		t.Errorf("%q", got)
	}
}

// Without a profile file there are no profiles, and naming one tells how to make
// it. A key that nothing reads is refused.
func TestProfileFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("HOME", dir)
	path, err := profilePath()
	if err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (int, string) {
		var o, e bytes.Buffer
		return run(t.Context(), args, strings.NewReader(""), &o, &e), e.String()
	}
	if code, errs := command("profile", "list"); code != exitOK {
		t.Error(code, errs)
	}
	if code, errs := command("pool", "list", "--profile", "foo"); code != exitUsage || !strings.Contains(errs, path) || !strings.Contains(errs, "fix: create that file with: profiles: {foo:") {
		t.Error(code, errs)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{
		"profiles: {a.b: {endpoint: https://id.example.com}}": exitOK,
		"profiles: {}": exitOK,
		"profiles: {a.b: {endpoints: https://id.example.com}}":       exitUsage,
		"profiles: {a.b: {endpoint: {url: https://id.example.com}}}": exitUsage,
		"profile: {a.b: {endpoint: https://id.example.com}}":         exitUsage,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, errs := command("profile", "list"); code != want {
			t.Errorf("%s: exit %d, want %d: %s", text, code, want, errs)
		}
	}
}

func TestWhichServer(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("HOME", dir)
	path, err := profilePath()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	file := "profiles:\n  default: {endpoint: https://default.example, access_key_id: AKIADEFAULT, secret_access_key: s}\n" +
		"  eu.prod: {endpoint: https://eu.example, access_key_id: AKIAEU, secret_access_key: s, user_pool_id: eu-west-1_x}\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	dev := `{"base_url": "http://localhost:1", "user_pool_id": "us-east-1_dev", "operator": {"access_key_id": "AKIADEV", "secret_access_key": "s"}}`
	if err := os.WriteFile(devJSONPath(data), []byte(dev), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		flags         target
		env           map[string]string
		endpoint, key string
	}{
		"dev.json of the folder": {target{data: data}, nil, "http://localhost:1", "AKIADEV"},
		"the default profile":    {target{data: dir}, nil, "https://default.example", "AKIADEFAULT"},
		"a named profile":        {target{data: data, profile: "eu.prod"}, nil, "https://eu.example", "AKIAEU"},
		"a profile by variable":  {target{data: data}, map[string]string{"COGNATE_PROFILE": "eu.prod"}, "https://eu.example", "AKIAEU"},
		"dev.json by variable":   {target{data: dir}, map[string]string{"COGNATE_DEV_JSON": devJSONPath(data)}, "http://localhost:1", "AKIADEV"},
		"a flag beats variables": {target{data: dir, devJSON: devJSONPath(data)}, map[string]string{"COGNATE_PROFILE": "eu.prod"}, "http://localhost:1", "AKIADEV"},
		"another address":        {target{data: data, endpoint: "http://localhost:2"}, nil, "http://localhost:2", "AKIADEV"},
		"an address alone":       {target{data: data, endpoint: "localhost:2"}, nil, "http://localhost:2", "AKIADEV"},
		"a key by variable": {target{data: data}, map[string]string{"COGNATE_ACCESS_KEY_ID": "AKIAENV", "COGNATE_SECRET_ACCESS_KEY": "s"},
			"http://localhost:1", "AKIAENV"},
	} {
		r, err := c.flags.open(func(string) bool { return false }, func(k string) string { return c.env[k] })
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.Endpoint != c.endpoint || r.AccessKey != c.key {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// Slips of the hand are told with what was meant.
func TestSlips(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	s.must("operator", "whoami")
	s.must("user", "create", "ann", "--no-invite")
	for args, want := range map[string]string{
		"pool shw": `fix: did you mean cognate pool show? see cognate pool --help`,
		"pool update us-east-1_x --self-sign-up false": "takes 1 argument, not 2\nfix: a switch takes its value after an equals sign: --self-sign-up=false",
		"user show us-east-1_x ann":                    "takes 1 argument, not 2\nfix: name the pool with a flag: cognate user show ann --pool us-east-1_x",
		"user list --limit 1":                          "there are more than these 1: raise --limit",
		"user resend-invite alice":                     "set by an operator",
		"user reset-password ann":                      "cognate user resend-invite ann",
		"attribute add given_name":                     "cognate attribute require given_name",
		"operator revoke alice":                        "nothing was deleted",
		"pool list --endpoint id.example.com":          "fix: write https://id.example.com",
	} {
		if _, _, errs := s.try("", strings.Fields(args)...); !strings.Contains(errs, want) {
			t.Errorf("%s: %s", args, errs)
		}
	}
	pool := s.demoPool()
	if out := s.must("audit", "list", pool, "--target", "user/ann"); !strings.Contains(out, "user.create") || !strings.Contains(out, "REASON") {
		t.Errorf("what was done to ann:\n%s", out)
	}
	if code, _, _ := s.try("", "audit", "list", pool, "--target", "user/nobody"); code != exitNotFound {
		t.Errorf("nobody's trail: exit %d", code)
	}
}

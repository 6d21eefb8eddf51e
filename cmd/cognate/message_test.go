package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/web/api"
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
		"preview sign_in --locale sv":   {"subject      Din kod", "words from   message set, for sv", "Din kod är 123456"},
		"preview sign_in --channel sms": {"123456 is your Shop sign-in code", "texts        1"},
		"test ann@example.com":          {"The test for ann@example.com stays here: this development server keeps it at http://localhost:"},
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
	if code != exitOK || !strings.Contains(out, "Enter this code to sign in to Shop:") || !strings.Contains(errs, "No words were put") {
		t.Errorf("the standard words: %d %s%s", code, out, errs)
	}
	r, err := readDevJSON(devJSONPath(s.data))
	if err != nil {
		t.Fatal(err)
	}
	invite := m{"InviteMessageTemplate": m{"EmailMessage": "Come in, {username}: {####}"}}
	if _, err := r.call(t.Context(), api.UserPools, "UpdateUserPool", m{"UserPoolId": pool, "AdminCreateUserConfig": invite}); err != nil {
		t.Fatal(err)
	}
	const member = "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage"
	if out := s.must("message", "list", "--pool", pool); !strings.Contains(out, member) {
		t.Errorf("%s", out)
	}
	for _, want := range []string{"Come in, sample: 123456", "words from   the pool's setting " + member + "; the subject from the standard ones"} {
		if out := s.must("message", "show", "invitation", "--pool", pool); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	link := []string{"message", "set", "verify_email", "--pool", pool, "--text", "{##Verify me##}"}
	const unused = "Not in use: text. The words hold a link and no code"
	if code, out, errs := s.try("", link...); code != exitOK || !strings.Contains(errs, unused) {
		t.Errorf("a link in a pool without: %d %s%s", code, out, errs)
	}
	if _, out, errs := s.try("", "message", "preview", "verify_email", "--pool", pool); !strings.Contains(errs, unused) || !strings.Contains(out, "words from   the standard ones") {
		t.Errorf("%s%s", errs, out)
	}
	if out := s.must("message", "list", "--pool", pool); !strings.Contains(out, "default (not in use: text)") {
		t.Errorf("%s", out)
	}
	s.must("pool", "update", pool, "--email-link")
	if code, out, errs := s.try("", link...); code != exitOK || strings.Contains(errs, "Not in use") {
		t.Errorf("a link in a pool with links: %d %s%s", code, out, errs)
	}
	if code, _, errs := s.try("", "message", "set", "sign_up", "--pool", pool, "--text", "B {#####}"); code == exitOK ||
		!strings.Contains(errs, "error: --text: {#####} is no placeholder that this message knows here. It knows {username} {####} {##words##}") {
		t.Errorf("a mark too many: %d %s", code, errs)
	}
	if code, _, _ := s.try("", "message", "show", "birthday", "--pool", pool); code == exitOK {
		t.Error("there are words for a kind that is not there")
	}
	if out := s.must("message", "preview", "sign_in", "--pool", pool, "--locale", "sv"); !strings.Contains(out, "Enter this code to sign in to Shop:") {
		t.Errorf("after the words are gone:\n%s", out)
	}
}

// A development server says what it sends out, and the trail of the user whose message
// was given up says why.
func TestAMessageGivenUpIsTold(t *testing.T) {
	t.Parallel()
	texts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) }))
	t.Cleanup(texts.Close)
	config := filepath.Join(t.TempDir(), "config.yaml")
	secret := "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	if err := os.WriteFile(config, fmt.Appendf(nil, "sms_provider: webhook\nsms_url: %s\nsms_secret: %s\n", texts.URL, secret), 0o600); err != nil {
		t.Fatal(err)
	}
	s := startServer(t, "--config", config)
	s.must("pool", "update", s.demoPool(), "--sms-countries", "US")
	for args, want := range map[string]string{
		"user create ann --email ann@example.com": "on its way to ann@example.com; this development server keeps the e-mail at http://localhost:",
		"user create inv --phone +16502530000":    "on its way to +16502530000. The audit trail tells",
	} {
		if code, _, errs := s.try("", strings.Fields(args)...); code != exitOK || !strings.Contains(errs, want) {
			t.Errorf("%s: %d %s", args, code, errs)
		}
	}
	want := "invitation by sms: the text message service answered 400"
	var got string
	for deadline := time.Now().Add(time.Minute); !strings.Contains(got, want); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the trail says:\n%s", got)
		}
		got = s.must("audit", "list", s.demoPool(), "--target", "user/inv")
	}
	if !strings.Contains(got, "message.failed") || strings.Contains(got, "650253") {
		t.Errorf("the trail says:\n%s", got)
	}
	r, err := readDevJSON(devJSONPath(s.data))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(r.Mailbox)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if page, err := io.ReadAll(answer.Body); err != nil || !bytes.Contains(page, []byte("Every email of this server ends here, newest first. Text messages are sent out")) {
		t.Errorf("the mailbox says %v\n%s", err, page)
	}
}

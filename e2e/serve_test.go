package e2e

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

func TestDevWritesWhatScriptsNeed(t *testing.T) {
	slow(t)
	p := start(t)
	d := p.Dev
	for name, value := range map[string]string{
		"base_url": d.BaseURL, "user_pool_id": d.UserPoolID, "issuer": d.Issuer, "public client": d.Clients.Public.ID,
		"confidential client": d.Clients.Confidential.ID, "its secret": d.Clients.Confidential.Secret,
		"machine client": d.Clients.Machine.ID, "its secret ": d.Clients.Machine.Secret, "its scope": d.Clients.Machine.Scope,
		"redirect_uri": d.RedirectURI, "operator": d.Operator.Username, "operator's password": d.Operator.Password,
		"access key": d.Operator.AccessKeyID, "secret key": d.Operator.SecretAccessKey,
		"identity_pool_id": d.IdentityPoolID, "mailbox_url": d.MailboxURL, "demo_app_url": d.DemoAppURL,
	} {
		if value == "" {
			t.Errorf("dev.json has no %s", name)
		}
	}
	if len(d.Users) == 0 || d.Users[0].Username != "alice" || len(d.Users[0].Password) < 12 {
		t.Errorf("users = %+v", d.Users)
	}
	if d.Issuer != d.BaseURL+"/"+d.UserPoolID {
		t.Errorf("issuer %s is not the pool's address below %s", d.Issuer, d.BaseURL)
	}
	if !strings.HasPrefix(d.BaseURL, "http://localhost:") {
		t.Errorf("base_url = %s; passkeys want the name localhost", d.BaseURL)
	}
	info, err := os.Stat(filepath.Join(p.Folder, "dev.json"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("dev.json is %v, want only its owner to read it", info.Mode())
	}
	printed := string(p.Log())
	for _, want := range []string{d.Issuer, d.DemoAppURL, d.MailboxURL, d.Users[0].Password} {
		if !strings.Contains(printed, want) {
			t.Errorf("the start does not print %s", want)
		}
	}
	for _, page := range []string{"/healthz", "/readyz", "/metrics", "/"} {
		answer, err := http.Get(d.BaseURL + page)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", page, answer.Status)
		}
	}
	if out, err := command(t, p, "healthcheck", "--url", p.URL); err != nil {
		t.Errorf("healthcheck: %v\n%s", err, out)
	}
}

func TestDevKeepsItsDataUnlessEphemeral(t *testing.T) {
	slow(t)
	folder, address := t.TempDir(), freeAddress(t)
	again := func(o *server.Options) { o.Folder, o.Address = folder, address }
	first := startKillable(t, again)
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := startKillable(t, again)
	if second.Dev.UserPoolID != first.Dev.UserPoolID || second.Dev.Users[0].Password != first.Dev.Users[0].Password {
		t.Errorf("the second start has other data:\n%+v\n%+v", first.Dev, second.Dev)
	}
	if _, err := alice(second).SignIn(t.Context(), flow(t, second, second.Dev.Clients.Public)); err != nil {
		t.Errorf("the first start's user at the second: %v", err)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}

	e := start(t, func(o *server.Options) { o.Args = append(o.Args, "--ephemeral") })
	var kept []string
	err := filepath.WalkDir(e.Folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "server.log" {
			kept = append(kept, d.Name())
		}
		return err
	})
	if err != nil || len(kept) != 1 || kept[0] != "dev.json" {
		t.Errorf("--ephemeral keeps %v, %v", kept, err)
	}
}

func TestTLS(t *testing.T) {
	slow(t)
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	folder, address := t.TempDir(), freeAddress(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "serve", "--dev", "--tls", "--data", folder, "--listen", address)
	cmd.Env = server.Environment()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = cmd.Wait()
	}()
	roots := x509.NewCertPool()
	deadline := time.Now().Add(time.Minute)
	for {
		pem, err := os.ReadFile(filepath.Join(folder, "localhost.crt"))
		if err == nil && roots.AppendCertsFromPEM(pem) {
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
			var answer *http.Response
			if answer, err = client.Get("https://" + address + "/readyz"); err == nil {
				answer.Body.Close()
				if answer.StatusCode == http.StatusOK {
					return
				}
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no answer by https: %v\n%s", err, &log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestUnsafeSettingsAreRefused starts the server with settings that it must not
// accept. Each refusal says why and what to do.
func TestUnsafeSettingsAreRefused(t *testing.T) {
	slow(t)
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	key := "COGNATE_MASTER_KEYS=1:" + base64.StdEncoding.EncodeToString([]byte(rand.Text() + rand.Text())[:32])
	file := filepath.Join(t.TempDir(), "cognate.yaml")
	if err := os.WriteFile(file, []byte("base_url: https://login.example\nbase_urll: oops\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
		env  []string
		want string
	}{
		{"nothing set", nil, nil, "base_url"},
		{"no master key", nil, []string{"COGNATE_BASE_URL=https://login.example"}, "master key"},
		{"short master key", nil, []string{"COGNATE_BASE_URL=https://login.example", "COGNATE_MASTER_KEYS=1:c2hvcnQ="}, "master key"},
		{"plain http", nil, []string{"COGNATE_BASE_URL=http://login.example", key}, "http"},
		{"default password", nil, []string{"COGNATE_BASE_URL=https://login.example", key, "COGNATE_DATABASE=postgres://cognate:password@db.example/cognate"}, "password"},
		{"unknown setting", nil, []string{"COGNATE_BASE_URL=https://login.example", key, "COGNATE_NO_SUCH=1"}, "no_such"},
		{"unknown setting in the file", []string{"--config", file}, []string{key}, "base_urll"},
		{"ephemeral without dev", []string{"--ephemeral"}, []string{"COGNATE_BASE_URL=https://login.example", key}, "ephemeral"},
		{"dev for the world", []string{"--dev", "--listen", "0.0.0.0:0"}, nil, "loopback"},
		{"unknown flag", []string{"--no-such"}, nil, "no-such"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, binary, append([]string{"serve", "--data", t.TempDir()}, test.args...)...)
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, test.env...)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() <= 0 {
				t.Fatalf("it did not refuse: %v\n%s", err, out)
			}
			if !strings.Contains(strings.ToLower(string(out)), test.want) || !strings.Contains(string(out), "fix:") {
				t.Errorf("the refusal does not name %q and the fix:\n%s", test.want, out)
			}
			if strings.Contains(string(out), "goroutine ") {
				t.Errorf("a stack:\n%s", out)
			}
		})
	}
}

// TestGracefulStop lets an answer under way finish after SIGTERM.
func TestGracefulStop(t *testing.T) {
	slow(t)
	p := startKillable(t)
	f := flow(t, p, p.Dev.Clients.Public)
	code, verifier, err := alice(p).Code(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	body := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {f.Client.ID}, "code": {code},
		"code_verifier": {verifier}, "redirect_uri": {f.RedirectURI},
	}.Encode()
	endpoint, err := url.Parse(f.Token)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", endpoint.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The server asks for the body once its handler reads it: from then on
	// the request is under way.
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n",
		endpoint.RequestURI(), endpoint.Host, len(body))
	answers := bufio.NewReader(conn)
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Stop() }()
	// New connections are refused as soon as the server is closing.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		c, err := net.Dial("tcp", endpoint.Host)
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("the server still takes connections after SIGTERM")
		}
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("the request under way: %v", err)
	}
	defer answer.Body.Close()
	if got, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || !bytes.Contains(got, []byte("access_token")) {
		t.Errorf("the request under way: %s %s, %v", answer.Status, got, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestVersion(t *testing.T) {
	slow(t)
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), binary, "version").Output()
	if err != nil || !bytes.HasPrefix(out, []byte("cognate ")) {
		t.Errorf("version: %q, %v", out, err)
	}
}

// command runs the command line against a running server.
func command(t *testing.T, p *server.Process, args ...string) (string, error) {
	t.Helper()
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Dir = p.Folder
	cmd.Env = append(server.Environment(), "COGNATE_DEV_JSON="+filepath.Join(p.Folder, "dev.json"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

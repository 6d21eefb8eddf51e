package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestNodeClient signs in by the npm package openid-client.
func TestNodeClient(t *testing.T) {
	slow(t)
	each(t, func(t *testing.T, p *server.Process) {
		t.Run("public", func(t *testing.T) { signInByNode(t, p, p.Dev.Clients.Public) })
		t.Run("confidential", func(t *testing.T) { signInByNode(t, p, p.Dev.Clients.Confidential) })
	})
}

func signInByNode(t *testing.T, p *server.Process, client server.Client) {
	script := startNode(t, "openid-client.mjs", p.Dev.Issuer, client.ID, client.Secret, p.Dev.RedirectURI, "openid profile email")
	back, err := alice(p).Arrive(t.Context(), script.line(t), p.Dev.RedirectURI)
	if err != nil {
		t.Fatal(err)
	}
	script.say(t, back.String())
	var got struct {
		Claims struct {
			Subject  string `json:"sub"`
			Username string `json:"cognito:username"`
		} `json:"claims"`
		UserInfo struct {
			Subject string `json:"sub"`
			Email   string `json:"email"`
		} `json:"userinfo"`
		RefreshedSubject string `json:"refreshedSub"`
		Introspected     *struct {
			Active   bool   `json:"active"`
			ClientID string `json:"client_id"`
		} `json:"introspected"`
		AfterRevocation *struct {
			Active bool `json:"active"`
		} `json:"afterRevocation"`
		EndSession string `json:"endSession"`
	}
	if err := json.Unmarshal([]byte(script.line(t)), &got); err != nil {
		t.Fatal(err)
	}
	user := p.Dev.Users[0]
	if got.Claims.Username != user.Username || got.UserInfo.Email != user.Email ||
		got.UserInfo.Subject != got.Claims.Subject || got.RefreshedSubject != got.Claims.Subject {
		t.Errorf("got %+v for %+v", got, user)
	}
	if client.Secret != "" {
		if got.Introspected == nil || !got.Introspected.Active || got.Introspected.ClientID != client.ID {
			t.Errorf("introspection: %+v", got.Introspected)
		}
		if got.AfterRevocation == nil || got.AfterRevocation.Active {
			t.Errorf("introspection after the revocation: %+v", got.AfterRevocation)
		}
	}
	if !strings.HasPrefix(got.EndSession, p.Dev.Issuer) {
		t.Errorf("end session address = %s", got.EndSession)
	}
}

// node is a running script of e2e/node, spoken with line by line.
type node struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr strings.Builder
}

func startNode(t *testing.T, args ...string) *node {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		lacking(t, err)
	}
	if _, err := os.Stat("node/node_modules"); err != nil {
		lacking(t, err)
	}
	n := &node{cmd: exec.CommandContext(t.Context(), path, args...)}
	n.cmd.Dir = "node"
	n.cmd.Stderr = &n.stderr
	if n.in, err = n.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := n.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	n.out = bufio.NewReader(out)
	if err := n.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = n.in.Close() // both scripts end with their input
		_ = n.cmd.Wait()
	})
	return n
}

func (n *node) line(t *testing.T) string {
	t.Helper()
	line, err := n.out.ReadString('\n')
	if err != nil {
		_ = n.cmd.Wait()
		t.Fatalf("%v: %v\n%s", n.cmd.Args, err, &n.stderr)
	}
	return strings.TrimSpace(line)
}

func (n *node) say(t *testing.T, line string) {
	t.Helper()
	if _, err := io.WriteString(n.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

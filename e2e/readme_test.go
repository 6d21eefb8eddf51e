package e2e

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

// TestReadme does what README tells a newcomer to do, letter by letter, in a
// copy of the tree: it starts the server with the one command and runs the
// commands that follow in another shell.
func TestReadme(t *testing.T) {
	slow(t)
	for _, program := range []string{"git", "bash", "curl", "python3", "tar"} {
		if _, err := exec.LookPath(program); err != nil {
			lacking(t, err)
		}
	}
	tree := t.TempDir()
	clone := exec.CommandContext(t.Context(), "bash", "-c", `set -o pipefail; git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - | tar -xf - -C "$1"`, "clone", tree)
	clone.Dir = ".."
	if out, err := clone.CombinedOutput(); err != nil {
		t.Fatalf("copy the tree: %v\n%s", err, out)
	}
	readme, err := os.ReadFile(filepath.Join(tree, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(readme), "## Build and test")
	if !ok {
		t.Fatal("README has no part on building and testing")
	}
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(before, -1) {
		blocks = append(blocks, m[1])
	}
	if len(blocks) < 2 {
		t.Fatalf("README has %d blocks of commands", len(blocks))
	}

	// A free port, since the default one may be taken; nothing else differs.
	shell := func(ctx context.Context, script string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
		cmd.Dir = tree
		cmd.Env = append(server.Environment(), "COGNATE_LISTEN=localhost:0", "CGO_ENABLED=0")
		return cmd
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	serve := shell(ctx, blocks[0])
	log, err := os.Create(filepath.Join(t.TempDir(), "serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	serve.Stdout, serve.Stderr = log, log
	// bash, go run and the server are one group, which ends as a whole.
	serve.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	serve.Cancel = func() error { return syscall.Kill(-serve.Process.Pid, syscall.SIGTERM) }
	serve.WaitDelay = time.Minute
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		_ = serve.Wait()
	}()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(tree, ".cognate", "dev.json")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no dev.json\n%s", contents(log.Name()))
		}
	}
	for i, block := range blocks[1:] {
		cmd := shell(t.Context(), block)
		var out, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &stderr
		if err := cmd.Run(); err != nil {
			t.Errorf("%v:\n%s\n%s%s\n%s", err, block, &out, &stderr, contents(log.Name()))
		}
		if i == 0 && !strings.Contains(out.String(), `"access_token"`) {
			t.Errorf("no token from\n%s\n%s%s", block, &out, &stderr)
		}
	}
}

func contents(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestImage runs the binary as the container image does: alone in an empty root
// with a data folder, without a shell, libraries, a writable temporary folder
// or rights, and asks for its health as the image's HEALTHCHECK does.
func TestImage(t *testing.T) {
	slow(t)
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root folder of a process")
	}
	binary, err := shared.binary()
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65532
	root := t.TempDir()
	content, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "cognate"), content, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(root, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		t.Fatal(err)
	}
	inside := func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, "/cognate", args...)
		cmd.Dir = "/"
		cmd.Env = []string{
			// An empty root knows no names, localhost included.
			"COGNATE_LISTEN=" + strings.Replace(freeAddress(t), "localhost", "127.0.0.1", 1), "COGNATE_DATA=/data", "COGNATE_BASE_URL=https://login.example",
			"COGNATE_MASTER_KEYS=1:" + base64.StdEncoding.EncodeToString(key),
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return cmd
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	serve := inside(ctx, "serve")
	var log bytes.Buffer
	serve.Stdout, serve.Stderr = &log, &log
	serve.Cancel = func() error { return serve.Process.Signal(syscall.SIGTERM) }
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve.Wait() }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		check := inside(t.Context(), "healthcheck")
		check.Env = serve.Env
		out, err := check.CombinedOutput()
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("healthcheck: %v\n%s", err, out)
		}
	}
	cancel()
	<-ended
	if serve.ProcessState.ExitCode() != 0 {
		t.Errorf("serve: %v\n%s", serve.ProcessState, &log)
	}
}

// Package server runs the built binary as its users do: it starts a process,
// reads dev.json, and ends it politely or at once. It knows the server by its
// command line, its files and its sockets only.
package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// startTime bounds how long a server may take to be ready. It is far beyond
// what one needs, so that a busy machine fails no test.
const startTime = 60 * time.Second

// Build compiles the binary into a folder and returns its path. The go command's
// own cache makes a second build cheap.
func Build(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "cognate")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, "github.com/cognate-idp/cognate/cmd/cognate")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build cognate: %w\n%s", err, out)
	}
	return path, nil
}

// Options say how to start one process.
type Options struct {
	Binary string
	Folder string   // its data and its log; made if need be
	Args   []string // after "serve --data FOLDER"
	// Address is where it listens, as HOST:PORT. Empty takes a free port and
	// learns it from dev.json.
	Address string
	Env     []string // COGNATE_... settings; the caller's own environment brings none
}

// Process is one running server.
type Process struct {
	Dev    Dev    // empty without --dev
	URL    string // where this very process answers
	Folder string
	PID    int
	// Ready is how long it took from the start of the process to the first
	// good answer of /readyz.
	Ready time.Duration

	cmd  *exec.Cmd
	log  *os.File
	done chan struct{}
	err  error
}

// Start starts a server and waits until it says that it is ready.
//
// Errors: it ended, or was not ready in time; the error holds its log.
func Start(ctx context.Context, opt Options) (*Process, error) {
	if err := os.MkdirAll(opt.Folder, 0o700); err != nil {
		return nil, err
	}
	// A file left by an earlier run would tell the old port.
	if err := os.Remove(filepath.Join(opt.Folder, "dev.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(opt.Folder, "server.log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	address := opt.Address
	if address == "" {
		address = "localhost:0"
	}
	cmd := exec.Command(opt.Binary, append([]string{"serve", "--data", opt.Folder, "--listen", address}, opt.Args...)...)
	cmd.Dir = opt.Folder
	cmd.Env = append(Environment(), opt.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	// The server must not outlive a test program that is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	p := &Process{Folder: opt.Folder, PID: cmd.Process.Pid, cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	if opt.Address != "" {
		p.URL = "http://" + opt.Address
	}
	if err := p.await(ctx, slices.Contains(opt.Args, "--dev")); err != nil {
		p.Kill()
		return nil, fmt.Errorf("start cognate %s: %w\n%s", strings.Join(cmd.Args[1:], " "), err, p.Log())
	}
	p.Ready = time.Since(begin)
	return p, nil
}

// Environment is the caller's own without any setting of the server's.
func Environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "COGNATE_") })
}

// await waits for dev.json, where one is to come, and then for /readyz.
func (p *Process) await(ctx context.Context, dev bool) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	client := &http.Client{Timeout: 2 * time.Second}
	for {
		var err error
		if dev {
			err = p.readDev()
		}
		if p.URL == "" {
			p.URL = p.Dev.BaseURL
		}
		if err == nil {
			err = ready(ctx, client, p.URL)
		}
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("it ended: %w", errors.Join(p.err, err))
		case <-ctx.Done():
			return fmt.Errorf("not ready in %s: %w", startTime, err)
		case <-time.After(3 * time.Millisecond):
		}
	}
}

func (p *Process) readDev() error {
	b, err := os.ReadFile(filepath.Join(p.Folder, "dev.json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, &p.Dev)
}

func ready(ctx context.Context, client *http.Client, base string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz says %s", answer.Status)
	}
	return nil
}

// Stop asks the server to end and waits for it.
//
// Errors: it did not end by itself, or not with exit code 0, or its log tells
// of a panic.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(startTime):
		p.Kill()
		return fmt.Errorf("the server did not end in %s after SIGTERM", startTime)
	}
	log := p.Log()
	err := p.err
	if bytes.Contains(log, []byte("panic")) || bytes.Contains(log, []byte("DATA RACE")) {
		err = errors.Join(err, errors.New("the server's log tells of a panic"))
	}
	if err != nil {
		return fmt.Errorf("stop: %w\n%s", err, log)
	}
	return p.log.Close()
}

// Kill ends the process at once, as kill -9 does, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Log returns the last part of what the server wrote.
func (p *Process) Log() []byte {
	b, err := os.ReadFile(p.log.Name())
	if err != nil {
		return []byte(err.Error())
	}
	return b[max(0, len(b)-20_000):]
}

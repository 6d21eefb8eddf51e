// Package pgcluster runs a PostgreSQL server that lives as long as the process
// that asked for it: data in a temporary folder, a free port of the loopback
// address, a random password. It owns the server's life and leaves databases
// and schemas to package storetest.
package pgcluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNoServer says that this machine has no PostgreSQL server program.
var ErrNoServer = errors.New("no PostgreSQL server is installed (apt-get install postgresql)")

// Cluster is one running server.
type Cluster struct {
	// DSN opens the database "postgres" as a superuser.
	DSN string

	life io.Closer // the supervisor ends the server when this closes
	done chan struct{}
}

// Options choose how a cluster runs; the zero value suits tests.
type Options struct {
	// Durable makes every commit wait for the disk, as in production.
	// Otherwise a crash of the machine may lose the cluster, not a crash of
	// a client or of the server.
	Durable bool
}

// supervisor runs initdb and the server, and ends it as soon as its standard
// input closes: that happens however our own process ends, kill -9 included.
const supervisor = `
dir=$1 bin=$2 port=$3; shift 3
"$bin/initdb" --pgdata="$dir/data" --username=cognate --pwfile="$dir/password" --auth=scram-sha-256 \
	--encoding=UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || exit 1
"$bin/postgres" -D "$dir/data" -p "$port" "$@" </dev/null >"$dir/server.log" 2>&1 &
server=$!
while read -r line; do :; done
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$dir"
`

// Start makes a cluster and waits until it answers. It returns ErrNoServer
// where PostgreSQL is not installed. The cluster ends by Stop or with the
// calling process, whichever is first.
func Start(ctx context.Context, opt Options) (*Cluster, error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cognate-postgres-")
	if err != nil {
		return nil, err
	}
	password := rand.Text()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte(password), 0o600); err != nil {
		return nil, err
	}
	if owner != nil {
		for _, p := range []string{dir, filepath.Join(dir, "password")} {
			if err := os.Chown(p, int(owner.Uid), int(owner.Gid)); err != nil {
				return nil, err
			}
		}
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}

	args := []string{"-c", supervisor, "supervisor", dir, bin, port}
	for _, setting := range settings(opt) {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	// A group of its own: an interrupt typed at the terminal must reach the
	// server through us, after the tests have ended.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: owner}
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &Cluster{
		DSN:  fmt.Sprintf("postgres://cognate:%s@127.0.0.1:%s/postgres?sslmode=disable", password, port),
		life: life,
		done: make(chan struct{}),
	}
	go func() {
		defer close(c.done)
		_ = cmd.Wait() // the logs say why; await reports them
	}()
	if err := c.await(ctx, dir); err != nil {
		c.Stop()
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// Stop ends the server and removes its data. It returns when both are gone.
func (c *Cluster) Stop() {
	_ = c.life.Close()
	<-c.done
}

// await connects until the server answers.
func (c *Cluster) await(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, c.DSN)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-c.done:
			return fmt.Errorf("PostgreSQL did not start:\n%s", logs(dir))
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w\n%s", err, logs(dir))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func logs(dir string) []byte {
	var all []byte
	for _, name := range []string{"initdb.log", "server.log"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			all = append(all, b...)
		}
	}
	return all
}

func settings(opt Options) []string {
	s := []string{
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=",
		"max_connections=400",
		"shared_buffers=128MB",
		"timezone=UTC",
		"max_wal_size=2GB",
	}
	if !opt.Durable {
		// synchronous_commit stays on: a test asserts it.
		s = append(s, "fsync=off", "full_page_writes=off")
	}
	return s
}

// programs finds the folder of the newest installed server.
func programs() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		slices.SortFunc(found, func(a, b string) int { return majorVersion(a) - majorVersion(b) })
		return filepath.Dir(found[len(found)-1]), nil
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", ErrNoServer
}

func majorVersion(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}

// unprivileged returns whom to run the server as, nil for ourselves:
// PostgreSQL refuses to run as root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

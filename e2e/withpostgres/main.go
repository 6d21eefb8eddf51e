// Command withpostgres runs another command beside a throw-away PostgreSQL
// server and ends both:
//
//	go run ./e2e/withpostgres go test ./...
//
// The command finds the server's address in COGNATE_TEST_POSTGRES. Where that
// is set already, the command runs against the server it names. Where no
// server is installed, the command runs without one, unless CI=true.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

// run returns the command's own exit code.
func run() (int, error) {
	if len(os.Args) < 2 {
		return 2, errors.New("usage: withpostgres COMMAND [ARGUMENT...]")
	}
	env := os.Environ()
	if os.Getenv("COGNATE_TEST_POSTGRES") == "" {
		cluster, err := pgcluster.Start(context.Background(), pgcluster.Options{})
		switch {
		case err == nil:
			defer cluster.Stop()
			env = append(env, "COGNATE_TEST_POSTGRES="+cluster.DSN)
		case errors.Is(err, pgcluster.ErrNoServer) && os.Getenv("CI") != "true":
			fmt.Fprintln(os.Stderr, "withpostgres: going on without PostgreSQL:", err)
		default:
			return 1, err
		}
	}

	// The command gets the terminal's signals itself; we outlive it. Ignoring
	// them instead would make the command ignore them too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM)
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}

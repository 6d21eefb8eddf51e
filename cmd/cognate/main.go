// Command cognate is the whole service and its command line: serve runs the
// server, the nouns (pool, client, user, ...) speak the administrative API of a
// running one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker; "devel" says that it was not.
var version = "devel"

// The exit codes are part of the command line's interface.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitForbidden   = 4
	exitUnreachable = 5
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	root := &cobra.Command{
		Use:           "cognate",
		Short:         "Self-hosted sign-in: user pools, identity pools and sync",
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       versionText(),
	}
	root.SetVersionTemplate("cognate {{.Version}}\n")
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(serveCommand(), migrateCommand(), adminCommand(), healthcheckCommand(), versionCommand())
	root.AddCommand(clientCommands()...)
	ran, err := root.ExecuteContextC(ctx)
	var refused *refusal
	if errors.As(err, &refused) {
		refused.Message = inFlags(ran, refused.Message)
	}
	if err != nil && strings.HasPrefix(err.Error(), "unknown command") { // cobra has no type for it
		err = &exitError{err: fix(err, "see cognate --help"), code: exitUsage}
	}
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(errs, "error:", err)
	var f *fixed
	if errors.As(err, &f) {
		fmt.Fprintln(errs, "fix:", f.fix)
	}
	var e *exitError
	if errors.As(err, &e) {
		return e.code
	}
	return exitFailure
}

// exitError is an error with an exit code of its own.
type exitError struct {
	err  error
	code int
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), "cognate", versionText())
			return err
		},
	}
}

// versionText is the linker's word, or what go install knows.
func versionText() string {
	if info, ok := debug.ReadBuildInfo(); ok && version == "devel" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return version
}

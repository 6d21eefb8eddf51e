// Command bench measures a built server under load, beside the bare limits of
// the same machine in the same run, and prints one table for each database:
//
//	go run ./e2e/bench -binary bin/cognate
//
// The driver, the server and the database share the machine, so absolute
// numbers say little and move by a fifth from run to run; the ratios to the
// limits are what counts. It speaks to loopback addresses that it opened
// itself, and every loop ends after a fixed time.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

// bench is one run.
type bench struct {
	binary      string
	folder      string
	concurrency int
	measured    time.Duration
	warmUp      time.Duration
	only        string // the names of the operations to measure, or empty for all
}

func main() {
	b := &bench{}
	databases := flag.String("databases", "sqlite,postgres", "which databases to measure on")
	flag.StringVar(&b.binary, "binary", "bin/cognate", "the server to measure")
	flag.IntVar(&b.concurrency, "c", 32, "callers at once")
	flag.DurationVar(&b.measured, "d", 5*time.Second, "measured time of each operation, at most a minute")
	flag.DurationVar(&b.warmUp, "warmup", time.Second, "time before it that does not count")
	flag.StringVar(&b.only, "only", "", "measure these operations alone, such as \"sign-in page,password sign-in\"")
	flag.Parse()
	b.measured = min(b.measured, time.Minute)
	if err := b.run(context.Background(), strings.Split(*databases, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, databases []string) (err error) {
	if b.binary, err = filepath.Abs(b.binary); err != nil {
		return err
	}
	if b.folder, err = os.MkdirTemp("", "cognate-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.folder)) }()

	cpu, err := b.cpuLimits(ctx)
	if err != nil {
		return err
	}
	cpu.print(os.Stdout)
	for _, name := range databases {
		dsn := ""
		if name == "postgres" {
			cluster, err := pgcluster.Start(ctx, pgcluster.Options{Durable: true})
			if err != nil {
				return err
			}
			defer cluster.Stop()
			dsn = cluster.DSN
		}
		if err := b.database(ctx, name, dsn, cpu); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// database measures everything on one kind of database.
func (b *bench) database(ctx context.Context, name, dsn string, cpu limits) (err error) {
	opt := server.Options{Binary: b.binary, Folder: filepath.Join(b.folder, name), Args: []string{"--dev"}}
	if opt.Address, err = freeAddress(); err != nil {
		return err
	}
	opt.Env = []string{"COGNATE_LOG_LEVEL=warn"}
	if dsn != "" {
		opt.Env = append(opt.Env, "COGNATE_DATABASE="+dsn)
	}
	first, starts, err := b.coldStarts(ctx, opt)
	if err != nil {
		return err
	}
	p, err := server.Start(ctx, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	idle, err := memory(p.PID)
	if err != nil {
		return err
	}

	bare, err := openBare(ctx, name, dsn, b.folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.Close()) }()
	w, err := b.prepare(ctx, p)
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	var rows []row
	for _, o := range w.operations() {
		if b.only != "" && !strings.Contains(b.only, o.name) {
			continue
		}
		r, err := b.measure(ctx, p, o)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		if r.bare, err = b.bareRate(ctx, bare, r.statements); err != nil {
			return fmt.Errorf("%s: bare statements: %w", o.name, err)
		}
		r.limit, r.limitName = o.limit(cpu)
		rows = append(rows, r)
		fmt.Fprintf(os.Stderr, "%s: %s: %.0f/s\n", name, o.name, r.rate)
	}
	after, err := memory(p.PID)
	if err != nil {
		return err
	}
	printTable(os.Stdout, name, rows)
	printPassword(os.Stdout, rows, cpu.hash)
	fmt.Printf("%s: from start to ready %s the first time (with migrations), then %s (median of %d); memory %d MiB idle, %d MiB at its peak under load\n\n",
		name, first.Round(time.Millisecond), starts[len(starts)/2].Round(time.Millisecond), len(starts), idle.resident>>20, after.peak>>20)
	return nil
}

// coldStarts starts and stops the server: once with no data, then several times
// with what the first made.
func (b *bench) coldStarts(ctx context.Context, opt server.Options) (first time.Duration, later []time.Duration, err error) {
	for i := range 6 {
		p, err := server.Start(ctx, opt)
		if err != nil {
			return 0, nil, err
		}
		if i == 0 {
			first = p.Ready
		} else {
			later = append(later, p.Ready)
		}
		if err := p.Stop(); err != nil {
			return 0, nil, err
		}
	}
	slices.SortFunc(later, cmp.Compare[time.Duration])
	return first, later, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return "localhost:" + port, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

// operation is one thing that callers do over and over.
type operation struct {
	name string
	// do performs it once for a caller, 0 to concurrency-1, and fails unless
	// the answer proves success.
	do    func(ctx context.Context, caller int) error
	limit func(limits) (rate float64, name string)
}

// row is what was measured of an operation.
type row struct {
	name       string
	rate       float64 // a second
	p50, p99   time.Duration
	cpu        time.Duration     // the server's processor time for one
	statements server.Statements // for one
	bare       float64           // the same statements by themselves, a second
	limit      float64
	limitName  string
}

// measure runs an operation by all callers at once, for longer if it is so slow
// that nobody finishes in time. Any failure ends the run.
func (b *bench) measure(ctx context.Context, p *server.Process, o operation) (row, error) {
	var before, after sample
	begin := func() (err error) { before, err = sampleServer(ctx, p); return err }
	end := func() (err error) { after, err = sampleServer(ctx, p); return err }
	lat, elapsed, err := b.loop(ctx, o.do, begin, end)
	if errors.Is(err, errNothing) {
		longer := *b
		longer.measured = 4 * b.measured
		lat, elapsed, err = longer.loop(ctx, o.do, begin, end)
	}
	if err != nil {
		return row{}, err
	}
	n := float64(len(lat))
	return row{
		name: o.name, rate: n / elapsed.Seconds(), p50: lat[len(lat)/2], p99: lat[len(lat)*99/100],
		cpu:        time.Duration(float64(after.cpu-before.cpu) / n),
		statements: after.statements.Since(before.statements, n),
	}, nil
}

// errNothing says that no caller finished once within the measured time.
var errNothing = errors.New("nothing was finished")

// loop runs do by all callers and returns the sorted times of what ended within
// the measured window: as much began before it as goes on after it. begin and end run at the window's edges.
func (b *bench) loop(ctx context.Context, do func(context.Context, int) error, begin, end func() error) ([]time.Duration, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var measuring atomic.Bool
	times := make([][]time.Duration, b.concurrency)
	for caller := range b.concurrency {
		wg.Go(func() {
			for ctx.Err() == nil {
				start := time.Now()
				if err := do(ctx, caller); err != nil {
					if ctx.Err() == nil {
						cancel(err)
					}
					return
				}
				if measuring.Load() {
					times[caller] = append(times[caller], time.Since(start))
				}
			}
		})
	}
	wait := func(d time.Duration) {
		select {
		case <-ctx.Done():
		case <-time.After(d):
		}
	}
	wait(b.warmUp)
	err := begin()
	start := time.Now()
	measuring.Store(true)
	wait(b.measured)
	measuring.Store(false)
	elapsed := time.Since(start)
	if err == nil {
		err = end()
	}
	failure := context.Cause(ctx)
	cancel(nil)
	wg.Wait()
	if failure != nil {
		return nil, 0, failure
	}
	if err != nil {
		return nil, 0, err
	}
	all := slices.Concat(times...)
	if len(all) == 0 {
		return nil, 0, fmt.Errorf("%w in %s", errNothing, b.measured)
	}
	slices.Sort(all)
	return all, elapsed, nil
}

package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
)

const (
	jobLease    = time.Minute
	jobIdle     = time.Second
	jobMaxDelay = time.Hour
	jobsAtOnce  = 8
)

// Worker runs jobs. Any number of nodes may run one: leases share the work out.
type Worker struct {
	Store    *Store
	Log      *slog.Logger
	Handlers map[string]func(context.Context, provider.Job) error // by kind; at least once, so idempotent
}

// Run works until ctx ends, on several jobs at once: one that waits for a slow server
// keeps no other waiting. A handler that fails is tried again with growing pauses; a
// panic counts as a failure.
func (w *Worker) Run(ctx context.Context) {
	owner := uuid.NewString()
	kinds := slices.Collect(maps.Keys(w.Handlers))
	free := make(chan struct{}, jobsAtOnce)
	for range jobsAtOnce {
		free <- struct{}{}
	}
	var running sync.WaitGroup
	defer running.Wait()
	for {
		select { // none is leased before there is somebody to do it
		case <-ctx.Done():
			return
		case <-free:
		}
		jobs, err := w.Store.All().LeaseJobs(ctx, owner, kinds, 1+len(free), jobLease)
		if err != nil && ctx.Err() == nil {
			w.Log.Warn("cannot lease jobs", "error", err)
		}
		for i, j := range jobs {
			if i > 0 {
				<-free
			}
			running.Go(func() {
				w.one(ctx, owner, j)
				free <- struct{}{}
			})
		}
		if len(jobs) > 0 {
			continue
		}
		free <- struct{}{}
		select {
		case <-ctx.Done():
			return
		case <-time.After(jobIdle):
		}
	}
}

func (w *Worker) one(ctx context.Context, owner string, j provider.Job) {
	run, cancel := context.WithTimeout(ctx, jobLease-5*time.Second)
	defer cancel()
	err := w.call(run, j)
	all := w.Store.All()
	stopping := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx)
	switch {
	case err == nil:
		err = all.FinishJob(ctx, owner, j.ID)
	case stopping: // given back at once, for another node to take
		err = all.FailJob(ctx, owner, j.ID, err, w.Store.Now())
	default:
		wait := min(max(time.Second<<min(j.Attempts, 12), askedFor(err)), jobMaxDelay)
		w.Log.Warn("job failed", "kind", j.Kind, "id", j.ID, "attempt", j.Attempts, "error", err)
		err = all.FailJob(ctx, owner, j.ID, err, w.Store.Now().Add(wait))
	}
	if err != nil {
		w.Log.Warn("cannot record a job's end", "kind", j.Kind, "id", j.ID, "error", err)
	}
}

// askedFor is how long a failure says to wait; 0 when it does not.
func askedFor(err error) time.Duration {
	var e *provider.Error
	if !errors.As(err, &e) {
		return 0
	}
	return time.Duration(min(e.RetryAfter, int(jobMaxDelay/time.Second))) * time.Second
}

func (w *Worker) call(ctx context.Context, j provider.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return w.Handlers[j.Kind](ctx, j)
}

package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestJobsAreDoneOnceAndTriedAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		all := st.All()
		for range 3 { // one waiting job of a kind and key is enough
			if err := all.Enqueue(t.Context(), provider.Job{PoolID: "p", Kind: "once", DedupeKey: "k"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, kind := range []string{"broken", "panics"} {
			if err := all.Enqueue(t.Context(), provider.Job{PoolID: "p", Kind: kind}); err != nil {
				t.Fatal(err)
			}
		}
		var once, broken, panics atomic.Int32
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		w := &store.Worker{Store: st, Log: slog.New(slog.DiscardHandler), Handlers: map[string]func(context.Context, provider.Job) error{
			"once": func(context.Context, provider.Job) error { once.Add(1); return nil },
			"broken": func(context.Context, provider.Job) error {
				if broken.Add(1) == 1 {
					return errors.New("not yet")
				}
				return nil
			},
			"panics": func(context.Context, provider.Job) error {
				if panics.Add(1) == 1 {
					panic("oh")
				}
				return nil
			},
		}}
		go func() { defer close(done); w.Run(ctx) }()
		for deadline := time.Now().Add(time.Minute); broken.Load() < 2 || panics.Load() < 2; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("once %d, broken %d, panics %d", once.Load(), broken.Load(), panics.Load())
			}
		}
		stop()
		<-done
		if n := once.Load(); n != 1 {
			t.Errorf("done %d times", n)
		}
	})
}

func TestALeaseThatRanOutIsTakenAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		all := st.All()
		if err := all.Enqueue(t.Context(), provider.Job{PoolID: "p", Kind: "x"}); err != nil {
			t.Fatal(err)
		}
		take := func(owner string, lease time.Duration) []provider.Job {
			jobs, err := all.LeaseJobs(t.Context(), owner, []string{"x"}, 10, lease)
			if err != nil {
				t.Fatal(err)
			}
			return jobs
		}
		first := take("a", -time.Second) // its worker died: the lease is over already
		if len(first) != 1 {
			t.Fatalf("%d jobs", len(first))
		}
		second := take("b", time.Hour)
		if len(second) != 1 || second[0].Attempts != 2 {
			t.Fatalf("taken again: %+v", second)
		}
		if again := take("c", time.Hour); len(again) != 0 {
			t.Fatal("a leased job was given away")
		}
		if err := all.FinishJob(t.Context(), "a", first[0].ID); err != nil {
			t.Fatal(err)
		}
		if err := all.FailJob(t.Context(), "b", second[0].ID, errors.New("x"), st.Now()); err != nil {
			t.Fatal(err)
		}
		if again := take("c", time.Hour); len(again) != 1 {
			t.Fatal("who no longer held the job could end it")
		}
	})
}

func TestASlowJobKeepsNoOtherWaiting(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t)
	all := st.All()
	for _, kind := range []string{"slow", "later", "quick"} {
		if err := all.Enqueue(t.Context(), provider.Job{PoolID: "p", Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	quick := make(chan struct{})
	var later atomic.Int32
	w := &store.Worker{Store: st, Log: slog.New(slog.DiscardHandler), Handlers: map[string]func(context.Context, provider.Job) error{
		"slow":  func(context.Context, provider.Job) error { <-quick; return nil },
		"quick": func(context.Context, provider.Job) error { close(quick); return nil },
		"later": func(context.Context, provider.Job) error {
			later.Add(1)
			return &provider.Error{Code: provider.CodeUpstream, RetryAfter: 300}
		},
	}}
	go w.Run(ctx)
	select {
	case <-quick:
	case <-time.After(30 * time.Second):
		t.Fatal("the quick job waits for the slow one")
	}
	time.Sleep(3 * time.Second) // by itself it would be tried again after two
	if n := later.Load(); n != 1 {
		t.Errorf("tried %d times before the time that was asked for", n)
	}
}

package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestThrottleBacksOff(t *testing.T) {
	t.Parallel()
	limit := store.ThrottleLimit{Free: 3, First: time.Second, Longest: 8 * time.Second}
	for name, config := range storeConfigs(t) {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			config.Now = clock.now
			st := reopen(t, config)
			p := st.Pool("us-east-1_throttled")
			take := func() time.Duration {
				t.Helper()
				wait, err := p.TakeTry(t.Context(), "user:1", limit)
				if err != nil {
					t.Fatal(err)
				}
				return wait
			}
			for i := range 3 {
				if wait := take(); wait != 0 {
					t.Fatalf("free try %d waits %s", i+1, wait)
				}
			}
			// Each further failure doubles the wait, up to the longest.
			for _, want := range []time.Duration{1, 2, 4, 8, 8, 8} {
				if wait := take(); wait != want*time.Second {
					t.Fatalf("wait %s, not %ds", wait, want)
				}
				clock.advance(want * time.Second)
				if wait := take(); wait != 0 {
					t.Fatalf("still waits %s after %ds", wait, want)
				}
			}
			clock.advance(16 * time.Second)
			if wait := take(); wait != 0 {
				t.Fatalf("waits %s after a rest", wait)
			}
			if row, err := p.Tries(t.Context(), "user:1"); err != nil || row.Failures != 1 {
				t.Fatalf("after a rest: %+v, %v", row, err)
			}
			take()
			take()
			if wait := take(); wait == 0 {
				t.Fatal("the fourth try goes on")
			}
			if err := p.ForgiveTry(t.Context(), "user:1", limit); err != nil {
				t.Fatal(err)
			}
			if wait := take(); wait != 0 {
				t.Fatalf("a forgiven try still waits %s", wait)
			}
			if err := p.ClearTries(t.Context(), "user:1"); err != nil {
				t.Fatal(err)
			}
			if row, err := p.Tries(t.Context(), "user:1"); err != nil || row.Failures != 0 {
				t.Fatalf("cleared: %+v, %v", row, err)
			}
			if wait, err := st.Pool("us-east-1_another00").TakeTry(t.Context(), "user:1", limit); wait != 0 || err != nil {
				t.Fatalf("another pool: %s, %v", wait, err)
			}
		})
	}
}

func TestThrottleCountsEveryTryAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		limit := store.ThrottleLimit{Free: 5, First: time.Hour, Longest: time.Hour}
		var passed atomic.Int64
		var wg sync.WaitGroup
		for range 40 {
			wg.Go(func() {
				wait, err := st.Pool("us-east-1_throttled").TakeTry(t.Context(), "user:1", limit)
				if err != nil {
					t.Error(err)
				}
				if wait == 0 && err == nil {
					passed.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 5 {
			t.Errorf("%d of 40 tries at once went on, not 5", passed.Load())
		}
	})
}

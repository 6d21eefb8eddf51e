package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestAClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		for range 2 {
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
		}
		err := st.All().SetSetting(t.Context(), "k", []byte("v"))
		if provider.CodeOf(err) != provider.CodeUnavailable {
			t.Fatalf("a write to a closed store: %v", err)
		}
	})
}

// Whatever ends a transaction half-way, the next one finds the connection whole.
func TestTheWriterOutlivesBrokenTransactions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		write := func(ctx context.Context) error { return st.All().SetSetting(ctx, "k", []byte("v")) }
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				defer func() { _ = recover() }()
				_ = st.Tx(ctx, func(ctx context.Context) error {
					if err := write(ctx); err != nil {
						return err
					}
					switch i % 4 {
					case 0:
						cancel()
						return write(ctx)
					case 1:
						panic("half-way")
					case 2:
						return errors.New("no")
					}
					return nil
				})
			})
		}
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := write(ctx); err != nil {
			t.Fatal(err)
		}
		v, err := st.All().Setting(ctx, "k", nil)
		if err != nil || string(v) != "v" {
			t.Fatalf("%q %v", v, err)
		}
	})
}

// A browser may go away at any moment, and so between the begin of a transaction
// and the driver's word that it began. Writing goes on all the same.
func TestWritingOutlivesCallersWhoGoAway(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t) // PostgreSQL ends a cancelled statement's connection
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 400 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Microsecond)
				_ = st.All().SetSetting(ctx, "k", []byte("v")) // most are too late
				cancel()
			}
		})
	}
	wg.Wait()
	if err := st.All().SetSetting(t.Context(), "k", []byte("last")); err != nil {
		t.Fatal(err)
	}
}

// Many who write at once wait in line, longer than a transaction may take, and each
// is served in their turn. The clock is the test's.
func TestABurstOfWritersWaitsInLine(t *testing.T) {
	t.Parallel()
	config := storetest.SQLiteConfig(t)
	synctest.Test(t, func(t *testing.T) {
		st, done := store.OpenWriter(t, config)
		defer done()
		var wg sync.WaitGroup
		var served []int
		begin := time.Now()
		for i := range 25 {
			wg.Go(func() {
				err := st.Tx(t.Context(), func(ctx context.Context) error {
					time.Sleep(time.Second)
					served = append(served, i)
					return st.All().SetSetting(ctx, "k", []byte("v"))
				})
				if err != nil {
					t.Errorf("writer %d, after %s: %v", i, time.Since(begin), err)
				}
			})
			synctest.Wait() // so they stand in line in this order
		}
		wg.Wait()
		if !slices.IsSorted(served) || len(served) != 25 {
			t.Errorf("served in the order %v", served)
		}

		// What holds the writer for too long is undone, and who waits too long is told.
		unavailable := func(what string, err error) {
			t.Helper()
			if provider.CodeOf(err) != provider.CodeUnavailable {
				t.Errorf("%s: %v", what, err)
			}
		}
		unavailable("a slow transaction", st.Tx(t.Context(), func(ctx context.Context) error {
			if err := st.All().SetSetting(ctx, "slow", []byte("v")); err != nil {
				return err
			}
			time.Sleep(6 * time.Second)
			return nil
		}))
		_ = st.Tx(t.Context(), func(ctx context.Context) error {
			v, err := st.All().Setting(ctx, "slow", func() ([]byte, error) { return []byte("nothing"), nil })
			if err != nil || string(v) != "nothing" {
				t.Errorf("the slow one left %q, %v", v, err)
			}
			return err
		})
		for range 10 {
			wg.Go(func() {
				_ = st.Tx(t.Context(), func(context.Context) error { time.Sleep(4 * time.Second); return nil })
			})
		}
		synctest.Wait()
		unavailable("behind forty seconds", st.All().SetSetting(t.Context(), "k", []byte("late")))
		wg.Wait()
	})
}

package storetest_test

import (
	"context"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func value(s string) func() ([]byte, error) {
	return func() ([]byte, error) { return []byte(s), nil }
}

func TestEachGivesFreshMigratedDatabases(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	drivers := map[string]int{}
	t.Run("twice", func(t *testing.T) {
		for _, round := range []string{"one", "two"} {
			t.Run(round, func(t *testing.T) {
				storetest.Each(t, func(t *testing.T, st *store.Store) {
					at, newest, err := st.SchemaVersion(t.Context())
					if err != nil || at != newest || newest == 0 {
						t.Fatalf("schema at %d of %d: %v", at, newest, err)
					}
					// A shared database would give the other round's value back.
					if got, err := st.All().Setting(t.Context(), "round", value(round)); err != nil || string(got) != round {
						t.Fatalf("setting = %q, %v; want %q", got, err, round)
					}
					mu.Lock()
					defer mu.Unlock()
					drivers[st.Driver()]++
				})
			})
		}
	})
	if drivers["sqlite"] != 2 {
		t.Errorf("ran on %v", drivers)
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for _, st := range storetest.New(t) {
		counts := storetest.Count(t, st, func() {
			err := st.Tx(t.Context(), func(ctx context.Context) error {
				return st.All().SetSetting(ctx, "counted", []byte("1"))
			})
			if err != nil {
				t.Fatal(err)
			}
		})
		if counts.Reads != 0 || counts.Writes != 1 || counts.Commits != 1 {
			t.Errorf("%s: %d reads, %d writes, %d commits; want 0, 1, 1:%s", st.Driver(), counts.Reads, counts.Writes, counts.Commits, counts)
		}
	}
}

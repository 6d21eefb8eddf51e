package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// TestTombstonesAreForgotten cleans up before and after the life of a tombstone.
func TestTombstonesAreForgotten(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Now()
			c := config(t)
			c.Now = func() time.Time { return now }
			st, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			pool := addIdentities(t, st)
			write := func(patches ...provider.Patch) {
				t.Helper()
				if _, err := pool.Patch(context.Background(), batch("d", patches...)); err != nil {
					t.Fatal(err)
				}
			}
			write(numbered(3, 0)...)
			write(provider.Patch{Key: "key0", Base: 1, Remove: true})
			write(provider.Patch{Key: "key1", Base: 1, Remove: true})
			write(provider.Patch{Key: "key1", Base: 3, Value: "again"})
			look := func(records int, horizon int64) {
				t.Helper()
				if _, err := st.All().CleanUp(t.Context()); err != nil {
					t.Fatal(err)
				}
				rows, err := pool.Records(t.Context(), identity, "d", store.Cursor{}, 10)
				if err != nil || len(rows) != records {
					t.Fatalf("%d records, want %d: %v", len(rows), records, err)
				}
				family, err := pool.DatasetFamily(t.Context(), identity, "d")
				if err != nil || family[0].HorizonRev != horizon || family[0].Rev != 4 || family[0].Records != 2 {
					t.Fatalf("%+v %v", family, err)
				}
			}
			look(3, 0)
			now = now.Add(store.TombstoneLife - time.Hour)
			look(3, 0)
			now = now.Add(2 * time.Hour)
			look(2, 2)
			// What the tombstone was is a base no more, and the key is free.
			if _, err := pool.Patch(t.Context(), batch("d", provider.Patch{Key: "key0", Base: 2, Value: "v"})); provider.CodeOf(err) != provider.CodeConflict {
				t.Fatalf("a forgotten base: %v", err)
			}
			write(provider.Patch{Key: "key0", Value: "v"})
		})
	}
}

// Keys that come and go count in no limit for long, and must not fill the disk. A
// device that was away for that many removals reads its dataset anew.
func TestTombstonesAreBounded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		ctx := t.Context()
		write := func(patches []provider.Patch) int64 {
			t.Helper()
			d, err := pool.Patch(ctx, batch("d", patches...))
			if err != nil {
				t.Fatal(err)
			}
			return d.Rev
		}
		for round := range 10 {
			patches := numbered(1024, 0)
			for i := range patches {
				patches[i].Key = fmt.Sprint(round, " ", i)
			}
			rev := write(patches)
			for i := range patches {
				patches[i].Base, patches[i].Remove, patches[i].Value = rev, true, ""
			}
			write(patches)
		}
		rows, err := pool.Records(ctx, identity, "d", store.Cursor{}, 100_000)
		if err != nil || len(rows) == 0 || len(rows) > 9*1024 {
			t.Fatalf("%d tombstones: %v", len(rows), err)
		}
		family, err := pool.DatasetFamily(ctx, identity, "d")
		if err != nil || family[0].HorizonRev == 0 || family[0].HorizonRev >= rows[0].Rev || family[0].Records != 0 {
			t.Fatalf("%+v, the oldest of %d: %v", family, rows[0].Rev, err)
		}
	})
}

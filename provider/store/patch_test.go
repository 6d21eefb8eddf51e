package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const (
	identityPool = "us-east-1:00000000-0000-4000-8000-000000000001"
	identity     = "us-east-1:00000000-0000-4000-8000-000000000002"
	identity2    = "us-east-1:00000000-0000-4000-8000-000000000003"
)

// wide are limits no test reaches by accident.
var wide = store.DatasetLimits{Records: 1 << 20, Bytes: 1 << 40, Datasets: 1 << 20, IdentityBytes: 1 << 40}

func addIdentities(t testing.TB, st *store.Store) *store.IdentityPool {
	t.Helper()
	if err := st.Exec(t.Context(), "insert into identity_pools (id, name, sealed_hmac, created_at, updated_at) values (?, 'p', ?, 1, 1)",
		identityPool, []byte{1}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{identity, identity2} {
		if err := st.Exec(t.Context(), "insert into identities (pool, id, state, valid_after, created_at, updated_at) values (?, ?, 'guest', 1000, 1, 1)",
			identityPool, id); err != nil {
			t.Fatal(err)
		}
	}
	return st.IdentityPool(identityPool)
}

func batch(name string, patches ...provider.Patch) store.Batch {
	return store.Batch{IdentityID: identity, Dataset: name, Patches: patches, By: "test", Issued: 1000, Limits: wide}
}

// model is what a dataset must hold, kept in memory.
type model struct {
	rev, deletedRev int64
	deleted         bool
	records         map[string]provider.Record
}

// apply is compare-and-set as the specification has it.
func (m *model) apply(patches []provider.Patch) bool {
	for _, p := range patches {
		if r := m.records[p.Key]; r.Rev != p.Base && (p.Base != 0 || !r.Deleted) {
			return false
		}
	}
	m.rev++
	m.deleted = false
	for _, p := range patches {
		m.records[p.Key] = provider.Record{Key: p.Key, Value: p.Value, Rev: m.rev, Size: p.Size(), Deleted: p.Remove}
	}
	return true
}

func (m *model) totals() (live, bytes int64) {
	for _, r := range m.records {
		if !r.Deleted {
			live++
			bytes += r.Size
		}
	}
	return live, bytes
}

// TestPatchModel runs random batches, with right, old, future and missing
// bases, and compares every outcome and every row with a model in memory.
func TestPatchModel(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 1))
		models := map[string]*model{}
		applied, refused := 0, 0
		for range 400 {
			name := fmt.Sprint("d", random.IntN(3))
			m := models[name]
			if m == nil {
				m = &model{records: map[string]provider.Record{}}
				models[name] = m
			}
			if random.IntN(40) == 0 {
				_, err := pool.DeleteDataset(t.Context(), identity, name, "test")
				if there := m.rev > 0 && !m.deleted; there != (err == nil) || err != nil && !errors.Is(err, provider.ErrDatasetNotFound) {
					t.Fatalf("delete, there %v: %v", there, err)
				}
				if err == nil {
					m.rev++
					m.deleted, m.deletedRev, m.records = true, m.rev, map[string]provider.Record{}
				}
				continue
			}
			patches := randomPatches(random, m)
			d, err := pool.Patch(t.Context(), batch(name, patches...))
			want := m.apply(patches)
			if want != (err == nil) || err != nil && provider.CodeOf(err) != provider.CodeConflict {
				t.Fatalf("batch %+v: want applied %v, got %v", patches, want, err)
			}
			if !want {
				refused++
				continue
			}
			applied++
			live, bytes := m.totals()
			if d.Rev != m.rev || d.Records != live || d.Bytes != bytes || d.DeletedRev != m.deletedRev {
				t.Fatalf("dataset %+v, want rev %d, %d keys, %d bytes, deleted at %d", d, m.rev, live, bytes, m.deletedRev)
			}
			compareRecords(t, pool, name, m)
		}
		if applied < 50 || refused < 50 {
			t.Fatalf("%d applied, %d refused: the test looks at one side only", applied, refused)
		}
	})
}

func randomPatches(random *rand.Rand, m *model) []provider.Patch {
	keys := map[string]bool{}
	for range 1 + random.IntN(6) {
		keys[[]string{"a", "b", "é", "日本", "'; --", "%_\\\"", "\t\n", "A", "@pool ?", "$1"}[random.IntN(10)]] = true
	}
	wrong := random.IntN(3) == 0
	var patches []provider.Patch
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		p := provider.Patch{Key: key, Base: m.records[key].Rev, Remove: random.IntN(4) == 0}
		if wrong && random.IntN(2) == 0 {
			p.Base = []int64{0, 1, m.rev, m.rev + 1, p.Base + 1}[random.IntN(5)]
		}
		if !p.Remove {
			p.Value = []string{"", "v", "日本語", "{\"a\":[1]}", "</script>\u2028", "a@b ?"}[random.IntN(6)]
		}
		patches = append(patches, p)
	}
	return patches
}

func compareRecords(t *testing.T, pool *store.IdentityPool, name string, m *model) {
	t.Helper()
	got, err := pool.Records(t.Context(), identity, name, store.Cursor{}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(m.records) || !slices.IsSortedFunc(got, func(a, b provider.Record) int { return cmp.Compare(a.Rev, b.Rev) }) {
		t.Fatalf("%d records, want %d in order of revision: %+v", len(got), len(m.records), got)
	}
	for _, r := range got {
		want := m.records[r.Key]
		if r.Value != want.Value || r.Rev != want.Rev || r.Size != want.Size || r.Deleted != want.Deleted || r.ModifiedAt == 0 || r.ModifiedBy != "test" {
			t.Fatalf("record %+v, want %+v", r, want)
		}
	}
}

// TestPatchStatements holds a batch to its budget: one transaction, two
// statements, however many patches.
func TestPatchStatements(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		for _, n := range []int{1, 20, 200, 1024} {
			for base := range int64(2) {
				counts := storetest.Count(t, st, func() {
					if _, err := pool.Patch(t.Context(), batch(fmt.Sprint("d", n), numbered(n, base)...)); err != nil {
						t.Fatal(err)
					}
				})
				if counts.Reads != 0 || counts.Writes != 2 || counts.Commits != 1 {
					t.Fatalf("%d patches:%s", n, counts)
				}
			}
		}
	})
}

func numbered(n int, base int64) []provider.Patch {
	patches := make([]provider.Patch, n)
	for i := range patches {
		patches[i] = provider.Patch{Key: fmt.Sprint("key", i), Value: fmt.Sprint("value ", i), Base: base}
	}
	return patches
}

// TestPatchRace lets many writers add one to a counter by compare-and-set. No
// addition may be lost, and the dataset's sums must be the records' at the end.
func TestPatchRace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		const writers, each = 8, 10
		var won atomic.Int64
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := 0; i < each; {
					rows, err := pool.RecordsByKey(t.Context(), identity, "race", []string{"n"})
					if err != nil {
						t.Error(err)
						return
					}
					p := provider.Patch{Key: "n", Value: "x"}
					if len(rows) == 1 {
						p.Base, p.Value = rows[0].Rev, rows[0].Value+"x"
					}
					other := provider.Patch{Key: fmt.Sprint("own", w, "-", i), Value: "y"}
					switch _, err = pool.Patch(t.Context(), batch("race", p, other)); {
					case err == nil:
						i++
						won.Add(1)
					case provider.CodeOf(err) != provider.CodeConflict:
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		rows, err := pool.Records(t.Context(), identity, "race", store.Cursor{}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var bytes int64
		for _, r := range rows {
			bytes += r.Size
			if r.Key == "n" && len(r.Value) != writers*each {
				t.Errorf("the counter says %d, want %d", len(r.Value), writers*each)
			}
		}
		family, err := pool.DatasetFamily(t.Context(), identity, "race")
		if err != nil || len(family) != 1 {
			t.Fatal(family, err)
		}
		if d := family[0]; d.Rev != won.Load() || d.Records != int64(len(rows)) || d.Bytes != bytes || len(rows) != writers*each+1 {
			t.Errorf("dataset %+v; %d won, %d records, %d bytes", d, won.Load(), len(rows), bytes)
		}
	})
}

// TestDeleteRace deletes a dataset while others write to it. What was written on
// the base of a deleted record must not come back.
func TestDeleteRace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		var writers, deleter sync.WaitGroup
		stop := make(chan struct{})
		for w := range 6 {
			writers.Go(func() {
				key := fmt.Sprint("k", w)
				for base, i := int64(0), 0; i < 30; i++ {
					d, err := pool.Patch(t.Context(), batch("d", provider.Patch{Key: key, Value: "v", Base: base}))
					switch {
					case err == nil:
						base = d.Rev
					case provider.CodeOf(err) == provider.CodeConflict:
						base = 0
					default:
						t.Error(err)
						return
					}
				}
			})
		}
		deleter.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				d, err := pool.DeleteDataset(t.Context(), identity, "d", "test")
				if err != nil {
					continue // not made again yet
				}
				rows, err := pool.Records(t.Context(), identity, "d", store.Cursor{}, 100)
				if err != nil {
					t.Error(err)
					return
				}
				for _, r := range rows {
					if r.Rev <= d.DeletedRev {
						t.Errorf("record %s@%d outlived the deletion at %d", r.Key, r.Rev, d.DeletedRev)
					}
				}
			}
		})
		writers.Wait()
		close(stop)
		deleter.Wait()
		rows, err := pool.Records(t.Context(), identity, "d", store.Cursor{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		family, err := pool.DatasetFamily(t.Context(), identity, "d")
		if err != nil || len(family) != 1 || family[0].Records != int64(len(rows)) || family[0].Bytes != int64(3*len(rows)) {
			t.Fatalf("dataset %+v holds %d records: %v", family, len(rows), err)
		}
	})
}

// TestDatasetLimitRace lets more writers than there is room make datasets.
func TestDatasetLimitRace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		var made, refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				b := batch(fmt.Sprint("d", i), provider.Patch{Key: "k", Value: "v"})
				b.Limits.Datasets = 5
				switch _, err := pool.Patch(t.Context(), b); provider.CodeOf(err) {
				case "":
					made.Add(1)
				case provider.CodeLimit:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made.Load() != 5 || refused.Load() != 7 {
			t.Fatalf("%d made, %d refused", made.Load(), refused.Load())
		}
	})
}

func TestPatchLimits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		limits := store.DatasetLimits{Records: 3, Bytes: 40, Datasets: 2, IdentityBytes: 60}
		put := func(name, key, value string, base int64) error {
			b := batch(name, provider.Patch{Key: key, Value: value, Base: base, Remove: value == ""})
			b.Limits = limits
			_, err := pool.Patch(t.Context(), b)
			return err
		}
		must := func(err error, want provider.Code) {
			t.Helper()
			if provider.CodeOf(err) != want {
				t.Fatalf("want %q, got %v", want, err)
			}
		}
		must(put("one", "a", "0123456789012345678901234567890123456789", 0), provider.CodeLimit) // 41 bytes
		must(put("one", "a", "012345678901234567890123456789012345678", 0), "")                  // 40
		must(put("one", "b", "1", 0), provider.CodeLimit)
		must(put("one", "a", "", 1), "")
		must(put("one", "a", "é", 2), "") // a removed key is written from its tombstone's revision
		must(put("one", "b", "1", 0), "")
		must(put("one", "c", "1", 0), "")
		must(put("one", "d", "1", 0), provider.CodeLimit) // the fourth key
		must(put("two", "a", "0123456789012345678901234567890123456", 0), "")
		must(put("three", "a", "1", 0), provider.CodeLimit)                             // the third dataset
		must(put("one", "a", "0123456789012345678901234567890", 3), provider.CodeLimit) // 36 + 38 bytes in all
		must(put("one", "a", "0123456789", 3), "")                                      // 15 + 38
		limits = store.DatasetLimits{}                                                  // as after a merge that brought too much
		must(put("one", "b", "", 4), "")                                                // removing still works
		must(put("one", "c", "2", 5), provider.CodeLimit)                               // adding does not
		must(put("gone", "x", "", 7), provider.CodeConflict)                            // a base that never was
		if _, err := pool.DeleteDataset(t.Context(), identity, "two", "test"); err != nil {
			t.Fatal(err)
		}
		limits = store.DatasetLimits{Records: 3, Bytes: 40, Datasets: 2, IdentityBytes: 60}
		must(put("three", "a", "1", 0), "") // a deleted dataset makes room
		must(put("two", "a", "1", 0), provider.CodeLimit)
	})
}

func TestPatchIdentity(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		b := batch("d", provider.Patch{Key: "k", Value: "v"})
		b.Issued = 999
		if _, err := pool.Patch(t.Context(), b); provider.CodeOf(err) != provider.CodeUnauthorized {
			t.Fatalf("a credential from before valid_after: %v", err)
		}
		b.Issued, b.IdentityID = 1000, "us-east-1:00000000-0000-4000-8000-00000000ffff"
		if _, err := pool.Patch(t.Context(), b); !errors.Is(err, provider.ErrIdentityNotFound) {
			t.Fatalf("an identity that is not there: %v", err)
		}
		if _, err := st.IdentityPool("us-east-1:other").Patch(t.Context(), batch("d", b.Patches...)); !errors.Is(err, provider.ErrIdentityNotFound) {
			t.Fatalf("another pool's identity: %v", err)
		}
	})
}

func TestMergeDatasets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := addIdentities(t, st)
		if _, err := pool.Patch(t.Context(), batch("prefs", numbered(3, 0)...)); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Patch(t.Context(), batch("prefs", provider.Patch{Key: "key1", Base: 1, Remove: true})); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Patch(t.Context(), batch("other", numbered(1, 0)...)); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.DeleteDataset(t.Context(), identity, "other", "test"); err != nil {
			t.Fatal(err)
		}
		name := "prefs." + identity
		moved, err := pool.MergeDatasets(t.Context(), identity, identity2)
		if err != nil || len(moved) != 1 || moved[0].Name != name || moved[0].Rev != 1 {
			t.Fatal(moved, err)
		}
		family, err := pool.DatasetFamily(t.Context(), identity2, "prefs")
		if err != nil || len(family) != 1 || family[0].Name != name || family[0].Rev != 1 || family[0].Records != 2 {
			t.Fatal(family, err)
		}
		rows, err := pool.Records(t.Context(), identity2, name, store.Cursor{}, 10)
		if err != nil || len(rows) != 2 || rows[0].Key != "key0" || rows[1].Value != "value 2" || rows[1].Rev != 1 {
			t.Fatal(rows, err)
		}
		// A second merge into the same name replaces it, and the revision goes on.
		if _, err := pool.Patch(t.Context(), batch("prefs", numbered(1, 0)...)); err != nil {
			t.Fatal(err)
		}
		moved, err = pool.MergeDatasets(t.Context(), identity, identity2)
		if err != nil || len(moved) != 1 || moved[0].Rev != 3 || moved[0].DeletedRev != 2 || moved[0].Records != 1 {
			t.Fatal(moved, err)
		}
		family[0] = moved[0]
		rows, err = pool.Records(t.Context(), identity2, name, store.Cursor{}, 10)
		if err != nil || len(rows) != 1 || rows[0].Rev != 3 {
			t.Fatal(rows, err)
		}
		if u, err := pool.IdentityUsage(t.Context(), identity); err != nil || u.Datasets != 0 {
			t.Fatal(u, err)
		}
		if u, err := pool.DatasetUsage(t.Context()); err != nil || u.Datasets != 1 || u.Bytes != family[0].Bytes || u.ModifiedAt == 0 {
			t.Fatal(u, err)
		}
	})
}

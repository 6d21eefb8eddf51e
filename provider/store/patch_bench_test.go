package store_test

import (
	"fmt"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// BenchmarkPatch writes batches over and over to one dataset, beside the two
// bare statements: the same rows written with no look at bases, sums or limits.
func BenchmarkPatch(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		for _, n := range []int{1, 20, 200} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				pool := addIdentities(b, open(b))
				patches := numbered(n, 0)
				for b.Loop() {
					d, err := pool.Patch(b.Context(), batch("d", patches...))
					if err != nil {
						b.Fatal(err)
					}
					for i := range patches {
						patches[i].Base = d.Rev
					}
				}
			})
			b.Run(fmt.Sprintf("%s/%d/bare", name, n), func(b *testing.B) {
				st := open(b)
				addIdentities(b, st)
				rev := int64(0)
				for b.Loop() {
					rev++
					if err := st.PatchBare(b.Context(), identityPool, identity, "d", rev, numbered(n, 0)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

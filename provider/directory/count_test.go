package directory_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// A large pool's count is kept for five minutes, then given once more while it is
// made anew; a small pool's is exact.
func TestLargePoolsAreCountedNowAndThen(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var later atomic.Int64
			c := config(t)
			c.Now = func() time.Time {
				return time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).Add(time.Duration(later.Load()))
			}
			st, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			d := open(t, st)
			pool := newPool(t, d, provider.PoolSettings{})
			numbers := "with recursive n(i) as (select %d union all select i + 1 from n where i < %d) "
			grow := func(from, to int) {
				storetest.Exec(t, c, fmt.Sprintf("insert into users (pool, id, username, status, attributes, created_at, updated_at) "+
					numbers+"select '"+pool+"', 'id-' || i, 'user' || i, 'CONFIRMED', '{}', i, i from n", from, to))
			}
			count := func() int64 {
				t.Helper()
				n, err := d.CountUsers(t.Context(), pool)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			for _, step := range []struct {
				from, to int
				later    time.Duration
				want     int64
			}{
				{1, 999, 0, 999}, {1000, 1000, 0, 1000}, {1001, 1200, 0, 1200},
				{1201, 1300, 4 * time.Minute, 1200}, {1301, 1301, time.Minute, 1200},
			} {
				grow(step.from, step.to)
				later.Add(int64(step.later))
				if n := count(); n != step.want {
					t.Fatalf("with %d users the count is %d, not %d", step.to, n, step.want)
				}
			}
			for count() != 1301 { // until it was made anew
				time.Sleep(time.Millisecond)
			}
		})
	}
}

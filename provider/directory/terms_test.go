package directory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Users from before the search are found once the job has been there, over all
// pools, and again an hour later for those whom older binaries wrote meanwhile.
func TestUsersFromBeforeBecomeSearchable(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
			c := config(t)
			c.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			st, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			d := open(t, st)
			pools := []string{newPool(t, d, provider.PoolSettings{}), newPool(t, d, provider.PoolSettings{}), newPool(t, d, provider.PoolSettings{})}
			for i, pool := range pools {
				if i == 1 {
					continue // empty
				}
				for n := range 3 {
					if _, err := d.CreateUser(t.Context(), pool, directory.NewUser{Username: fmt.Sprintf("ann%d", n), NoPassword: true}); err != nil {
						t.Fatal(err)
					}
				}
			}
			storetest.Exec(t, c, "delete from user_terms") // an older binary writes none
			work := func() (ran int) {
				for {
					jobs, err := st.All().LeaseJobs(t.Context(), "test", []string{directory.JobTerms}, 10, time.Minute)
					if err != nil {
						t.Fatal(err)
					}
					if len(jobs) == 0 {
						return ran
					}
					for _, j := range jobs {
						if err := d.MendTerms(t.Context(), j); err != nil {
							t.Fatal(err)
						}
						if err := st.All().FinishJob(t.Context(), "test", j.ID); err != nil {
							t.Fatal(err)
						}
						ran++
					}
				}
			}
			if got, err := d.SearchUsers(t.Context(), pools[0], "ann", "", 10); err != nil || len(got) != 0 {
				t.Fatalf("found before: %d %v", len(got), err)
			}
			for range 2 { // two nodes start
				if err := d.BeginTerms(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if n := work(); n != 1 {
				t.Errorf("%d jobs ran, not one", n)
			}
			if work() != 0 {
				t.Error("the second pass does not wait")
			}
			mu.Lock()
			now = now.Add(61 * time.Minute)
			mu.Unlock()
			storetest.Exec(t, c, "delete from user_terms where pool = '"+pools[2]+"'")
			if work() != 1 {
				t.Error("no second pass")
			}
			if err := d.BeginTerms(t.Context()); err != nil {
				t.Fatal(err)
			}
			if work() != 0 {
				t.Error("what is done is done again")
			}
			for _, pool := range []string{pools[0], pools[2]} {
				if got, err := d.SearchUsers(context.Background(), pool, "ANN", "", 10); err != nil || len(got) != 3 {
					t.Errorf("%d %v", len(got), err)
				}
			}
		})
	}
}

package store_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"unsafe"
	"weak"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Anybody may ask for any tenant by its address, as often and as long as they
// like. What is asked for in vain must not stay in memory.
func TestATenantThatIsNotThereIsForgotten(t *testing.T) {
	t.Parallel()
	st := storetest.SQLite(t)
	cache := store.NewCache[*provider.Pool](st, 10)
	ask := func() weak.Pointer[byte] {
		tenant := strings.Repeat("x", 1<<10)
		if _, err := cache.Get(t.Context(), tenant, "pool", st.Pool(tenant).Get); !errors.Is(err, provider.ErrPoolNotFound) {
			t.Fatal(err)
		}
		return weak.Make(unsafe.StringData(tenant))
	}
	asked := ask()
	runtime.GC()
	runtime.GC()
	if asked.Value() != nil {
		t.Error("the cache keeps the name of a tenant that it did not find")
	}
	runtime.KeepAlive(cache)
}

// A change of one tenant is seen at once by the node that made it, and leaves
// what is kept of others alone or reads it anew; never the other way round.
func TestACacheFollowsItsTenant(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := &provider.Pool{ID: "us-east-1_cache0000", Name: "before", Kind: provider.PoolKindUsers}
		if err := st.All().CreatePool(t.Context(), pool); err != nil {
			t.Fatal(err)
		}
		cache := store.NewCache[*provider.Pool](st, 10)
		name := func() string {
			p, err := cache.Get(t.Context(), pool.ID, "pool", st.Pool(pool.ID).Get)
			if err != nil {
				t.Fatal(err)
			}
			return p.Name
		}
		if name() != "before" {
			t.Fatal(name())
		}
		err := st.Pool(pool.ID).Change(context.WithoutCancel(t.Context()), func(p *provider.Pool) error {
			p.Name = "after"
			return nil
		})
		if err != nil || name() != "after" {
			t.Fatal(err, name())
		}
	})
}

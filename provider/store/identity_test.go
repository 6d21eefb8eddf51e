package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func eachConfig(t *testing.T, test func(t *testing.T, c store.Config)) {
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, config(t))
		})
	}
}

func connect(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func addIdentity(t *testing.T, st *store.Store, id string, state provider.IdentityState) {
	t.Helper()
	if err := st.IdentityPool("p").CreateIdentity(t.Context(), &provider.Identity{ID: id, State: state}); err != nil {
		t.Fatal(err)
	}
}

func TestUnusedGuestsExpire(t *testing.T) {
	t.Parallel()
	eachConfig(t, func(t *testing.T, c store.Config) {
		var days atomic.Int64
		start := time.Now()
		c.Now = func() time.Time { return start.Add(time.Duration(days.Load()) * 24 * time.Hour) }
		st := connect(t, c)
		if err := st.All().CreateIdentityPool(t.Context(), &provider.IdentityPool{ID: "p", Name: "p", SealedHMAC: []byte{1}}); err != nil {
			t.Fatal(err)
		}
		addIdentity(t, st, "unused", provider.IdentityGuest)
		addIdentity(t, st, "saver", provider.IdentityGuest)
		addIdentity(t, st, "user", provider.IdentityLinked)
		_, err := st.IdentityPool("p").Patch(t.Context(), store.Batch{IdentityID: "saver", Dataset: "notes", Issued: st.Now(),
			Patches: []provider.Patch{{Key: "k", Value: "v"}}, Limits: store.DatasetLimits{Records: 9, Bytes: 99, Datasets: 9, IdentityBytes: 99}})
		if err != nil {
			t.Fatal(err)
		}
		days.Store(20)
		addIdentity(t, st, "young", provider.IdentityGuest)
		days.Store(31)
		if _, err := st.All().CleanUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for id, want := range map[string]bool{"unused": false, "saver": true, "user": true, "young": true} {
			_, err := st.IdentityPool("p").Identity(t.Context(), id)
			if (err == nil) != want {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}

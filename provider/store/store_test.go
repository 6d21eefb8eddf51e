package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, testOpen)
}

func testOpen(t *testing.T, st *store.Store) {
	// An acknowledged write survives a power cut: SQLite's FULL is 2.
	want := map[string]string{"sqlite": "2", "postgres": "on"}[st.Driver()]
	if d, err := st.Durability(t.Context()); err != nil || d != want {
		t.Fatalf("durability %q %v, want %q", d, err, want)
	}
	at, newest, err := st.SchemaVersion(t.Context())
	if err != nil || at != newest {
		t.Fatalf("schema at %d of %d: %v", at, newest, err)
	}
	if _, err := st.All().CleanUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.AddEvent(t.Context(), &provider.Event{PoolID: "-", Action: "test", Outcome: "success", Detail: map[string]string{"a": "b"}}); err != nil {
		t.Fatal(err)
	}
	ev, err := st.Events(t.Context(), "-", "", "", 10)
	if err != nil || len(ev) != 1 || ev[0].Detail["a"] != "b" {
		t.Fatalf("events %v %v", ev, err)
	}
}

func TestRollback(t *testing.T) {
	t.Parallel()
	storetest.Each(t, testRollback)
}

func testRollback(t *testing.T, st *store.Store) {
	boom := errors.New("boom")
	err := st.Tx(t.Context(), func(ctx context.Context) error {
		if err := st.All().SetSetting(ctx, "x", []byte("1")); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	v, err := st.All().Setting(t.Context(), "x", func() ([]byte, error) { return []byte("2"), nil })
	if err != nil || string(v) != "2" {
		t.Fatalf("%q %v", v, err)
	}
}

func TestSettingRace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, testSettingRace)
}

func testSettingRace(t *testing.T, st *store.Store) {
	var wg sync.WaitGroup
	got := make([]string, 16)
	for i := range got {
		wg.Go(func() {
			v, err := st.All().Setting(t.Context(), "k", func() ([]byte, error) { return []byte{byte('a' + i)}, nil })
			if err != nil {
				t.Error(err)
			}
			got[i] = string(v)
		})
	}
	wg.Wait()
	for _, g := range got {
		if g != got[0] {
			t.Fatalf("nodes disagree: %q", got)
		}
	}
}

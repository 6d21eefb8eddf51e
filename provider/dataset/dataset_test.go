package dataset_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const pool = "us-east-1:00000000-0000-4000-8000-000000000001"

// desk is a service at a clock that a test moves, with one owner.
type desk struct {
	*testing.T
	*dataset.Service
	who dataset.Owner
	now time.Time
}

func each(t *testing.T, test func(d *desk)) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &desk{T: t, now: time.Now(), who: dataset.Owner{PoolID: pool, IdentityID: pool[:len(pool)-1] + "a"}}
			c := config(t)
			c.Now = func() time.Time { return d.now }
			st, err := store.Open(t.Context(), c)
			d.must(err)
			defer st.Close()
			sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{7}, secret.KeySize)})
			d.must(err)
			d.must(st.All().CreateIdentityPool(t.Context(), &provider.IdentityPool{ID: pool, Name: "p", SealedHMAC: []byte{1}}))
			d.must(st.IdentityPool(pool).CreateIdentity(t.Context(), &provider.Identity{ID: d.who.IdentityID, State: provider.IdentityGuest}))
			d.Service = &dataset.Service{
				Store: st, Sealer: sealer, Feed: &dataset.Feed{Store: st, Log: slog.New(slog.DiscardHandler)}, Now: func() time.Time { return d.now },
			}
			test(d)
		})
	}
}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) page(name string, q dataset.Query) *dataset.Page {
	d.Helper()
	p, err := d.Records(d.Context(), d.who, name, q)
	d.must(err)
	return p
}

func (d *desk) write(name string, patches ...provider.Patch) {
	d.Helper()
	_, err := d.Update(d.Context(), d.who, name, d.page(name, dataset.Query{}).Session, "test", patches)
	d.must(err)
}

func TestSessionExpires(t *testing.T) {
	each(t, func(d *desk) {
		session := d.page("d", dataset.Query{}).Session
		update := func(name string) provider.Code {
			_, err := d.Update(d.Context(), d.who, name, session, "", nil)
			return provider.CodeOf(err)
		}
		d.now = d.now.Add(dataset.SessionLife - 2*time.Second)
		if got := update("d"); got != "" {
			d.Errorf("before its end: %s", got)
		}
		if got := update("e"); got != provider.CodeInvalid {
			d.Errorf("for another dataset: %s", got)
		}
		d.now = d.now.Add(3 * time.Second)
		if got := update("d"); got != provider.CodeExpired {
			d.Errorf("after its end: %s", got)
		}
		if _, err := d.Records(d.Context(), d.who, "d", dataset.Query{Session: session}); provider.CodeOf(err) != provider.CodeExpired {
			d.Errorf("a page of an old session: %v", err)
		}
	})
}

// TestBehindTheHorizon looks at a device that was away while a key was removed
// and the removal forgotten: it must be told to drop what it holds.
func TestBehindTheHorizon(t *testing.T) {
	each(t, func(d *desk) {
		d.write("d", provider.Patch{Key: "stays", Value: "v"}, provider.Patch{Key: "goes", Value: "v"})
		d.write("d", provider.Patch{Key: "goes", Base: 1, Remove: true})
		if p := d.page("d", dataset.Query{Since: 1}); p.Deleted || len(p.Records) != 1 || !p.Records[0].Deleted {
			d.Fatalf("while the removal is known: %+v", p)
		}
		d.now = d.now.Add(store.TombstoneLife + time.Hour)
		_, err := d.Store.All().CleanUp(d.Context())
		d.must(err)
		if p := d.page("d", dataset.Query{Since: 1}); !p.Deleted || !p.Exists || len(p.Records) != 1 || p.Records[0].Key != "stays" || p.Rev != 2 {
			d.Fatalf("after: %+v", p)
		}
		if p := d.page("d", dataset.Query{Since: 2}); p.Deleted || len(p.Records) != 0 {
			d.Fatalf("who saw it in time: %+v", p)
		}
	})
}

func TestNames(t *testing.T) {
	each(t, func(d *desk) {
		merged := strings.Repeat("x", dataset.MaxName) + "." + pool + "." + pool
		for name, good := range map[string]bool{
			"a": true, "A.b_c:d-9": true, strings.Repeat("x", dataset.MaxName): true, merged: true, "a.": true,
			"": false, ".": false, "..": false, "a b": false, "a/b": false, "é": false, "a\x00": false, "\xff": false,
			strings.Repeat("x", dataset.MaxName+1): false, "x" + merged: false, strings.Repeat("."+pool, 30): false,
		} {
			if _, err := d.Records(d.Context(), d.who, name, dataset.Query{}); (err == nil) != good || err != nil && provider.CodeOf(err) != provider.CodeInvalid {
				d.Errorf("%q: %v", name, err)
			}
		}
	})
}

// TestSlowReader lets much happen while a reader does not read: what waits for it
// stays one entry a dataset, the newest.
func TestSlowReader(t *testing.T) {
	each(t, func(d *desk) {
		sub, err := d.Feed.Subscribe(d.who.PoolID, d.who.IdentityID)
		d.must(err)
		defer sub.Close()
		for i := range int64(20) {
			d.write("d", provider.Patch{Key: "k", Value: "v", Base: i})
		}
		d.write("e", provider.Patch{Key: "k", Value: "v"})
		<-sub.Wake()
		changes, over := sub.Take()
		if over || len(changes) != 2 || changes[0].Rev+changes[1].Rev != 21 {
			d.Fatalf("waiting: %+v", changes)
		}
		// Reading the database again tells nothing that was told.
		d.must(sub.Catch(d.Context(), 0))
		if changes, _ := sub.Take(); len(changes) != 0 {
			d.Fatalf("told twice: %+v", changes)
		}
	})
}

// TestNothingIsToldOfARollback writes in a transaction that fails afterwards.
func TestNothingIsToldOfARollback(t *testing.T) {
	each(t, func(d *desk) {
		sub, err := d.Feed.Subscribe(d.who.PoolID, d.who.IdentityID)
		d.must(err)
		defer sub.Close()
		session := d.page("d", dataset.Query{}).Session
		err = d.Store.Tx(d.Context(), func(ctx context.Context) error {
			if _, err := d.Update(ctx, d.who, "d", session, "", []provider.Patch{{Key: "k", Value: "v"}}); err != nil {
				return err
			}
			return provider.ErrUnavailable
		})
		if provider.CodeOf(err) != provider.CodeUnavailable {
			d.Fatal(err)
		}
		if changes, _ := sub.Take(); len(changes) != 0 {
			d.Fatalf("told: %+v", changes)
		}
		if p := d.page("d", dataset.Query{}); p.Exists {
			d.Fatal("written")
		}
	})
}

func TestBatchesCostTwoStatements(t *testing.T) {
	each(t, func(d *desk) {
		session := d.page("d", dataset.Query{}).Session
		counts := storetest.Count(d, d.Store, func() {
			_, err := d.Update(d.Context(), d.who, "d", session, "", []provider.Patch{{Key: "k", Value: "v"}, {Key: "l", Value: "v"}})
			d.must(err)
		})
		if counts.Reads != 0 || counts.Writes != 2 || counts.Commits != 1 {
			d.Errorf("a batch cost:%s", counts)
		}
		if counts := storetest.Count(d, d.Store, func() { d.page("d", dataset.Query{}) }); counts.Reads != 3 || counts.Writes != 0 {
			d.Errorf("a page cost:%s", counts)
		}
	})
}

// The removal of a key that never was leaves nothing behind: not a dataset, not a
// record, nothing that escapes the limits.
func TestRemovingWhatNeverWasLeavesNothing(t *testing.T) {
	each(t, func(d *desk) {
		gone := provider.Patch{Key: "never", Remove: true}
		d.write("a", gone)
		if page := d.page("a", dataset.Query{}); page.Exists || page.Rev != 0 {
			t.Errorf("a dataset was made: %+v", page)
		}
		d.write("a", gone, provider.Patch{Key: "k", Value: "v"})
		page := d.page("a", dataset.Query{Since: 0})
		if len(page.Records) != 1 || page.Records[0].Key != "k" || page.Rev != 1 {
			t.Errorf("%+v", page)
		}
		d.write("a", provider.Patch{Key: "k", Base: 1, Remove: true})
		if page := d.page("a", dataset.Query{Since: 1}); len(page.Records) != 1 || !page.Records[0].Deleted {
			t.Errorf("a removal was lost: %+v", page)
		}
		d.write("a", provider.Patch{Key: "never", Value: "now"})
	})
}

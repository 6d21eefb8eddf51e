package risk

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestAddressesAreCountedByWhoHoldsThem(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.7":            "address:203.0.113.7",
		"::ffff:203.0.113.7":     "address:203.0.113.7",
		"2001:db8:1:2:3:4:5:6":   "address:2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::%e0": "address:2001:db8:1:2::/64",
		"":                       "",
		"not an address":         "",
	} {
		if got := addressKey(provider.Actor{Address: address}); got != want {
			t.Errorf("%q: %q, not %q", address, got, want)
		}
	}
}

func TestNamesNobodyHasTakeLittleRoom(t *testing.T) {
	t.Parallel()
	if key := (Subject{Name: strings.Repeat("\x00x", 10_000)}).key(); len(key) != len("name:")+64 {
		t.Errorf("%d bytes", len(key))
	}
	if (Subject{Name: "a"}).key() == (Subject{Name: "b"}).key() || (Subject{UserID: "a"}).key() == (Subject{Name: "a"}).key() {
		t.Error("subjects share a key")
	}
}

func TestLineIsBounded(t *testing.T) {
	t.Parallel()
	var l lines
	leave, err := l.enter(t.Context(), "k", 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, maxLine)
	for range maxLine {
		go func() {
			_, err := l.enter(ctx, "k", 1)
			waiting <- err
		}()
	}
	for {
		l.mu.Lock()
		users := l.m["k"].users
		l.mu.Unlock()
		if users == 1+maxLine {
			break
		}
	}
	if _, err := l.enter(t.Context(), "k", 1); provider.CodeOf(err) != provider.CodeThrottled {
		t.Errorf("one more than the line holds: %v", err)
	}
	if other, err := l.enter(t.Context(), "other", 1); err != nil {
		t.Errorf("another key: %v", err)
	} else {
		other()
	}
	cancel()
	for range maxLine {
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("who went away: %v", err)
		}
	}
	leave()
	if len(l.m) != 0 {
		t.Errorf("%d lines are left", len(l.m))
	}
}

func TestRefusedTryCountsNowhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		g := &Guard{Store: st}
		ctx := provider.WithActor(t.Context(), provider.Actor{Address: "203.0.113.7"})
		begin := func() error {
			try, err := g.Begin(ctx, "us-east-1_risk00000", Subject{UserID: "u"})
			if err == nil {
				try.Release()
			}
			return err
		}
		for i := range userLimit().Free {
			if err := begin(); err != nil {
				t.Fatalf("free try %d: %v", i+1, err)
			}
		}
		for range 3 {
			if err := begin(); provider.CodeOf(err) != provider.CodeThrottled {
				t.Fatalf("past the free ones: %v", err)
			}
		}
		rows := st.Pool("us-east-1_risk00000")
		for _, key := range []string{"user:u", "address:203.0.113.7"} {
			if row, err := rows.Tries(ctx, key); row.Failures != userLimit().Free || err != nil {
				t.Errorf("%s: %d failures, %v", key, row.Failures, err)
			}
		}
		try, err := g.Begin(ctx, "us-east-1_risk00000", Subject{UserID: "another"})
		if err != nil {
			t.Fatal(err)
		}
		if err := try.Withdraw(ctx); err != nil {
			t.Fatal(err)
		}
		try.Release()
		if row, _ := rows.Tries(ctx, "address:203.0.113.7"); row.Failures != userLimit().Free {
			t.Errorf("a withdrawn try counts: %d", row.Failures)
		}
	})
}

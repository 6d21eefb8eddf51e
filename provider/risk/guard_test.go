package risk

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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

// Who answers a message has the wait for the next one eased by that one alone: what
// strangers asked for stays counted, and an hour holds only so many.
func TestARightAnswerSendsNoMore(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pool = "us-east-1_risk00000"
			var later atomic.Int64
			c := config(t)
			c.Now = func() time.Time {
				return time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC).Add(time.Duration(later.Load()))
			}
			st, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			g, ann := &Guard{Store: st}, Subject{UserID: "ann"}
			ask := func() error { return g.Ask(t.Context(), pool, ann, "sign_in") }
			answer := func() {
				if err := g.Answered(t.Context(), pool, ann, "sign_in"); err != nil {
					t.Fatal(err)
				}
			}
			for _, wait := range []time.Duration{0, time.Minute, 2 * time.Minute} {
				later.Add(int64(wait))
				if err := ask(); err != nil {
					t.Fatalf("after %s: %v", wait, err)
				}
			}
			answer()
			if err := ask(); provider.CodeOf(err) != provider.CodeThrottled {
				t.Errorf("one answer of three: %v", err)
			}
			later.Add(int64(4 * time.Minute))
			if err := ask(); err != nil {
				t.Errorf("the wait is over: %v", err)
			}

			// What went to an address that the person named is off the wait once it was
			// answered, however often it was asked for; the person's own wait is not.
			to := Subject{UserID: "bea", To: "bea@example.com"}
			for range 2 {
				if err := g.Ask(t.Context(), pool, to, "second"); err != nil {
					t.Fatal(err)
				}
				later.Add(int64(time.Minute))
			}
			if err := g.Ask(t.Context(), pool, to, "second"); provider.CodeOf(err) != provider.CodeThrottled {
				t.Errorf("a third, unanswered: %v", err)
			}
			if err := g.Answered(t.Context(), pool, to, "second"); err != nil {
				t.Fatal(err)
			}
			if err := g.Ask(t.Context(), pool, to, "second"); err != nil {
				t.Errorf("after an answer: %v", err)
			}

			later.Store(int64(24 * time.Hour))
			for i := range mailMost {
				if err := ask(); err != nil {
					t.Fatalf("message %d, each answered: %v", i+1, err)
				}
				answer()
			}
			err = ask()
			var e *provider.Error
			if !errors.As(err, &e) || e.Code != provider.CodeThrottled || e.RetryAfter != 3600 {
				t.Errorf("one more in the hour: %v", err)
			}
			later.Add(int64(time.Hour))
			if err := ask(); err != nil {
				t.Errorf("in the next hour: %v", err)
			}
		})
	}
}

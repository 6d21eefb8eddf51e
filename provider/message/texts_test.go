package message_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// exchangeOf is a Post over a store, whose messages stay in the jobs table, and a pool
// that texts Sweden.
func exchangeOf(t testing.TB, st *store.Store) (*message.Post, *provider.Pool) {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	box := &message.Mailbox{Store: st}
	pool := &provider.Pool{ID: "us-east-1_AAAAAAAAA", Name: "Northwind Cycling"}
	pool.Settings.SMS.Countries = []string{"SE"}
	if err := st.All().CreatePool(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	return &message.Post{Letters: open(t), Outbox: &message.Outbox{
		Store: st, Sealer: sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: box, provider.BySMS: box},
	}}, pool
}

// offer offers a text from an address and answers why it was dropped.
func offer(t testing.TB, p *message.Post, pool *provider.Pool, from, to string) message.Drop {
	t.Helper()
	ctx := provider.WithActor(t.Context(), provider.Actor{Kind: "client", Address: from})
	drop, err := p.Offer(ctx, message.Letter{Pool: pool, Kind: message.SignIn, Channel: provider.BySMS, To: to, Code: "402913"})
	if err != nil {
		t.Error(err)
	}
	return drop
}

// swedish is one of the numbers that Sweden keeps for stories.
func swedish(n int) string { return fmt.Sprintf("+4670174%04d", 605+n) }

func TestTextsGoOnlyWhereThePoolSays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		for to, want := range map[string]message.Drop{
			swedish(0): "", "+12025550123": message.DropCountry, "+4915123456789": message.DropCountry,
			"+46812345678":  message.DropNumber, // a fixed line in Stockholm
			"+469391234567": message.DropNumber, // a premium rate
			"+4620123456":   message.DropNumber, // toll free
			"0701740605":    message.DropNumber, "": message.DropNumber, "+": message.DropNumber, "+999123456": message.DropNumber,
		} {
			if got := offer(t, p, pool, "", to); got != want {
				t.Errorf("%s: dropped for %q, want %q", to, got, want)
			}
		}
		pool.Settings.SMS.Countries = nil
		if got := offer(t, p, pool, "", swedish(1)); got != message.DropCountry || p.Offers(pool, provider.BySMS) {
			t.Errorf("a pool that lists no country: %q", got)
		}
		var denied int
		if err := eachEvent(t, st, pool.ID, func(e provider.Event) {
			if e.Action == message.ActionDropped && e.Detail["reason"] != "" && e.Detail["kind"] == "sign_in" {
				denied++
			}
		}); err != nil || denied != 10 {
			t.Errorf("the trail tells of %d dropped texts, %v", denied, err)
		}
	})
}

func eachEvent(t testing.TB, st *store.Store, pool string, f func(provider.Event)) error {
	t.Helper()
	events, err := st.Events(t.Context(), pool, "", "", 100)
	for _, e := range events {
		f(e)
	}
	return err
}

func TestCapsHoldUnderARace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*provider.SMSSettings)
		to   func(i int) string
		from func(i int) string
		drop message.Drop
	}{
		"number":  {func(s *provider.SMSSettings) { s.PerNumber = 5 }, func(int) string { return swedish(0) }, func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }, message.DropTo},
		"prefix":  {func(s *provider.SMSSettings) { s.PerPrefix = 5 }, swedish, func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }, message.DropPrefix},
		"address": {func(s *provider.SMSSettings) { s.PerAddress = 5 }, swedish, func(i int) string { return fmt.Sprintf("2001:db8:1:1::%d", i) }, message.DropAddress},
		"budget":  {func(s *provider.SMSSettings) { s.DailyBudget = 5 }, swedish, func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }, message.DropBudget},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, st *store.Store) {
				p, pool := exchangeOf(t, st)
				c.set(&pool.Settings.SMS)
				drops := make([]message.Drop, 20)
				var all sync.WaitGroup
				for i := range drops {
					all.Go(func() { drops[i] = offer(t, p, pool, c.from(i), c.to(i)) })
				}
				all.Wait()
				count := map[message.Drop]int{}
				for _, d := range drops {
					count[d]++
				}
				jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 100, time.Minute)
				if count[""] != 5 || count[c.drop] != 15 || len(jobs) != 5 || err != nil {
					t.Errorf("20 at once: %v; %d taken in, %v", count, len(jobs), err)
				}
			})
		})
	}
}

func TestARefusedTextCostsNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		pool.Settings.SMS.PerNumber, pool.Settings.SMS.PerAddress, pool.Settings.SMS.DailyBudget = 1, 2, 3
		for i, c := range []struct {
			from, to string
			want     message.Drop
		}{
			{"203.0.113.1", swedish(0), ""}, {"203.0.113.1", swedish(0), message.DropTo}, {"203.0.113.1", swedish(0), message.DropTo},
			{"203.0.113.1", swedish(1), ""}, {"203.0.113.1", swedish(2), message.DropAddress},
			{"203.0.113.2", swedish(2), ""}, // it was not counted against its number when the address had enough
			{"203.0.113.2", swedish(3), message.DropBudget},
		} {
			if got := offer(t, p, pool, c.from, c.to); got != c.want {
				t.Errorf("text %d: dropped for %q, want %q", i+1, got, c.want)
			}
		}
	})
}

func TestTheBudgetRaisesItsAlarmOnceADay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		p.Operators = func(context.Context, string) ([]provider.User, error) {
			return []provider.User{{Username: "root", Attributes: map[string]string{"email": "root@example.com"}}}, nil
		}
		pool.Settings.SMS.DailyBudget = 5
		alarms := func() map[string]int {
			out := map[string]int{}
			if err := eachEvent(t, st, pool.ID, func(e provider.Event) { out[e.Action]++ }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		for i := range 3 {
			offer(t, p, pool, "", swedish(i))
		}
		if a := alarms(); a[message.ActionBudgetNear]+a[message.ActionBudgetSpent] != 0 {
			t.Errorf("alarms after three of five: %v", a)
		}
		for i := 3; i < 9; i++ {
			offer(t, p, pool, "", swedish(i))
		}
		if a := alarms(); a[message.ActionBudgetNear] != 1 || a[message.ActionBudgetSpent] != 1 {
			t.Errorf("alarms at the end: %v", a)
		}
		jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 100, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if err := p.Outbox.Deliver(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := st.All().KeptMessages(t.Context())
		subjects := map[string]int{}
		for _, m := range kept {
			if m.To == "root@example.com" {
				subjects[m.Subject]++
			}
		}
		if err != nil || len(subjects) != 2 || subjects["Northwind Cycling: no more text messages today"] != 1 || len(kept) != 7 {
			t.Errorf("operators were told %v; %d messages, %v", subjects, len(kept), err)
		}
	})
}

// Strangers who have codes sent to somebody cannot use up the texts that let them sign in.
func TestStrangersLeaveTheSecondFactor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		pool.Settings.SMS.PerNumber = 2
		for i, want := range []message.Drop{"", "", message.DropTo} {
			if got := offer(t, p, pool, "203.0.113.1", swedish(0)); got != want {
				t.Fatalf("a stranger's text %d: %q", i, got)
			}
		}
		for i, want := range []message.Drop{"", "", message.DropTo} {
			got, err := p.Offer(t.Context(), message.Letter{Pool: pool, Kind: message.SecondFactor, Channel: provider.BySMS, To: swedish(0), Code: "402913"})
			if err != nil || got != want {
				t.Errorf("the owner's %d: %q, %v", i, got, err)
			}
		}
	})
}

// Whoever names somebody else's address as their own cannot have it flooded with notices
// of what they do, by one account or several. A proved address is told of everything.
func TestNoticesDoNotFloodAStranger(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		tell := func(times int, email, verified string) {
			for i := range times {
				u := &provider.User{ID: fmt.Sprint("id-", i), Username: "mallory", Attributes: map[string]string{"email": email, "email_verified": verified}}
				if err := p.Tell(t.Context(), pool, u, message.FactorAdded(provider.FactorTOTP)); err != nil {
					t.Fatal(err)
				}
			}
		}
		tell(20, "victim@example.com", "")
		tell(20, "Victim@example.com", "false")
		tell(2, "mallory@example.com", "")
		tell(25, "ann@example.com", "true")
		sent := map[string]int{}
		jobs, err := st.All().LeaseJobs(t.Context(), "test", []string{message.JobKind}, 100, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if err := p.Outbox.Deliver(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := st.All().KeptMessages(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range kept {
			sent[m.To]++
		}
		if sent["victim@example.com"] != 10 || sent["Victim@example.com"] != 0 || sent["mallory@example.com"] != 2 || sent["ann@example.com"] != 25 {
			t.Errorf("sent %v", sent)
		}
	})
}

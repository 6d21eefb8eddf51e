package factor_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

// world is a pool with a user whose factors are kept, and a mailbox that shows what
// the user was told.
type world struct {
	t       *testing.T
	st      *store.Store
	factors *factor.Factors
	outbox  *message.Outbox
	pool    *provider.Pool
	user    *provider.User
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { test(newWorld(t, st)) })
}

func newWorld(t *testing.T, st *store.Store) *world {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	must(t, err)
	letters, err := message.OpenLetters(templates.FS)
	must(t, err)
	w := &world{t: t, st: st}
	w.outbox = &message.Outbox{Store: st, Sealer: sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: &message.Mailbox{Store: st}}}
	w.factors = &factor.Factors{Store: st, Sealer: sealer, Audit: &audit.Log{Store: st}, Post: &message.Post{Letters: letters, Outbox: w.outbox}}
	w.pool = &provider.Pool{ID: "us-east-1_factor000", Name: "n", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard,
		Settings: provider.PoolSettings{DisplayName: "Northwind: Cycling"}}
	must(t, st.All().CreatePool(t.Context(), w.pool))
	w.user = &provider.User{ID: "id-mika", Username: "mika", Status: provider.UserConfirmed, Enabled: true, Attributes: map[string]string{"email": "mika@example.com"}}
	must(t, st.Pool(w.pool.ID).CreateUser(t.Context(), w.user, []provider.UserName{{Key: "mika", Kind: "username"}}))
	return w
}

// write runs what a check allows, in a transaction.
func (w *world) write(f func(context.Context) error) error { return w.st.Tx(w.t.Context(), f) }

// code is what an app shows for a secret, so many steps from now.
func (w *world) code(secret string, steps int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	must(w.t, err)
	return code
}

// enrol sets an authenticator app up with a code from a step ago, so that the
// present one still works.
func (w *world) enrol() *factor.Enrolment {
	w.t.Helper()
	offer, write, err := w.factors.OfferTOTP(w.t.Context(), w.pool, w.user)
	must(w.t, err)
	must(w.t, w.write(write))
	write, err = w.factors.EnrolTOTP(w.t.Context(), w.pool, w.user, offer, w.code(offer.Secret(), -1), "phone")
	must(w.t, err)
	must(w.t, w.write(write))
	return offer
}

// has is what the user's row says.
func (w *world) has() []provider.Factor {
	w.t.Helper()
	u, err := w.st.Pool(w.pool.ID).User(w.t.Context(), w.user.ID)
	must(w.t, err)
	return u.MFA.Enabled
}

// told delivers the mail and returns what it says, oldest first.
func (w *world) told() []provider.Message {
	w.t.Helper()
	jobs, err := w.st.All().LeaseJobs(w.t.Context(), "test", []string{message.JobKind}, 100, time.Minute)
	must(w.t, err)
	for _, j := range jobs {
		must(w.t, w.outbox.Deliver(w.t.Context(), j))
		must(w.t, w.st.All().FinishJob(w.t.Context(), "test", j.ID))
	}
	kept, err := w.st.All().KeptMessages(w.t.Context())
	must(w.t, err)
	slices.Reverse(kept)
	return kept
}

// actions are what the trail says happened to the user, newest first.
func (w *world) actions() []string {
	w.t.Helper()
	events, err := w.st.Events(w.t.Context(), w.pool.ID, "user/"+w.user.ID, "", 100)
	must(w.t, err)
	var out []string
	for _, e := range events {
		out = append(out, e.Action)
	}
	return out
}

// race does something so many times at once and counts how often it went well; the
// other times must fail as lost says.
func (w *world) race(times int, f func() error, lost func(error) bool) int {
	w.t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range times {
		wg.Go(func() {
			err := f()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case !lost(err):
				w.t.Errorf("not lost, but: %v", err)
			}
		})
	}
	wg.Wait()
	return won
}

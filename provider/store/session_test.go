package store_test

import (
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func addPoolUser(t *testing.T, st *store.Store) (*store.Pool, *provider.User) {
	t.Helper()
	p := &provider.Pool{ID: "us-east-1_sessions0", Name: "n", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	if err := st.All().CreatePool(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	u := &provider.User{
		ID: "user-1", Username: "Mika", Status: provider.UserConfirmed, Enabled: true,
		Attributes: map[string]string{"email": "mika@example.com"},
	}
	if err := st.Pool(p.ID).CreateUser(t.Context(), u, []provider.UserName{{Key: "mika", Kind: "username"}}); err != nil {
		t.Fatal(err)
	}
	return st.Pool(p.ID), u
}

func TestSessionIsReadWithItsUserInOneStatement(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, u := addPoolUser(t, st)
		hash := []byte("0123456789abcdef0123456789abcdef")
		want := &provider.Session{
			IDHash: hash, UserID: u.ID, AuthTime: 7, AMR: []string{"pwd"}, Address: "203.0.113.1",
			CreatedAt: 7, IdleUntil: 8, ExpiresAt: 9,
		}
		if err := p.AddSession(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		var got *store.SessionUser
		n := storetest.Count(t, st, func() {
			var err error
			if got, err = p.Session(t.Context(), hash); err != nil {
				t.Fatal(err)
			}
		})
		if n.Reads != 1 || n.Writes != 0 {
			t.Errorf("statements: %s", n)
		}
		if got.UserID != u.ID || got.AuthTime != 7 || got.CreatedAt != 7 || len(got.AMR) != 1 || got.IdleUntil != 8 || got.ExpiresAt != 9 {
			t.Errorf("session: %+v", got.Session)
		}
		if got.User.Username != "Mika" || !got.User.Enabled || got.User.Status != provider.UserConfirmed ||
			!maps.Equal(got.User.Attributes, u.Attributes) || got.User.CreatedAt != u.CreatedAt || got.User.ID != u.ID {
			t.Errorf("user: %+v", got.User)
		}
		if _, err := st.Pool("us-east-1_another00").Session(t.Context(), hash); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("another pool reads it: %v", err)
		}
		if err := p.RevokeSession(t.Context(), hash); err != nil {
			t.Fatal(err)
		}
		if got, err := p.Session(t.Context(), hash); err != nil || got.RevokedAt == 0 {
			t.Errorf("revoked: %+v, %v", got, err)
		}
	})
}

func TestAttemptMovesAndEndsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, _ := addPoolUser(t, st)
		a := &provider.Attempt{ID: "a", BrowserHash: []byte("b"), Step: "one", State: []byte("s"), ExpiresAt: 5}
		if err := p.AddAttempt(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		a.Step = "two"
		if err := p.MoveAttempt(t.Context(), a, "one", nil); err != nil {
			t.Fatal(err)
		}
		if err := p.MoveAttempt(t.Context(), a, "one", nil); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("moved twice: %v", err)
		}
		if err := p.EndAttempt(t.Context(), "a", "one"); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("ended at a step it has left: %v", err)
		}
		if err := p.EndAttempt(t.Context(), "a", "two"); err != nil {
			t.Fatal(err)
		}
		if err := p.EndAttempt(t.Context(), "a", "two"); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("ended twice: %v", err)
		}
	})
}

func TestLoginIsOneRead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, u := addPoolUser(t, st)
		none, err := p.LoginByName(t.Context(), "mika")
		if err != nil || none.Password.Hash != "" || none.User.ID != u.ID {
			t.Fatalf("without a password: %+v, %v", none, err)
		}
		if err := p.SetPassword(t.Context(), &provider.Password{UserID: u.ID, Hash: "h1", Temporary: true, ExpiresAt: 9}); err != nil {
			t.Fatal(err)
		}
		var got *store.Login
		n := storetest.Count(t, st, func() {
			if got, err = p.LoginByName(t.Context(), "mika"); err != nil {
				t.Fatal(err)
			}
		})
		if n.Reads != 1 || got.Password.Hash != "h1" || !got.Password.Temporary || got.Password.ExpiresAt != 9 ||
			got.User.Attributes["email"] != "mika@example.com" || got.User.CreatedAt != u.CreatedAt {
			t.Errorf("%+v in %s", got, n)
		}
		if _, err := p.LoginByName(t.Context(), "nobody"); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("nobody: %v", err)
		}
		if err := p.RehashPassword(t.Context(), u.ID, "h0", "h2"); err != nil {
			t.Fatal(err)
		}
		if got, _ := p.LoginByID(t.Context(), u.ID); got.Password.Hash != "h1" {
			t.Error("a rehash overwrote a newer password")
		}
		if err := p.ReplacePassword(t.Context(), u.ID, "h0", "h2", provider.UserForceChangePassword); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("replaced a password that is not the proven one: %v", err)
		}
		if err := p.ReplacePassword(t.Context(), u.ID, "h1", "h2", provider.UserForceChangePassword); err != nil {
			t.Fatal(err)
		}
		if got, _ := p.LoginByID(t.Context(), u.ID); got.Password.Hash != "h2" || got.Password.Temporary {
			t.Errorf("replaced: %+v", got.Password)
		}
	})
}

// storeConfigs are databases for tests that need a clock of their own.
func storeConfigs(t *testing.T) map[string]store.Config {
	t.Helper()
	configs := map[string]store.Config{"sqlite": storetest.SQLiteConfig(t)}
	for _, st := range storetest.New(t) {
		if st.Driver() == "postgres" {
			configs["postgres"] = storetest.PostgreSQLConfig(t)
		}
	}
	return configs
}

func reopen(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

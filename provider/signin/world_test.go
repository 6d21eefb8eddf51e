package signin_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const rightPassword = "Correct-horse-7"

// world is a pool with a user, and a flow over a fresh database whose clock the
// test moves.
type world struct {
	t     *testing.T
	st    *store.Store
	pool  *provider.Pool
	flow  *signin.Flow
	clock *clock
	user  *provider.User
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

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

// each runs a test in a world over every kind of database.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	configs := map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, config(t)))
		})
	}
}

func newWorld(t *testing.T, config store.Config) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}}
	config.Now = w.clock.now
	st, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w.st = st
	hasher, err := secret.NewHasher(secret.Params{Memory: 64, Time: 1, Threads: 1}, 2, 1024)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	trail := &audit.Log{Store: st}
	w.flow = &signin.Flow{
		Store: st, Sealer: sealer, Hasher: hasher, Guard: &risk.Guard{Store: st}, Audit: trail,
		Sessions: &signin.Sessions{Store: st, Audit: trail},
		Factors:  &factor.Factors{Store: st, Sealer: sealer, Audit: trail},
	}
	w.pool = &provider.Pool{ID: "us-east-1_signin000", Name: "n", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	if err := st.All().CreatePool(t.Context(), w.pool); err != nil {
		t.Fatal(err)
	}
	w.user = w.addUser("Mika", provider.UserConfirmed, provider.Password{Hash: w.hash(rightPassword)})
	return w
}

func (w *world) hash(password string) string {
	w.t.Helper()
	h, err := w.flow.Hasher.Hash(w.t.Context(), password)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func (w *world) addUser(name string, status provider.UserStatus, pw provider.Password) *provider.User {
	w.t.Helper()
	rows := w.st.Pool(w.pool.ID)
	u := &provider.User{ID: "id-" + name, Username: name, Status: status, Enabled: true, Attributes: map[string]string{}}
	if err := rows.CreateUser(w.t.Context(), u, []provider.UserName{{Key: strings.ToLower(name), Kind: "username"}}); err != nil {
		w.t.Fatal(err)
	}
	if pw.Hash != "" {
		pw.UserID = u.ID
		if err := rows.SetPassword(w.t.Context(), &pw); err != nil {
			w.t.Fatal(err)
		}
	}
	return u
}

func (w *world) change(f func(u *provider.User)) {
	w.t.Helper()
	err := w.st.Pool(w.pool.ID).ChangeUser(w.t.Context(), w.user.ID, func(u *provider.User) ([]provider.UserName, error) {
		f(u)
		return nil, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// browser is one browser's binding and the attempt it is in.
type browser struct {
	w       *world
	binding string
	attempt string
	session string
}

func (w *world) open(client *provider.Client) *browser {
	w.t.Helper()
	b := &browser{w: w, binding: secret.Token()}
	a, err := w.flow.Begin(w.t.Context(), w.pool, signin.Start{Binding: b.binding, Client: client})
	if err != nil {
		w.t.Fatal(err)
	}
	b.attempt = a.ID
	return b
}

func (b *browser) answer(given signin.Answer) (*signin.Result, error) {
	ctx := provider.WithActor(b.w.t.Context(), provider.Actor{Kind: "user", Address: "203.0.113.7", UserAgent: "test"})
	r, err := b.w.flow.Answer(ctx, b.w.pool, b.attempt, b.binding, b.session, given)
	if err == nil && r.Principal != nil {
		b.session = r.SessionID
	}
	return r, err
}

// try opens a browser and gives a name and a password.
func (w *world) try(name, password string) (*browser, *signin.Result, error) {
	w.t.Helper()
	b := w.open(nil)
	r, err := b.answer(signin.Answer{Username: name, Password: password})
	return b, r, err
}

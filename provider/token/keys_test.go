package token_test

import (
	"bytes"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/provider/token"
)

const (
	pool     = "us-east-1_Test12345"
	identity = "us-east-1:7c8e0f6a-0000-4000-8000-000000000001"
)

// clock is a store's time, which a test may move.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time       { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) pass(d time.Duration) { c.ahead.Add(int64(d)) }

// each runs a test on every database, with a clock of its own.
func each(t *testing.T, test func(t *testing.T, keys *token.Keys, c *clock)) {
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &clock{}
			conf := config(t)
			conf.Now = c.now
			st, err := store.Open(t.Context(), conf)
			must(t, err)
			t.Cleanup(func() { _ = st.Close() })
			must(t, st.All().CreatePool(t.Context(), &provider.Pool{ID: pool, Name: "test", Kind: provider.PoolKindUsers}))
			test(t, newKeys(t, st, 1), c)
		})
	}
}

func newKeys(t *testing.T, st *store.Store, key byte) *token.Keys {
	t.Helper()
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: bytes.Repeat([]byte{key}, secret.KeySize)})
	must(t, err)
	return &token.Keys{Store: st, Sealer: sealer, Audit: &audit.Log{Store: st}, Cache: token.NewCache(st)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// states lists a tenant's keys of an algorithm, oldest first.
func states(t *testing.T, keys *token.Keys, tenant string, algorithm token.Algorithm) []provider.KeyState {
	t.Helper()
	rows, err := keys.List(t.Context(), tenant)
	must(t, err)
	var out []provider.KeyState
	for _, row := range rows {
		if row.Alg == string(algorithm) {
			out = append(out, row.State)
		}
	}
	return out
}

func wantStates(t *testing.T, got []provider.KeyState, want ...provider.KeyState) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("keys are %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("keys are %v, want %v", got, want)
		}
	}
}

func TestLifeOfAKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, keys *token.Keys, c *clock) {
		ctx, prepare := t.Context(), provider.Job{PoolID: pool}
		must(t, keys.Ensure(ctx, pool, token.ES256))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyActive)
		must(t, keys.Prepare(ctx, prepare))
		must(t, keys.Prepare(ctx, prepare)) // a job may run twice
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyActive, provider.KeyNext)

		set, err := keys.Set(ctx, pool)
		must(t, err)
		compact, err := set.Sign(token.ES256, token.TypeAccess, []byte(`{"iss":"x","token_use":"access","exp":9999999999}`))
		must(t, err)
		verify := func() error {
			set, err := keys.Set(ctx, pool)
			must(t, err)
			_, err = set.Verify(compact, token.Expect{Issuer: "x", Use: token.UseAccess, Now: time.Now()})
			return err
		}
		must(t, keys.Rotate(ctx, pool, token.ES256))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyRetired, provider.KeyActive)
		must(t, keys.Prepare(ctx, prepare))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyRetired, provider.KeyActive, provider.KeyNext)
		c.pass(token.LongestLife)
		must(t, keys.Prepare(ctx, prepare))
		must(t, verify())
		c.pass(2 * time.Hour)
		must(t, keys.Prepare(ctx, prepare))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyActive, provider.KeyNext)
		if err := verify(); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("a forgotten key still verifies: %v", err)
		}
	})
}

func TestKeysRotateByThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, keys *token.Keys, c *clock) {
		ctx, due := t.Context(), provider.Job{PoolID: pool, Payload: []byte(token.ES256)}
		must(t, keys.Ensure(ctx, pool, token.ES256))
		must(t, keys.RotateDue(ctx, due))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyActive)
		c.pass(token.RotateEvery)
		must(t, keys.RotateDue(ctx, due))
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyRetired, provider.KeyActive)
		must(t, keys.RotateDue(ctx, due)) // the new key is young
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyRetired, provider.KeyActive)
		jobs, err := keys.Store.All().LeaseJobs(ctx, "test", []string{token.JobRotate, token.JobPrepare}, 10, time.Minute)
		must(t, err)
		kinds := map[string]int{}
		for _, job := range jobs {
			kinds[job.Kind]++
		}
		if kinds[token.JobPrepare] != 1 || kinds[token.JobRotate] != 1 {
			t.Errorf("jobs that are due: %v", kinds)
		}
	})
}

func TestManyAskForAPoolsFirstKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, keys *token.Keys, _ *clock) {
		other := newKeys(t, keys.Store, 1) // another node on the same database
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				node := keys
				if i%2 == 0 {
					node = other
				}
				set, err := node.Signing(t.Context(), pool, token.ES256, token.EdDSA)
				if err != nil || !set.Signs(token.ES256) || !set.Signs(token.EdDSA) {
					t.Errorf("no keys: %v", err)
				}
			})
		}
		all.Wait()
		wantStates(t, states(t, keys, pool, token.ES256), provider.KeyActive)
		wantStates(t, states(t, keys, pool, token.EdDSA), provider.KeyActive)
	})
}

func TestTenantsKeepTheirKeysApart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, keys *token.Keys, _ *clock) {
		ctx := t.Context()
		must(t, keys.Ensure(ctx, pool, token.ES256))
		must(t, keys.Ensure(ctx, identity, token.ES256))
		mine, err := keys.Set(ctx, pool)
		must(t, err)
		theirs, err := keys.Set(ctx, identity)
		must(t, err)
		compact, err := mine.Sign(token.ES256, token.TypeAccess, []byte(`{"iss":"x","token_use":"access","exp":9999999999}`))
		must(t, err)
		want := token.Expect{Issuer: "x", Use: token.UseAccess, Now: time.Now()}
		if _, err := mine.Verify(compact, want); err != nil {
			t.Error(err)
		}
		if _, err := theirs.Verify(compact, want); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("another tenant takes the token: %v", err)
		}
		if err := keys.Rotate(ctx, pool, token.RS256); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("rotated what is not there: %v", err)
		}
		// Without the master key that sealed them, keys stay shut.
		if _, err := newKeys(t, keys.Store, 2).Set(ctx, pool); !errors.Is(err, secret.ErrSealed) {
			t.Errorf("opened with another master key: %v", err)
		}
	})
}

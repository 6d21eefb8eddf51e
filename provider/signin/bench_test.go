package signin_test

import (
	"runtime"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// BenchmarkPasswordSignIn is a whole sign-in, 32 at once, beside the bare hash
// that bounds it.
func BenchmarkPasswordSignIn(b *testing.B) {
	b.Run("bare argon2id", func(b *testing.B) {
		salt := make([]byte, 16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				argon2.IDKey([]byte(rightPassword), salt, secret.DefaultParams.Time, secret.DefaultParams.Memory, secret.DefaultParams.Threads, 32)
			}
		})
	})
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) { benchmarkSignIn(b, open(b)) })
	}
}

func benchmarkSignIn(b *testing.B, st *store.Store) {
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	hasher, err := secret.NewHasher(secret.DefaultParams, runtime.GOMAXPROCS(0), 1024)
	must(err)
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	must(err)
	trail := &audit.Log{Store: st}
	flow := &signin.Flow{
		Store: st, Sealer: sealer, Hasher: hasher, Guard: &risk.Guard{Store: st}, Audit: trail,
		Sessions: &signin.Sessions{Store: st, Audit: trail},
	}
	pool := &provider.Pool{ID: "us-east-1_bench0000", Name: "n", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
	must(st.All().CreatePool(b.Context(), pool))
	hash, err := hasher.Hash(b.Context(), rightPassword)
	must(err)
	rows := st.Pool(pool.ID)
	must(rows.CreateUser(b.Context(), &provider.User{ID: "u", Username: "mika", Status: provider.UserConfirmed, Enabled: true, Attributes: map[string]string{}},
		[]provider.UserName{{Key: "mika", Kind: "username"}}))
	must(rows.SetPassword(b.Context(), &provider.Password{UserID: "u", Hash: hash}))
	ctx := provider.WithActor(b.Context(), provider.Actor{Kind: "anonymous", Address: "203.0.113.7"})
	signIn := func() error {
		binding := secret.Token()
		a, err := flow.Begin(ctx, pool, signin.Start{Binding: binding})
		if err == nil {
			_, err = flow.Answer(ctx, pool, a.ID, binding, "", signin.Answer{Username: "mika", Password: rightPassword})
		}
		return err
	}
	n := storetest.Count(b, st, func() { must(signIn()) })
	b.SetParallelism(max(1, 32/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := signIn(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(n.Reads), "reads/op")
	b.ReportMetric(float64(n.Writes), "writes/op")
	b.ReportMetric(float64(n.Commits), "commits/op")
}

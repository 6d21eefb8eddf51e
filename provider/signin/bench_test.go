package signin_test

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// BenchmarkPasswordSignIn is a whole sign-in, of 32 users at once. It reports what share of
// the bare hashes that the machine makes in the same time sign-ins reach, and what
// share of their processor time is the hash. The second is less moved by what else
// runs, and leaves out a database that is a process of its own.
func BenchmarkPasswordSignIn(b *testing.B) {
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
	const users = 32
	for i := range users {
		name := fmt.Sprint("mika", i)
		must(rows.CreateUser(b.Context(), &provider.User{ID: name, Username: name, Status: provider.UserConfirmed, Enabled: true, Attributes: map[string]string{}},
			[]provider.UserName{{Key: name, Kind: "username"}}))
		must(rows.SetPassword(b.Context(), &provider.Password{UserID: name, Hash: hash}))
	}
	var turn atomic.Int64
	ctx := provider.WithActor(b.Context(), provider.Actor{Kind: "anonymous", Address: "203.0.113.7"})
	signIn := func() error {
		binding := secret.Token()
		a, err := flow.Begin(ctx, pool, signin.Start{Binding: binding})
		if err == nil {
			_, err = flow.Answer(ctx, pool, a.ID, binding, "", signin.Answer{Username: fmt.Sprint("mika", turn.Add(1)%users), Password: rightPassword})
		}
		return err
	}
	n := storetest.Count(b, st, func() { must(signIn()) })
	bare := func() error {
		argon2.IDKey([]byte(rightPassword), make([]byte, 16), secret.DefaultParams.Time, secret.DefaultParams.Memory, secret.DefaultParams.Threads, 32)
		return nil
	}
	var hashes, signIns cost
	// In turns, so that what else the machine does falls on both alike.
	for b.Loop() {
		hashes.add(b, runtime.GOMAXPROCS(0), bare)
		signIns.add(b, users, signIn)
	}
	b.ReportMetric(signIns.rate(), "signins/s")
	b.ReportMetric(signIns.rate()/hashes.rate(), "of-bare")
	b.ReportMetric(hashes.processor()/signIns.processor(), "of-bare-cpu")
	b.ReportMetric(float64(n.Reads), "reads")
	b.ReportMetric(float64(n.Writes), "writes")
	b.ReportMetric(float64(n.Commits), "commits")
}

// cost is what something took, done so many times.
type cost struct {
	times     int
	wall, cpu time.Duration
}

// batch is how often each turn does it: long enough that its start and end, where
// not all callers are busy, do not count.
const batch = 128

// add does it a batch of times, so many at once.
func (c *cost) add(b *testing.B, callers int, do func() error) {
	b.Helper()
	begin, used := time.Now(), processorTime(b)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for next.Add(1) <= batch {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	c.times, c.wall, c.cpu = c.times+batch, c.wall+time.Since(begin), c.cpu+processorTime(b)-used
}

// rate is how often a second it was done.
func (c *cost) rate() float64 { return float64(c.times) / c.wall.Seconds() }

// processor is the seconds of processor time that one took.
func (c *cost) processor() float64 { return c.cpu.Seconds() / float64(c.times) }

// processorTime is what the process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

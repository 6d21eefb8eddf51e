package risk

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// solve does what a browser does.
func solve(p Puzzle) string {
	for n := 0; ; n++ {
		solution := p.Challenge + ":" + strconv.Itoa(n)
		sum := sha256.Sum256([]byte(solution))
		if bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:])) >= p.Bits {
			return solution
		}
	}
}

func TestWork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		const pool = "us-east-1_work00000"
		w := &Work{Store: st, Sealer: sealer}
		puzzle, err := w.Puzzle(pool, "a")
		if err != nil {
			t.Fatal(err)
		}
		ticket := ForAttempt("a")
		ctx := WithWork(t.Context(), ticket)
		spend := func() bool {
			t.Helper()
			ok, err := w.Spend(ctx, pool)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if spend() {
			t.Fatal("a text without any work")
		}
		solution := solve(puzzle)
		flipped := []byte(solution)
		flipped[5] ^= 1
		other, _ := w.Puzzle(pool, "b")
		for name, c := range map[string]struct{ pool, scope, solution string }{
			"nothing":          {pool, "a", ""},
			"no answer":        {pool, "a", puzzle.Challenge},
			"a wrong answer":   {pool, "a", puzzle.Challenge + ":x"},
			"another attempt":  {pool, "b", solution},
			"another pool":     {"us-east-1_work00001", "a", solution},
			"made up":          {pool, "a", string(flipped)},
			"another's puzzle": {pool, "a", solve(other)},
			"far too long":     {pool, "a", puzzle.Challenge + ":" + strings.Repeat("0", 1000)},
		} {
			if err := w.Solve(ctx, c.pool, c.scope, c.solution, ticket); !errors.Is(err, ErrWorkNeeded) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if spend() {
			t.Error("a text after work that was refused")
		}
		for range 2 { // the second time changes nothing
			if err := w.Solve(ctx, pool, "a", solution, ticket); err != nil {
				t.Fatal(err)
			}
		}
		var texts atomic.Int32
		var all sync.WaitGroup
		for range 2 * ticket.Texts {
			all.Go(func() {
				if ok, err := w.Spend(ctx, pool); ok {
					texts.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := int(texts.Load()); n != ticket.Texts {
			t.Errorf("%d texts for one puzzle", n)
		}
		if err := w.Solve(ctx, pool, "a", solution, ticket); err != nil || spend() {
			t.Errorf("solved again, it lets more through; %v", err)
		}
	})
}

func TestWorkComesTooLate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	c := storetest.SQLiteConfig(t)
	c.Now = func() time.Time { return now }
	st, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	w := &Work{Store: st, Sealer: sealer}
	puzzle, err := w.Puzzle("p", "a")
	if err != nil {
		t.Fatal(err)
	}
	solution := solve(puzzle)
	now = now.Add(workLife)
	if err := w.Solve(t.Context(), "p", "a", solution, ForAttempt("a")); !errors.Is(err, ErrWorkNeeded) {
		t.Errorf("half an hour later: %v", err)
	}
}

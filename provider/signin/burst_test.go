package signin_test

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// A burst costs time and not memory: hashes beyond the slots wait in line, holding
// nothing. It runs by itself, since it looks at the heap of the whole process.
func TestBurstIsBoundedInMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes for a while")
	}
	const burst, slots, each = 500, 2, 8 << 20
	w := newWorld(t, storetest.SQLiteConfig(t))
	hasher, err := secret.NewHasher(secret.Params{Memory: each >> 10, Time: 1, Threads: 1}, slots, burst)
	if err != nil {
		t.Fatal(err)
	}
	w.flow.Hasher = hasher
	hash := w.hash(rightPassword)
	browsers := make([]*browser, burst)
	for i := range browsers {
		if i%2 == 0 { // the others are nobody's names: the same work
			w.addUser(fmt.Sprint("person", i), provider.UserConfirmed, provider.Password{Hash: hash})
		}
		browsers[i] = w.open(nil)
	}
	runtime.GC()
	before, hashed := heap(), hasher.Hashes()

	done := make(chan struct{})
	var wg, watch sync.WaitGroup
	var most uint64
	running := 0
	watch.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
				most, running = max(most, heap()), max(running, hasher.Running())
			}
		}
	})
	start := make(chan struct{})
	for i, b := range browsers {
		wg.Go(func() {
			<-start
			// Each from elsewhere: what one address or one user may do at once is another test's.
			address := netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}).String()
			ctx := provider.WithActor(t.Context(), provider.Actor{Kind: "anonymous", Address: address})
			r, err := w.flow.Answer(ctx, w.pool, b.attempt, b.binding, "", signin.Answer{Username: fmt.Sprint("person", i), Password: rightPassword})
			if known := i%2 == 0; (err == nil && r.Principal != nil) != known || !known && !errors.Is(err, provider.ErrWrongPassword) {
				t.Errorf("person %d: %+v, %v", i, r, err)
			}
		})
	}
	close(start)
	wg.Wait()
	close(done)
	watch.Wait()
	if got := hasher.Hashes() - hashed; got != burst {
		t.Errorf("%d hashes for %d sign-ins", got, burst)
	}
	if running > slots {
		t.Errorf("%d hashes at once, not %d", running, slots)
	}
	// What the collector has not come to yet doubles what lives.
	if grown, bound := int64(most)-int64(before), int64(8*slots*each); grown > bound {
		t.Errorf("the heap grew by %d MiB, not at most %d: %d hashes would be %d", grown>>20, bound>>20, burst, burst*each>>20)
	} else {
		t.Logf("the heap grew by %d MiB", grown>>20)
	}
}

// heap is what objects take, dead ones among them until they are swept.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

package e2e

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// from says which address a visitor comes from, as a proxy does.
type from struct {
	address string
	next    http.RoundTripper
}

func (f from) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.next.RoundTrip(r)
}

// TestBurstOfSignIns has 500 people send a password at the same moment. The server
// turns nobody away: it looks at each password, and its memory stays far from 500 hashes
// of 19 MiB. Nobody has these names, which is the same work and spares the test 500
// accounts. Only a machine that cannot hash so many in a minute lets people's browsers
// give up first.
func TestBurstOfSignIns(t *testing.T) {
	slow(t)
	const burst, bound = 500, 512 << 20
	p := start(t, func(o *server.Options) {
		o.Env = append(o.Env, "COGNATE_TRUSTED_PROXIES=127.0.0.0/8,::1/128", "COGNATE_LOG_LEVEL=warn")
	})
	connections := &http.Transport{MaxIdleConnsPerHost: burst}
	t.Cleanup(connections.CloseIdleConnections)
	public := flow(t, p, p.Dev.Clients.Public)
	var ready, done sync.WaitGroup
	ready.Add(burst)
	var refused, gaveUp atomic.Int64
	for i := range burst {
		done.Go(func() {
			v := visitor.New(from{fmt.Sprintf("203.0.%d.%d", 113+i/250, i%250), connections}, fmt.Sprintf("nobody-%d", i), "A-long-enough-passw0rd")
			pages := 0
			v.Meet = func(*visitor.Answer) error {
				if pages++; pages == 1 {
					ready.Done()
					ready.Wait()
				}
				return nil
			}
			_, _, err := v.Code(t.Context(), public)
			var page *visitor.Page
			var waited net.Error
			switch {
			case errors.As(err, &page) && page.Status == http.StatusUnprocessableEntity:
				refused.Add(1)
			case errors.As(err, &waited) && waited.Timeout() && pages > 0:
				gaveUp.Add(1)
			default:
				t.Errorf("person %d: %v", i, err)
				if pages == 0 {
					ready.Done()
				}
			}
		})
	}
	done.Wait()
	if refused.Load() == 0 {
		t.Error("no password was looked at")
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID))
	if err != nil {
		t.Skip("no /proc on this machine")
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var peak int
	if _, err := fmt.Sscan(rest, &peak); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d sign-ins at once, of which %d gave up after a minute: %d MiB at the peak", burst, gaveUp.Load(), peak>>10)
	if peak<<10 > bound {
		t.Errorf("the server held %d MiB, more than %d", peak>>10, bound>>20)
	}
}

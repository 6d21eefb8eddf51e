package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/e2e/visitor"
)

// TestKill ends a server with kill -9 under load, again and again, and looks
// for every write that it had acknowledged: sync batches and rotated refresh
// tokens.
func TestKill(t *testing.T) {
	slow(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killUnderLoad(t)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killUnderLoad(t, onDatabase(newDatabase(t)))
	})
}

// chain is one writer's belief of what the server has.
type chain struct {
	dataset string
	acked   int // the last value whose write was acknowledged
	sent    int // the last value that was sent
	refresh string
	tokens  visitor.Flow
}

func killUnderLoad(t *testing.T, change ...func(*server.Options)) {
	const writers, rounds, enough = 8, 4, 150
	folder, address := t.TempDir(), freeAddress(t)
	// The same address each time: the issuer must not change.
	launch := func() *server.Process {
		t.Helper()
		return startKillable(t, append(change, func(o *server.Options) { o.Folder, o.Address = folder, address })...)
	}
	p := launch()
	dev := p.Dev
	f := flow(t, p, dev.Clients.Public)
	chains := make([]*chain, writers)
	for i := range chains {
		tokens, err := alice(p).SignIn(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		chains[i] = &chain{dataset: fmt.Sprintf("writer-%d", i), refresh: tokens.Refresh, tokens: f}
	}

	for round := range rounds {
		// A credential lives for minutes: a new one each round.
		tokens, err := alice(p).SignIn(t.Context(), f)
		if err != nil {
			t.Fatalf("round %d: sign-in: %v", round, err)
		}
		c := exchange(t, p, tokens.ID)
		var acknowledged atomic.Int64
		var stop atomic.Bool
		var wg sync.WaitGroup
		for i, ch := range chains {
			wg.Go(func() {
				if err := ch.run(t, c, i%2 == 0, &stop, &acknowledged); err != nil {
					t.Errorf("round %d, %s: %v", round, ch.dataset, err)
				}
			})
		}
		deadline := time.Now().Add(2 * time.Minute)
		for acknowledged.Load() < enough && time.Now().Before(deadline) && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		// The blow falls while requests are under way.
		p.Kill()
		stop.Store(true)
		wg.Wait()
		if n := acknowledged.Load(); n < enough {
			t.Fatalf("round %d: only %d writes were acknowledged\n%s", round, n, p.Log())
		}

		p = launch()
		c.base = p.URL
		for _, ch := range chains {
			ch.check(t, round, c)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

// run writes until it is told to stop; what fails after the kill is expected.
// A refusal by a living server is not.
func (ch *chain) run(t *testing.T, c scoped, syncs bool, stop *atomic.Bool, acknowledged *atomic.Int64) error {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: time.Minute}
	v := visitor.New(transport, "", "")
	for !stop.Load() {
		if !syncs {
			got, err := v.Redeem(t.Context(), ch.tokens.Token, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {ch.refresh}}, ch.tokens.Client)
			var refused *visitor.Refused
			if errors.As(err, &refused) {
				return fmt.Errorf("refresh: %w", err)
			}
			if err != nil {
				return nil // the connection died
			}
			ch.refresh = got.Refresh
			acknowledged.Add(1)
			continue
		}
		now, err := c.list(client, ch.dataset)
		var status statusError
		if errors.As(err, &status) {
			return err
		}
		if err != nil {
			return nil
		}
		ch.sent = ch.acked + 1
		count := int64(0)
		if len(now.Records) > 0 {
			count = now.Records[0].SyncCount
		}
		answer, err := c.update(client, ch.dataset, now.SyncSessionToken,
			patch{Op: "replace", Key: "n", Value: strconv.Itoa(ch.sent), SyncCount: count})
		if err != nil {
			return nil
		}
		if answer != http.StatusOK {
			return fmt.Errorf("update to %d: status %d", ch.sent, answer)
		}
		ch.acked = ch.sent
		acknowledged.Add(1)
	}
	return nil
}

// check asks the restarted server for what it had acknowledged. The one write
// that was under way may or may not have happened.
func (ch *chain) check(t *testing.T, round int, c scoped) {
	t.Helper()
	got, err := visitor.New(nil, "", "").Redeem(t.Context(), ch.tokens.Token,
		url.Values{"grant_type": {"refresh_token"}, "refresh_token": {ch.refresh}}, ch.tokens.Client)
	if err != nil {
		t.Errorf("round %d, %s: the last acknowledged refresh token: %v", round, ch.dataset, err)
	}
	ch.refresh = got.Refresh
	if ch.sent == 0 {
		return
	}
	now, err := c.list(http.DefaultClient, ch.dataset)
	if err != nil {
		t.Errorf("round %d, %s: %v", round, ch.dataset, err)
		return
	}
	value := 0
	if len(now.Records) > 0 {
		if value, err = strconv.Atoi(now.Records[0].Value); err != nil {
			t.Errorf("round %d, %s: %v", round, ch.dataset, err)
		}
	}
	if value != ch.acked && value != ch.sent {
		t.Errorf("round %d, %s: the server has %d; acknowledged was %d, sent %d", round, ch.dataset, value, ch.acked, ch.sent)
	}
	if int64(value) != now.DatasetSyncCount {
		t.Errorf("round %d, %s: %d writes, but the dataset counts %d", round, ch.dataset, value, now.DatasetSyncCount)
	}
	ch.acked = value
}

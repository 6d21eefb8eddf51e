package sync

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

const (
	heartbeat = 15 * time.Second
	// patience is how long one write may take before a reader counts as gone.
	patience = 10 * time.Second
)

// stream answers server-sent events (WHATWG HTML, section 9.2) that tell which
// dataset came to which sync count; the client then lists its records. It begins
// with one event for each dataset, or after a break (Last-Event-ID) for those
// that may have changed since. It is silent about datasets that the role may not
// read, and ends with the credential.
func (d *Door) stream(w http.ResponseWriter, r *http.Request, c *caller) error {
	who, err := d.owner(r, c, "", directory.IdentityRead)
	if err != nil {
		return err
	}
	if err := d.Datasets.Check(r.Context(), who); err != nil {
		return err
	}
	sub, err := d.Feed.Subscribe(who.PoolID, who.IdentityID)
	if err != nil {
		return err
	}
	defer sub.Close()
	if err := sub.Catch(r.Context(), lastEvent(r)); err != nil {
		return err
	}
	ctx := r.Context()
	if c.credential != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.credential.ExpiresAt.Sub(d.Now()))
		defer cancel()
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers answers would hold the events back
	s := &events{w: w, control: http.NewResponseController(w)}
	// The server's limit for reading a request would end the stream with it.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("lift read deadline: %w", err)
	}
	if err := s.send("retry: 2000\n: connected\n\n"); err != nil {
		return nil
	}
	d.follow(ctx, s, sub, who, func(name string) bool { return d.allows(r, c, policy.ReadDataset, name) })
	return nil
}

// follow sends changes until the reader, the credential, the identity or the
// server is gone. Nothing can be answered any more, so it has no error.
func (d *Door) follow(ctx context.Context, s *events, sub *dataset.Subscription, who dataset.Owner, allowed func(name string) bool) {
	every := d.Heartbeat
	if every == 0 {
		every = heartbeat
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-sub.Wake():
			changes, over := sub.Take()
			for _, c := range changes {
				if err == nil && allowed(c.Name) {
					err = s.change(c.Name, c.Rev, c.ModifiedAt)
				}
			}
			if over {
				return
			}
		case <-tick.C:
			if err = s.send(": here\n\n"); err == nil {
				err = d.Datasets.Check(ctx, who)
			}
		}
		if err != nil && !errors.Is(err, provider.ErrUnavailable) {
			return
		}
	}
}

// lastEvent reads where a reader that comes back left off. What is not one of
// our ids means a new reader, which learns everything.
func lastEvent(r *http.Request) provider.Time {
	n, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return provider.Time(n)
}

// events writes a stream and drops a reader that does not read.
type events struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *events) change(name string, rev int64, at provider.Time) error {
	data, err := json.Marshal(struct {
		Dataset   string `json:"dataset"`
		SyncCount int64  `json:"sync_count"`
	}{name, rev})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	return s.send(fmt.Sprintf("id: %d\nevent: dataset\ndata: %s\n\n", at, data))
}

func (s *events) send(text string) error {
	deadline := func(t time.Time) error {
		if err := s.control.SetWriteDeadline(t); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return nil
	}
	if err := deadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	if err := s.control.Flush(); err != nil {
		return err
	}
	return deadline(time.Time{})
}

package dataset

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// MaxSubscribers is how many streams one identity may hold open on one node.
const MaxSubscribers = 16

// pollEvery bounds how late a stream hears of what another node wrote.
const pollEvery = 500 * time.Millisecond

// Feed tells subscribers that a dataset came to a revision: at once what this
// node wrote, and within pollEvery what other nodes wrote. It tells no values and
// skips revisions that a newer one has overtaken, so that what waits for a slow
// reader never grows beyond one entry a dataset.
//
// Store and Log are required. The zero value is otherwise ready, once Run runs.
type Feed struct {
	Store *store.Store
	Log   *slog.Logger

	mu     sync.Mutex
	subs   map[[2]string]map[*Subscription]bool // by pool and identity
	closed bool
}

// Subscription is one identity's stream of changes.
type Subscription struct {
	feed *Feed
	key  [2]string
	wake chan struct{} // one token when something waits or the stream has ended

	mu      sync.Mutex
	sent    map[string]int64 // the newest revision told, by dataset
	waiting map[string]store.Change
	over    bool
}

// Subscribe begins a stream. Whoever subscribes calls Close at the end.
//
// Errors: CodeThrottled when the identity has too many; CodeUnavailable when the
// server is shutting down.
func (f *Feed) Subscribe(poolID, identityID string) (*Subscription, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, provider.ErrUnavailable
	}
	key := [2]string{poolID, identityID}
	if len(f.subs[key]) >= MaxSubscribers {
		return nil, &provider.Error{Code: provider.CodeThrottled, Kind: "stream", Message: "The identity has too many streams open.", RetryAfter: 30}
	}
	s := &Subscription{feed: f, key: key, wake: make(chan struct{}, 1), sent: map[string]int64{}, waiting: map[string]store.Change{}}
	if f.subs == nil {
		f.subs = map[[2]string]map[*Subscription]bool{}
	}
	if f.subs[key] == nil {
		f.subs[key] = map[*Subscription]bool{}
	}
	f.subs[key][s] = true
	return s, nil
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	delete(s.feed.subs[s.key], s)
	if len(s.feed.subs[s.key]) == 0 {
		delete(s.feed.subs, s.key)
	}
}

// Wake has a value when Take may have something to give.
func (s *Subscription) Wake() <-chan struct{} { return s.wake }

// Take returns what waits, oldest first, and whether the stream has ended.
func (s *Subscription) Take() (changes []store.Change, over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	changes = slices.SortedFunc(maps.Values(s.waiting), func(a, b store.Change) int { return cmp.Compare(a.ModifiedAt, b.ModifiedAt) })
	clear(s.waiting)
	return changes, s.over
}

// Catch reads from the database what was written since a moment, less an overlap
// for commits that came out of order, and lets it wait with the rest. Since zero
// takes every dataset that is not deleted.
func (s *Subscription) Catch(ctx context.Context, since provider.Time) error {
	from := provider.Time(0)
	if since > 0 {
		from = since.Add(-store.DatasetOverlap)
	}
	datasets, err := s.feed.Store.IdentityPool(s.key[0]).DatasetsSince(ctx, s.key[1], from)
	if err != nil {
		return err
	}
	for _, d := range datasets {
		if since > 0 || !d.Deleted {
			s.offer(store.Change{PoolID: d.PoolID, IdentityID: d.IdentityID, Name: d.Name, Rev: d.Rev, ModifiedAt: d.ModifiedAt})
		}
	}
	return nil
}

// offer lets a change wait unless the stream has told it or a newer one.
func (s *Subscription) offer(c store.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Rev <= s.sent[c.Name] {
		return
	}
	s.sent[c.Name] = c.Rev
	s.waiting[c.Name] = c
	s.stir()
}

func (s *Subscription) stir() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (f *Feed) publish(c store.Change) {
	for _, s := range f.subscribers(c) {
		s.offer(c)
	}
}

func (f *Feed) subscribers(c store.Change) []*Subscription {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.subs[[2]string{c.PoolID, c.IdentityID}]))
}

// Run follows what other nodes write until ctx ends, and then ends every stream.
func (f *Feed) Run(ctx context.Context) {
	defer f.end()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var newest provider.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pools := f.pools()
		if len(pools) == 0 {
			newest = 0 // whoever subscribes reads what there is
			continue
		}
		next, err := f.poll(ctx, pools, newest)
		if err != nil && ctx.Err() == nil {
			f.Log.Warn("cannot poll for changed datasets", "error", err)
			continue
		}
		newest = next
	}
}

// pools are those that somebody here listens to.
func (f *Feed) pools() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	set := map[string]bool{}
	for key := range f.subs {
		set[key[0]] = true
	}
	return slices.Collect(maps.Keys(set))
}

// poll reads an overlap again each time, since commits arrive out of order;
// subscriptions drop what they have told.
func (f *Feed) poll(ctx context.Context, pools []string, newest provider.Time) (provider.Time, error) {
	since := newest
	if since > 0 {
		since = since.Add(-store.DatasetOverlap)
	}
	changes, err := f.Store.All().DatasetChanges(ctx, pools, since)
	if err != nil {
		return newest, err
	}
	for _, c := range changes {
		f.publish(c)
		newest = max(newest, c.ModifiedAt)
	}
	return newest, nil
}

// EndStreams ends an identity's streams on this node. Those on other nodes end
// when they next ask whether their credential stands.
func (f *Feed) EndStreams(poolID, identityID string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.subs[[2]string{poolID, identityID}] {
		s.end()
	}
}

func (f *Feed) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for _, subs := range f.subs {
		for s := range subs {
			s.end()
		}
	}
}

func (s *Subscription) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.stir()
}

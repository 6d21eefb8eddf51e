package store

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

const (
	pollEvery   = 500 * time.Millisecond
	pollOverlap = 30 * time.Second // longer than txTimeout: commits arrive out of order
	pollTrust   = 5 * time.Second  // after this long without a poll, caches are not believed
)

// versions knows how often each tenant has changed, as far as this node has seen.
type versions struct {
	mu      sync.Mutex
	seen    map[string]int64   // the database's version
	gen     [4096]atomic.Int64 // moved on each change seen; see generation
	seed    maphash.Seed
	polling atomic.Bool
	last    atomic.Int64 // monotonic nanoseconds of the last good poll
	start   time.Time
}

// generation is the counter that tells a tenant's changes. Tenants share a fixed
// number of them, because strangers may ask for any tenant they can spell and
// must not fill memory by that. Whoever shares one reads anew once too often.
func (v *versions) generation(tenant string) *atomic.Int64 {
	return &v.gen[maphash.String(v.seed, tenant)%uint64(len(v.gen))]
}

func (v *versions) trusted() bool {
	return !v.polling.Load() || time.Since(v.start).Nanoseconds()-v.last.Load() < pollTrust.Nanoseconds()
}

// Touch bumps the tenant's version in the transaction that ctx carries, so that
// every node drops what it cached of it. table is pools or identity_pools.
func (s *Store) touch(ctx context.Context, table, tenant string) error {
	err := s.db(ctx).Exec("update "+table+" set version = version + 1, touched_at = "+s.dbNow()+" where id = ?", tenant).Error
	if err != nil {
		return translate(err)
	}
	g := s.versions.generation(tenant)
	s.AfterCommit(ctx, func() { g.Add(1) })
	return nil
}

// dbNow is the database's own clock in microseconds: cursors compare it across
// nodes whose clocks differ.
func (s *Store) dbNow() string {
	if s.driver == "postgres" {
		return "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
	}
	return "cast(unixepoch('subsec') * 1000000 as integer)"
}

// Poll follows what other nodes change until ctx ends. Without it a store
// believes that it is the only one that writes.
func (s *Store) Poll(ctx context.Context) {
	v := &s.versions
	v.last.Store(time.Since(v.start).Nanoseconds())
	v.polling.Store(true)
	defer v.polling.Store(false)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := s.pollOnce(ctx); err == nil {
			v.last.Store(time.Since(v.start).Nanoseconds())
		} else if ctx.Err() == nil {
			s.log.Warn("cannot poll for changes", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Store) pollOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	since := s.dbNow() + " - ?"
	var rows []struct {
		ID      string
		Version int64
	}
	us := pollOverlap.Microseconds()
	err := s.db(ctx).Raw("select id, version from pools where touched_at > "+since+
		" union all select id, version from identity_pools where touched_at > "+since, us, us).Scan(&rows).Error
	if err != nil {
		return translate(err)
	}
	v := &s.versions
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seen == nil {
		v.seen = map[string]int64{}
	}
	for _, r := range rows {
		if v.seen[r.ID] != r.Version {
			v.seen[r.ID] = r.Version
			v.generation(r.ID).Add(1)
		}
	}
	return nil
}

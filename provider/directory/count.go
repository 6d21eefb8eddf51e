package directory

import (
	"context"
	"sync"

	"github.com/cognate-idp/cognate/provider"
)

const (
	countExactly = 1000
	countKept    = 5 * 60 * 1_000_000 // microseconds: provider.Time's unit
	countedPools = 1024
)

// counts remembers how many users large pools have.
type counts struct {
	mu   sync.Mutex
	kept map[string]count
}

type count struct {
	users int64
	at    provider.Time // when it was last asked for
}

// CountUsers tells how many users a pool has: exactly up to a thousand, and above
// that as they were counted last. To count a million rows takes a while, and whoever
// looks at a pool does it often. So a count that is five minutes old is given once
// more, and made anew meanwhile; only the first on a node is waited for.
func (d *Directory) CountUsers(ctx context.Context, pool string) (int64, error) {
	n, err := d.Store.Pool(pool).CountUsers(ctx, countExactly+1)
	if err != nil || n <= countExactly {
		return n, err
	}
	c, due := d.counts.of(pool, d.Store.Now())
	switch {
	case c.at == 0:
		return d.countAll(ctx, pool)
	case due: // what fails is tried again when it is due again
		go func() { _, _ = d.countAll(context.WithoutCancel(ctx), pool) }()
	}
	return c.users, nil
}

func (d *Directory) countAll(ctx context.Context, pool string) (int64, error) {
	n, err := d.Store.Pool(pool).CountUsers(ctx, 0)
	if err == nil {
		d.counts.keep(pool, count{n, d.Store.Now()})
	}
	return n, err
}

// of is a pool's count, and whether whoever asks is to make it anew: one does.
func (k *counts) of(pool string, now provider.Time) (c count, due bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.kept[pool]
	if due = ok && now >= c.at+countKept; due {
		k.kept[pool] = count{c.users, now}
	}
	return c, due
}

func (k *counts) keep(pool string, c count) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= countedPools {
		k.kept = map[string]count{}
	}
	k.kept[pool] = c
}

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
	at    provider.Time
}

// CountUsers tells how many users a pool has: exactly up to a thousand, and above
// that as it was up to five minutes ago. To count a million rows takes a while, and
// whoever looks at a pool does it often.
func (d *Directory) CountUsers(ctx context.Context, pool string) (int64, error) {
	rows := d.Store.Pool(pool)
	n, err := rows.CountUsers(ctx, countExactly+1)
	if err != nil || n <= countExactly {
		return n, err
	}
	now := d.Store.Now()
	d.counts.mu.Lock()
	c, ok := d.counts.kept[pool]
	d.counts.mu.Unlock()
	if ok && now < c.at+countKept {
		return c.users, nil
	}
	if n, err = rows.CountUsers(ctx, 0); err != nil {
		return 0, err
	}
	d.counts.mu.Lock()
	defer d.counts.mu.Unlock()
	if d.counts.kept == nil || len(d.counts.kept) >= countedPools {
		d.counts.kept = map[string]count{}
	}
	d.counts.kept[pool] = count{n, now}
	return n, nil
}

package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// ThrottleLimit says how many failures a key has free, and how the wait grows
// after them: First, doubled by each further failure, up to Longest. Failures are
// forgotten when none has come for twice Longest.
type ThrottleLimit struct {
	Free    int
	First   time.Duration
	Longest time.Duration
}

// doublings is how many times First doubles before it is Longest.
func (l ThrottleLimit) doublings() int {
	n := 0
	for wait := l.First; wait > 0 && wait < l.Longest; wait *= 2 {
		n++
	}
	return n
}

// TakeTry counts one failure under key in advance, in one statement, unless the
// key has to wait. Counting first is what makes many tries at once no better than
// one after the other; ForgiveTry and ClearTries take it back. It returns how
// long the key has to wait, 0 when the try may go on.
func (p *Pool) TakeTry(ctx context.Context, key string, l ThrottleLimit) (time.Duration, error) {
	var wait time.Duration
	err := p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		now := p.s.Now()
		var locked provider.Time
		if l.Free <= 1 {
			locked = now.Add(l.First)
		}
		r := db.Exec(`insert into throttles (pool, throttle_key, failures, window_start, locked_until, expires_at)
			values (@pool, @key, 1, @now, @locked, @forget)
			on conflict (pool, throttle_key) do update set
			failures = case when throttles.expires_at <= @now then 1 else throttles.failures + 1 end,
			window_start = case when throttles.expires_at <= @now then excluded.window_start else throttles.window_start end,
			locked_until = case
				when throttles.expires_at <= @now then excluded.locked_until
				when throttles.failures + 1 < @free then 0
				when throttles.failures + 1 - @free >= @doublings then excluded.window_start + @longest
				else excluded.window_start + (cast(@first as bigint) << cast(throttles.failures + 1 - @free as integer)) end,
			expires_at = excluded.expires_at
			where throttles.locked_until <= @now`,
			map[string]any{
				"pool": p.ID, "key": key, "now": now, "locked": locked, "free": l.Free, "doublings": l.doublings(),
				"first": l.First.Microseconds(), "longest": l.Longest.Microseconds(), "forget": now.Add(2 * l.Longest),
			})
		if r.Error != nil || r.RowsAffected == 1 {
			return r.Error
		}
		t, err := p.Tries(ctx, key)
		if err != nil {
			return err
		}
		wait = max(t.LockedUntil.Sub(now), time.Millisecond)
		return nil
	})
	return wait, translate(err)
}

// ForgiveTry takes back one try that TakeTry counted.
func (p *Pool) ForgiveTry(ctx context.Context, key string, l ThrottleLimit) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec(`update throttles set failures = failures - 1,
			locked_until = case when failures - 1 < ? then 0 else locked_until end
			where pool = ? and throttle_key = ? and failures > 0`, l.Free, p.ID, key).Error)
	})
}

// TouchTries writes the row under key as it is.
func (p *Pool) TouchTries(ctx context.Context, key string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update throttles set failures = failures where pool = ? and throttle_key = ?", p.ID, key).Error)
	})
}

// ClearTries forgets every failure under key.
func (p *Pool) ClearTries(ctx context.Context, key string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("delete from throttles where pool = ? and throttle_key = ?", p.ID, key).Error)
	})
}

// Tries returns what is counted under key; an empty row when nothing is.
func (p *Pool) Tries(ctx context.Context, key string) (provider.Throttle, error) {
	var t provider.Throttle
	err := p.s.db(ctx).Where("pool = ? and throttle_key = ?", p.ID, key).Take(&t).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return provider.Throttle{PoolID: p.ID, Key: key}, nil
	}
	return t, translate(err)
}

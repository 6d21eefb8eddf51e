package store

import (
	"context"
	"fmt"
	"time"
)

const cleanBatch = 500

// unusedGuests is how old a guest who never saved anything gets. Whoever still
// holds its handle becomes a new guest and has lost nothing.
const unusedGuests = 30 * 24 * time.Hour

// CleanUp removes what has expired, in batches, each a transaction of its own,
// and returns how many rows went. Used codes and refresh tokens stay with their
// grant until it expires, since their reuse must be recognised until then.
func (a *All) CleanUp(ctx context.Context) (int64, error) {
	now := a.s.Now()
	ended := now.Add(-24 * time.Hour)
	gone := now.Add(-10 * time.Minute)
	var total int64
	unused := now.Add(-unusedGuests)
	for _, t := range []struct {
		table, keys, where string
		arg                any
	}{
		{"attempts", "pool, id", "expires_at < ?", now},
		{"authorizations", "pool, id", "expires_at < ?", now},
		{"one_time_codes", "pool, user_id, purpose, attempt", "expires_at < ?", ended},
		{"passkey_challenges", "pool, user_id", "expires_at < ?", now},
		{"devices", "pool, user_id, id", "expires_at < ?", now},
		{"quotas", "pool, quota_key, window_start", "expires_at < ?", now},
		{"throttles", "pool, throttle_key", "expires_at < ?", now},
		{"revoked_tokens", "pool, jti", "expires_at < ?", now},
		{"sessions", "pool, id_hash", "expires_at < ?", now},
		{"grants", "pool, id", "expires_at < ?", now},
		{"identities", "pool, id", "state = 'guest' and created_at < ? and not exists " +
			"(select 1 from datasets d where d.pool = identities.pool and d.identity = identities.id)", unused},
		{"sealed_policies", "pool, hash", "expires_at < ?", now},
		{"keys", "pool, id", "state = 'retired' and forget_at < ?", now},
		{"jobs", "id", "done_at > 0 and done_at < ?", ended},
		{"pools", "id", "deleted_at > 0 and deleted_at < ?", gone},
		{"identity_pools", "id", "deleted_at > 0 and deleted_at < ?", gone},
	} {
		for {
			var n int64
			err := a.s.Tx(ctx, func(ctx context.Context) error {
				r := a.s.db(ctx).Exec("delete from "+t.table+" where ("+t.keys+") in (select "+t.keys+
					" from "+t.table+" where "+t.where+" limit ?)", t.arg, cleanBatch)
				n = r.RowsAffected
				return r.Error
			})
			if err != nil {
				return total, fmt.Errorf("clean up %s: %w", t.table, err)
			}
			total += n
			if n < cleanBatch {
				break
			}
		}
	}
	n, err := a.compactDatasets(ctx)
	return total + n, err
}

package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// TakeQuota counts one under key in the stretch of time that begins at window, in one
// statement, unless limit is reached. It returns how many are counted then; 0 when the
// limit stood in the way and nothing was counted. The count is forgotten at expires.
func (p *Pool) TakeQuota(ctx context.Context, key string, window, expires provider.Time, limit int) (int, error) {
	if limit <= 0 {
		return 0, nil
	}
	var used []int
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		used = nil
		return db.Raw(`insert into quotas (pool, quota_key, window_start, used, expires_at) values (?, ?, ?, 1, ?)
			on conflict (pool, quota_key, window_start) do update set used = quotas.used + 1 where quotas.used < ?
			returning used`, p.ID, key, window, expires, limit).Scan(&used).Error
	})
	if err != nil || len(used) == 0 {
		return 0, translate(err)
	}
	return used[0], nil
}

// ReturnQuota takes one back that TakeQuota counted.
func (p *Pool) ReturnQuota(ctx context.Context, key string, window provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update quotas set used = used - 1 where pool = ? and quota_key = ? and window_start = ? and used > 0",
			p.ID, key, window).Error)
	})
}

// SpendQuota counts one more under key where something is counted already, and less
// than limit and not yet forgotten. It answers whether it did.
func (p *Pool) SpendQuota(ctx context.Context, key string, window provider.Time, limit int) (bool, error) {
	spent := false
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("update quotas set used = used + 1 where pool = ? and quota_key = ? and window_start = ? and used > 0 and used < ? and expires_at > ?",
			p.ID, key, window, limit, p.s.Now())
		spent = r.RowsAffected == 1
		return r.Error
	})
	return spent, translate(err)
}

// Quota is how many are counted under key; 0 for none, or when they are forgotten.
func (p *Pool) Quota(ctx context.Context, key string, window provider.Time) (int, error) {
	var used []int
	err := p.s.db(ctx).Raw("select used from quotas where pool = ? and quota_key = ? and window_start = ? and expires_at > ?", p.ID, key, window, p.s.Now()).Scan(&used).Error
	if err != nil || len(used) == 0 {
		return 0, translate(err)
	}
	return used[0], nil
}

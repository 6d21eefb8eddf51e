package store

import (
	"context"

	"gorm.io/gorm"
)

// DeleteFactors removes everything that a user proves themselves with beside a
// password, and every browser that is spared it.
func (p *Pool) DeleteFactors(ctx context.Context, userID string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		for _, table := range []string{"totps", "passkeys", "recovery_codes", "devices"} {
			if err := db.Exec("delete from "+table+" where pool = ? and user_id = ?", p.ID, userID).Error; err != nil {
				return translate(err)
			}
		}
		return nil
	})
}

// HasPasskey reports whether a user has a passkey.
func (p *Pool) HasPasskey(ctx context.Context, userID string) (bool, error) {
	var n int64
	err := p.s.db(ctx).Raw("select count(*) from (select 1 from passkeys where pool = ? and user_id = ? limit 1) one", p.ID, userID).Scan(&n).Error
	return n > 0, translate(err)
}

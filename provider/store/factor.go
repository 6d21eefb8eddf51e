package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
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

// DropFactorsSince removes what a user proves themselves with that was added at a time
// or later, what waits to be, every account at an upstream that was linked then, and every
// browser that was first seen then.
func (p *Pool) DropFactorsSince(ctx context.Context, userID string, since provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		for _, q := range []string{
			"delete from totps where pool = ? and user_id = ? and (verified_at >= ? or sealed_secret is null)",
			"delete from passkeys where pool = ? and user_id = ? and created_at >= ?",
			"delete from recovery_codes where pool = ? and user_id = ? and created_at >= ?",
			"delete from devices where pool = ? and user_id = ? and created_at >= ?",
			"delete from federated_logins where pool = ? and user_id = ? and created_at >= ?",
		} {
			if err := db.Exec(q, p.ID, userID, since).Error; err != nil {
				return translate(err)
			}
		}
		return translate(db.Exec("delete from passkey_challenges where pool = ? and user_id = ?", p.ID, userID).Error)
	})
}

// HasPasskey reports whether a user has a passkey.
func (p *Pool) HasPasskey(ctx context.Context, userID string) (bool, error) {
	var n int64
	err := p.s.db(ctx).Raw("select count(*) from (select 1 from passkeys where pool = ? and user_id = ? limit 1) one", p.ID, userID).Scan(&n).Error
	return n > 0, translate(err)
}

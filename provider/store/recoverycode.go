package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// RecoveryCodes lists the recovery codes that a user has left.
func (p *Pool) RecoveryCodes(ctx context.Context, userID string) ([]provider.RecoveryCode, error) {
	var out []provider.RecoveryCode
	err := p.s.db(ctx).Where("pool = ? and user_id = ? and used_at = 0", p.ID, userID).Order("hash").Find(&out).Error
	return out, translate(err)
}

// CountRecoveryCodes counts the recovery codes that a user has left.
func (p *Pool) CountRecoveryCodes(ctx context.Context, userID string) (int, error) {
	var n int64
	err := p.s.db(ctx).Model(&provider.RecoveryCode{}).Where("pool = ? and user_id = ? and used_at = 0", p.ID, userID).Count(&n).Error
	return int(n), translate(err)
}

// ReplaceRecoveryCodes gives a user these recovery codes and takes all others away;
// none takes all away.
func (p *Pool) ReplaceRecoveryCodes(ctx context.Context, userID string, codes []provider.RecoveryCode) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		err := db.Exec("delete from recovery_codes where pool = ? and user_id = ?", p.ID, userID).Error
		if err != nil || len(codes) == 0 {
			return translate(err)
		}
		at := p.s.Now() // of them all: it names the set
		for i := range codes {
			codes[i].PoolID, codes[i].UserID, codes[i].CreatedAt = p.ID, userID, at
		}
		return translate(db.Create(&codes).Error)
	})
}

// UseRecoveryCode marks a recovery code as used. Of two who use it at once, one gets
// provider.ErrCodeMismatch.
func (p *Pool) UseRecoveryCode(ctx context.Context, c *provider.RecoveryCode) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("update recovery_codes set used_at = ? where pool = ? and user_id = ? and hash = ? and used_at = 0",
			p.s.Now(), p.ID, c.UserID, c.Hash), provider.ErrCodeMismatch)
	})
}

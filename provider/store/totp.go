package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// TOTP returns a user's authenticator app, with a secret that counts, one that is
// pending, or both.
//
// Errors: provider.ErrFactorNotFound.
func (p *Pool) TOTP(ctx context.Context, userID string) (*provider.TOTP, error) {
	var out provider.TOTP
	if err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, userID).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrFactorNotFound)
	}
	return &out, nil
}

// PutPendingTOTP keeps a secret that waits for its first code, in place of another
// that waits. The one that counts stays.
func (p *Pool) PutPendingTOTP(ctx context.Context, userID string, sealed []byte) error {
	now := p.s.Now()
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "user_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"sealed_pending", "pending_at"}),
		}).Create(&provider.TOTP{PoolID: p.ID, UserID: userID, SealedPending: sealed, PendingAt: now, CreatedAt: now}).Error)
	})
}

// ConfirmTOTP makes the secret count that was pending, sealed anew in t, if it is
// still the one pending. t.LastStep is the step of the code that was shown.
//
// Errors: provider.ErrCodeMismatch when another has taken its place.
func (p *Pool) ConfirmTOTP(ctx context.Context, t *provider.TOTP, pending []byte) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec(`update totps set sealed_secret = ?, sealed_pending = null, pending_at = 0, name = ?, last_step = ?, verified_at = ?
			where pool = ? and user_id = ? and sealed_pending = ?`,
			t.SealedSecret, t.Name, t.LastStep, p.s.Now(), p.ID, t.UserID, pending), provider.ErrCodeMismatch)
	})
}

// TakeTOTPStep marks the step of a code as used. Of two uses of one code, or of an
// older one, the later gets provider.ErrCodeMismatch; so does who used a secret that
// is no longer the user's.
func (p *Pool) TakeTOTPStep(ctx context.Context, t *provider.TOTP, step int64) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("update totps set last_step = ? where pool = ? and user_id = ? and sealed_secret = ? and last_step < ?",
			step, p.ID, t.UserID, t.SealedSecret, step), provider.ErrCodeMismatch)
	})
}

// DeleteTOTP removes a user's authenticator app and reports whether it counted.
func (p *Pool) DeleteTOTP(ctx context.Context, userID string) (bool, error) {
	var counted bool
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("delete from totps where pool = ? and user_id = ? and sealed_secret is not null", p.ID, userID)
		if r.Error != nil {
			return translate(r.Error)
		}
		counted = r.RowsAffected > 0
		return translate(db.Exec("delete from totps where pool = ? and user_id = ?", p.ID, userID).Error)
	})
	return counted, err
}

package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// PutCode stores a code in place of the user's last one for the same purpose
// and attempt.
func (p *Pool) PutCode(ctx context.Context, c *provider.OneTimeCode) error {
	c.PoolID = p.ID
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "user_id"}, {Name: "purpose"}, {Name: "attempt"}},
			DoUpdates: clause.AssignmentColumns([]string{"hash", "link_hash", "key_version", "channel", "destination", "tries", "sent_at", "expires_at"}),
		}).Create(c).Error)
	})
}

// TryCode counts one try of a user's code in advance and returns the code. Tries
// beyond limit find none.
//
// Errors: provider.ErrCodeMismatch when there is none to try.
func (p *Pool) TryCode(ctx context.Context, userID string, purpose provider.CodePurpose, attempt string, limit int) (*provider.OneTimeCode, error) {
	var out provider.OneTimeCode
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("update one_time_codes set tries = tries + 1 where pool = ? and user_id = ? and purpose = ? and attempt = ? and tries < ?", p.ID, userID, purpose, attempt, limit)
		if err := one(r, provider.ErrCodeMismatch); err != nil {
			return err
		}
		return db.Where("pool = ? and user_id = ? and purpose = ? and attempt = ?", p.ID, userID, purpose, attempt).Take(&out).Error
	})
	return &out, found(err, provider.ErrCodeMismatch)
}

// ForgiveCode takes back one try of a code that was given rightly.
func (p *Pool) ForgiveCode(ctx context.Context, c *provider.OneTimeCode) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update one_time_codes set tries = tries - 1 where pool = ? and user_id = ? and purpose = ? and attempt = ? and hash = ? and tries > 0",
			p.ID, c.UserID, c.Purpose, c.Attempt, c.Hash).Error)
	})
}

// SpendCode removes a code that was given rightly, in the transaction of what it
// allows. Of two who give it at once, one gets provider.ErrCodeMismatch.
func (p *Pool) SpendCode(ctx context.Context, c *provider.OneTimeCode) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("delete from one_time_codes where pool = ? and user_id = ? and purpose = ? and attempt = ? and hash = ?", p.ID, c.UserID, c.Purpose, c.Attempt, c.Hash),
			provider.ErrCodeMismatch)
	})
}

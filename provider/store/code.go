package store

import (
	"context"
	"errors"

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
// beyond limit find none. It takes the same statements whether or not there is one.
//
// Errors: provider.ErrCodeMismatch when there is none to try.
func (p *Pool) TryCode(ctx context.Context, userID string, purpose provider.CodePurpose, attempt string, limit int) (*provider.OneTimeCode, error) {
	var out provider.OneTimeCode
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		counted := db.Exec("update one_time_codes set tries = tries + 1 where pool = ? and user_id = ? and purpose = ? and attempt = ? and tries < ?", p.ID, userID, purpose, attempt, limit)
		if counted.Error != nil {
			return translate(counted.Error)
		}
		err := db.Where("pool = ? and user_id = ? and purpose = ? and attempt = ?", p.ID, userID, purpose, attempt).Take(&out).Error
		if err == nil && counted.RowsAffected == 0 {
			return provider.ErrCodeMismatch
		}
		return err
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

// Code reads a user's code.
//
// Errors: provider.ErrCodeMismatch when there is none.
func (p *Pool) Code(ctx context.Context, userID string, purpose provider.CodePurpose, attempt string) (*provider.OneTimeCode, error) {
	var out provider.OneTimeCode
	err := p.s.db(ctx).Where("pool = ? and user_id = ? and purpose = ? and attempt = ?", p.ID, userID, purpose, attempt).Take(&out).Error
	return &out, found(err, provider.ErrCodeMismatch)
}

// CodeByLink reads the code that went out with a link, by the hash of the link's
// token.
//
// Errors: provider.ErrCodeMismatch when there is none.
func (p *Pool) CodeByLink(ctx context.Context, linkHash []byte) (*provider.OneTimeCode, error) {
	var out provider.OneTimeCode
	err := p.s.db(ctx).Where("pool = ? and link_hash = ?", p.ID, linkHash).Take(&out).Error
	return &out, found(err, provider.ErrCodeMismatch)
}

// DropCode removes a user's code for a purpose that belongs to no attempt, if there
// is one.
func (p *Pool) DropCode(ctx context.Context, userID string, purpose provider.CodePurpose) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("delete from one_time_codes where pool = ? and user_id = ? and purpose = ? and attempt = ''", p.ID, userID, purpose).Error)
	})
}

// DropCodes removes every code of a user but the ways back to an address from before
// since.
func (p *Pool) DropCodes(ctx context.Context, userID string, since provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("delete from one_time_codes where pool = ? and user_id = ? and (purpose <> ? or sent_at >= ?)", p.ID, userID, provider.CodeUndo, since).Error)
	})
}

// DropWaysBack removes a user's way back to an address by a channel, and those to the
// addresses that came after it. It answers false where there is none that works now.
func (p *Pool) DropWaysBack(ctx context.Context, userID string, by provider.Channel, address string) (bool, error) {
	dropped := false
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		var first provider.OneTimeCode
		err := db.Where("pool = ? and user_id = ? and purpose = ? and channel = ? and destination = ? and expires_at > ?",
			p.ID, userID, provider.CodeUndo, by, address, p.s.Now()).Order("sent_at").Limit(1).Take(&first).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return translate(err)
		}
		dropped = true
		return translate(db.Exec("delete from one_time_codes where pool = ? and user_id = ? and purpose = ? and channel = ? and sent_at >= ?",
			p.ID, userID, provider.CodeUndo, by, first.SentAt).Error)
	})
	return dropped, err
}

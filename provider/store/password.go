package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// Password reads a user's password hash.
//
// Errors: provider.CodeNotFound when the user has none.
func (p *Pool) Password(ctx context.Context, user string) (*provider.Password, error) {
	var out provider.Password
	if err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, user).Take(&out).Error; err != nil {
		return nil, found(err, &provider.Error{Code: provider.CodeNotFound, Kind: "password", Message: "The user has no password."})
	}
	return &out, nil
}

// SetPassword stores a user's password hash in place of the one before. It fills
// the owner's pool and the time.
func (p *Pool) SetPassword(ctx context.Context, pw *provider.Password) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		pw.PoolID, pw.UpdatedAt = p.ID, p.s.Now()
		return translate(db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "user_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"hash", "temporary", "expires_at", "updated_at"}),
		}).Create(pw).Error)
	})
}

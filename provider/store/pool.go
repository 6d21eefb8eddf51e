package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// CreatePool adds a user pool. It fills the times.
//
// Errors: provider.CodeExists when the id is taken.
func (a *All) CreatePool(ctx context.Context, p *provider.Pool) error {
	return a.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		p.CreatedAt = a.s.Now()
		p.UpdatedAt = p.CreatedAt
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(p)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return &provider.Error{Code: provider.CodeExists, Kind: "pool", Message: "A user pool with that id exists already."}
		}
		return a.s.Pool(p.ID).Touch(ctx)
	})
}

// Pools lists user pools by id: at most limit that come behind after.
func (a *All) Pools(ctx context.Context, after string, limit int) ([]provider.Pool, error) {
	var out []provider.Pool
	err := a.s.db(ctx).Where("id > ? and deleted_at = 0", after).Order("id").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// Get reads the pool.
//
// Errors: provider.ErrPoolNotFound.
func (p *Pool) Get(ctx context.Context) (*provider.Pool, error) {
	var out provider.Pool
	err := p.s.db(ctx).Where("id = ? and deleted_at = 0", p.ID).Take(&out).Error
	if err != nil {
		return nil, found(err, provider.ErrPoolNotFound)
	}
	return &out, nil
}

// Change lets f alter the pool while its row is locked, then writes it.
//
// Errors: provider.ErrPoolNotFound, and what f returns.
func (p *Pool) Change(ctx context.Context, f func(*provider.Pool) error) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		var row provider.Pool
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ? and deleted_at = 0", p.ID).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrPoolNotFound)
		}
		if err := f(&row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.Pool{}).Where("id = ?", p.ID).
			Select("name", "issuer", "token_profile", "deletion_protection", "settings", "updated_at").Updates(&row).Error
		if err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// Delete hides the pool from every reader. Clean-up removes it and all that is
// in it once every node has seen it go.
//
// Errors: provider.ErrPoolNotFound.
func (p *Pool) Delete(ctx context.Context) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Exec("update pools set deleted_at = ? where id = ? and deleted_at = 0", p.s.Now(), p.ID)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrPoolNotFound
		}
		return p.Touch(ctx)
	})
}

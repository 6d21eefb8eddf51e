package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// CreateIdentityPool adds an identity pool. It fills the times.
//
// Errors: provider.CodeExists when the id is taken.
func (a *All) CreateIdentityPool(ctx context.Context, p *provider.IdentityPool) error {
	return a.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		p.CreatedAt = a.s.Now()
		p.UpdatedAt = p.CreatedAt
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(p)
		if r.Error == nil && r.RowsAffected == 0 {
			return &provider.Error{Code: provider.CodeExists, Kind: "identity pool", Message: "An identity pool with that id exists already."}
		}
		if r.Error != nil {
			return translate(r.Error)
		}
		return a.s.IdentityPool(p.ID).Touch(ctx)
	})
}

// IdentityPools lists identity pools by id: at most limit that come behind after.
func (a *All) IdentityPools(ctx context.Context, after string, limit int) ([]provider.IdentityPool, error) {
	var out []provider.IdentityPool
	err := a.s.db(ctx).Where("id > ? and deleted_at = 0", after).Order("id").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// Get reads the identity pool.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (p *IdentityPool) Get(ctx context.Context) (*provider.IdentityPool, error) {
	var out provider.IdentityPool
	if err := p.s.db(ctx).Where("id = ? and deleted_at = 0", p.ID).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrIdentityPoolNotFound)
	}
	return &out, nil
}

// Change lets f alter the identity pool while its row is locked, then writes it.
//
// Errors: provider.ErrIdentityPoolNotFound, and what f returns.
func (p *IdentityPool) Change(ctx context.Context, f func(*provider.IdentityPool) error) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		var row provider.IdentityPool
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ? and deleted_at = 0", p.ID).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrIdentityPoolNotFound)
		}
		if err := f(&row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.IdentityPool{}).Where("id = ?", p.ID).
			Select("name", "settings", "sealed_hmac", "updated_at").Updates(&row).Error
		if err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// Delete hides the identity pool from every reader. Clean-up removes it and all
// that is in it once every node has seen it go.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (p *IdentityPool) Delete(ctx context.Context) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Exec("update identity_pools set deleted_at = ? where id = ? and deleted_at = 0", p.s.Now(), p.ID)
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrIdentityPoolNotFound
		}
		if r.Error != nil {
			return translate(r.Error)
		}
		return p.Touch(ctx)
	})
}

// PutSealedPolicy keeps a document under its hash until expiresAt, or longer if
// it is kept longer already.
func (p *IdentityPool) PutSealedPolicy(ctx context.Context, hash string, body []byte, expiresAt provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("insert into sealed_policies (pool, hash, body, expires_at) values (?, ?, ?, ?) "+
			"on conflict (pool, hash) do update set expires_at = excluded.expires_at "+
			"where sealed_policies.expires_at < excluded.expires_at", p.ID, hash, body, expiresAt).Error)
	})
}

// SealedPolicy returns the document of a hash.
//
// Errors: provider.CodeNotFound.
func (p *IdentityPool) SealedPolicy(ctx context.Context, hash string) ([]byte, error) {
	var body [][]byte
	err := p.s.db(ctx).Raw("select body from sealed_policies where pool = ? and hash = ?", p.ID, hash).Scan(&body).Error
	if err == nil && len(body) == 0 {
		return nil, &provider.Error{Code: provider.CodeNotFound, Kind: "policy", Message: "There is no such sealed policy."}
	}
	if err != nil {
		return nil, translate(err)
	}
	return body[0], nil
}

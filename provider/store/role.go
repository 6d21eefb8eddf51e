package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// Role reads one role.
//
// Errors: provider.ErrRoleNotFound.
func (p *IdentityPool) Role(ctx context.Context, name string) (*provider.Role, error) {
	var out provider.Role
	if err := p.s.db(ctx).Where("pool = ? and name = ?", p.ID, name).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrRoleNotFound)
	}
	return &out, nil
}

// Roles lists roles by name: at most limit that come behind after.
func (p *IdentityPool) Roles(ctx context.Context, after string, limit int) ([]provider.Role, error) {
	var out []provider.Role
	err := p.s.db(ctx).Where("pool = ? and name > ?", p.ID, after).Order("name").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// CreateRole adds a role. It fills the owner and the times.
//
// Errors: provider.ErrRoleExists.
func (p *IdentityPool) CreateRole(ctx context.Context, r *provider.Role) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r.PoolID, r.CreatedAt = p.ID, p.s.Now()
		r.UpdatedAt = r.CreatedAt
		res := db.Clauses(clause.OnConflict{DoNothing: true}).Create(r)
		if res.Error == nil && res.RowsAffected == 0 {
			return provider.ErrRoleExists
		}
		if res.Error != nil {
			return translate(res.Error)
		}
		return p.Touch(ctx)
	})
}

// ChangeRole lets f alter a role while its row is locked, then writes it.
//
// Errors: provider.ErrRoleNotFound, and what f returns.
func (p *IdentityPool) ChangeRole(ctx context.Context, name string, f func(*provider.Role) error) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		var row provider.Role
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("pool = ? and name = ?", p.ID, name).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrRoleNotFound)
		}
		if err := f(&row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.Role{}).Where("pool = ? and name = ?", p.ID, name).
			Select("description", "policies", "session_seconds", "updated_at").Updates(&row).Error
		if err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// DeleteRole removes a role.
//
// Errors: provider.ErrRoleNotFound.
func (p *IdentityPool) DeleteRole(ctx context.Context, name string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and name = ?", p.ID, name).Delete(&provider.Role{})
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrRoleNotFound
		}
		if r.Error != nil {
			return translate(r.Error)
		}
		return p.Touch(ctx)
	})
}

package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// IdP reads one identity provider, its secret still sealed.
//
// Errors: provider.ErrIdPNotFound.
func (p *Pool) IdP(ctx context.Context, name string) (*provider.IdentityProvider, error) {
	var out provider.IdentityProvider
	if err := p.s.db(ctx).Where("pool = ? and name = ?", p.ID, name).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrIdPNotFound)
	}
	return &out, nil
}

// IdPs lists identity providers by name: at most limit that come behind after.
func (p *Pool) IdPs(ctx context.Context, after string, limit int) ([]provider.IdentityProvider, error) {
	var out []provider.IdentityProvider
	err := p.s.db(ctx).Where("pool = ? and name > ?", p.ID, after).Order("name").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// CreateIdP adds an identity provider. It fills owner and times.
//
// Errors: provider.ErrIdPExists.
func (p *Pool) CreateIdP(ctx context.Context, i *provider.IdentityProvider) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		i.PoolID, i.CreatedAt = p.ID, p.s.Now()
		i.UpdatedAt = i.CreatedAt
		if i.Details == nil { // a nil map would be stored as NULL
			i.Details = map[string]string{}
		}
		if i.Mapping == nil {
			i.Mapping = map[string]string{}
		}
		if i.Identifiers == nil {
			i.Identifiers = []string{}
		}
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(i)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrIdPExists
		}
		return p.Touch(ctx)
	})
}

// ChangeIdP lets f alter an identity provider while its row is locked, then
// writes it.
//
// Errors: provider.ErrIdPNotFound, and what f returns.
func (p *Pool) ChangeIdP(ctx context.Context, name string, f func(*provider.IdentityProvider) error) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		var row provider.IdentityProvider
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("pool = ? and name = ?", p.ID, name).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrIdPNotFound)
		}
		if err := f(&row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.IdentityProvider{}).Where("pool = ? and name = ?", p.ID, name).
			Select("details", "sealed_secret", "mapping", "identifiers", "updated_at").Updates(&row).Error
		if err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// DeleteIdP removes an identity provider. Its users and their logins stay: they
// are found again if the same issuer comes back under the same name.
//
// Errors: provider.ErrIdPNotFound.
func (p *Pool) DeleteIdP(ctx context.Context, name string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and name = ?", p.ID, name).Delete(&provider.IdentityProvider{})
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrIdPNotFound
		}
		return p.Touch(ctx)
	})
}

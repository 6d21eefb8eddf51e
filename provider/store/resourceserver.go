package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// ResourceServer reads one resource server.
//
// Errors: provider.ErrResourceServerNotFound.
func (p *Pool) ResourceServer(ctx context.Context, identifier string) (*provider.ResourceServer, error) {
	var out provider.ResourceServer
	err := p.s.db(ctx).Where("pool = ? and identifier = ?", p.ID, identifier).Take(&out).Error
	if err != nil {
		return nil, found(err, provider.ErrResourceServerNotFound)
	}
	return &out, nil
}

// ResourceServers lists resource servers by identifier: at most limit that come
// behind after.
func (p *Pool) ResourceServers(ctx context.Context, after string, limit int) ([]provider.ResourceServer, error) {
	var out []provider.ResourceServer
	err := p.s.db(ctx).Where("pool = ? and identifier > ?", p.ID, after).Order("identifier").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// CreateResourceServer adds a resource server. It fills the owner and the times.
//
// Errors: provider.ErrResourceServerExists.
func (p *Pool) CreateResourceServer(ctx context.Context, rs *provider.ResourceServer) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		rs.PoolID, rs.CreatedAt = p.ID, p.s.Now()
		rs.UpdatedAt = rs.CreatedAt
		rs.Scopes = append([]provider.Scope{}, rs.Scopes...) // a nil slice would be stored as NULL
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(rs)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrResourceServerExists
		}
		return p.Touch(ctx)
	})
}

// UpdateResourceServer replaces the name and the scopes.
//
// Errors: provider.ErrResourceServerNotFound.
func (p *Pool) UpdateResourceServer(ctx context.Context, rs *provider.ResourceServer) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		rs.PoolID, rs.UpdatedAt = p.ID, p.s.Now()
		rs.Scopes = append([]provider.Scope{}, rs.Scopes...)
		r := db.Model(&provider.ResourceServer{}).Where("pool = ? and identifier = ?", p.ID, rs.Identifier).
			Select("name", "scopes", "updated_at").Updates(rs)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrResourceServerNotFound
		}
		return p.Touch(ctx)
	})
}

// DeleteResourceServer removes a resource server.
//
// Errors: provider.ErrResourceServerNotFound.
func (p *Pool) DeleteResourceServer(ctx context.Context, identifier string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and identifier = ?", p.ID, identifier).Delete(&provider.ResourceServer{})
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrResourceServerNotFound
		}
		return p.Touch(ctx)
	})
}

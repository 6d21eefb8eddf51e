package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// OperatorRoles lists the roles that a user of the operators' pool holds.
func (p *Pool) OperatorRoles(ctx context.Context, user string) ([]provider.Operator, error) {
	var out []provider.Operator
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, user).Order("scope").Find(&out).Error
	return out, translate(err)
}

// Operators lists every role that is held, by user.
func (p *Pool) Operators(ctx context.Context) ([]provider.Operator, error) {
	var out []provider.Operator
	err := p.s.db(ctx).Where("pool = ?", p.ID).Order("user_id, scope").Find(&out).Error
	return out, translate(err)
}

// OperatorNames answers the usernames of all who hold a role, by their ids.
func (p *Pool) OperatorNames(ctx context.Context) (map[string]string, error) {
	var rows []provider.User
	err := p.s.db(ctx).Select("id", "username").
		Where("pool = ? and id in (select user_id from operators where pool = ?)", p.ID, p.ID).Find(&rows).Error
	out := map[string]string{}
	for _, u := range rows {
		out[u.ID] = u.Username
	}
	return out, translate(err)
}

// SetOperator gives a user a role in one scope, in place of the one before.
func (p *Pool) SetOperator(ctx context.Context, o *provider.Operator) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		o.PoolID, o.CreatedAt = p.ID, p.s.Now()
		return translate(db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "user_id"}, {Name: "scope"}},
			DoUpdates: clause.AssignmentColumns([]string{"role"}),
		}).Create(o).Error)
	})
}

// RemoveOperator takes a user's role in one scope away, and tells whether there
// was one.
func (p *Pool) RemoveOperator(ctx context.Context, user, scope string) (bool, error) {
	var was bool
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and user_id = ? and scope = ?", p.ID, user, scope).Delete(&provider.Operator{})
		was = r.RowsAffected > 0
		return translate(r.Error)
	})
	return was, err
}

func errAccessKeyNotFound() *provider.Error {
	return &provider.Error{Code: provider.CodeNotFound, Kind: "access key", Message: "There is no such access key."}
}

// AccessKey reads one access key.
//
// Errors: provider.CodeNotFound.
func (p *Pool) AccessKey(ctx context.Context, id string) (*provider.AccessKey, error) {
	var out provider.AccessKey
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&out).Error; err != nil {
		return nil, found(err, errAccessKeyNotFound())
	}
	return &out, nil
}

// AccessKeys lists a user's access keys, oldest first.
func (p *Pool) AccessKeys(ctx context.Context, user string) ([]provider.AccessKey, error) {
	var out []provider.AccessKey
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, user).Order("created_at, id").Find(&out).Error
	return out, translate(err)
}

// CreateAccessKey adds an access key. It fills the pool and the time.
func (p *Pool) CreateAccessKey(ctx context.Context, k *provider.AccessKey) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		k.PoolID, k.CreatedAt = p.ID, p.s.Now()
		return translate(db.Create(k).Error)
	})
}

// DeleteAccessKey removes one of a user's access keys.
//
// Errors: provider.CodeNotFound.
func (p *Pool) DeleteAccessKey(ctx context.Context, user, id string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and user_id = ? and id = ?", p.ID, user, id).Delete(&provider.AccessKey{})
		if r.Error == nil && r.RowsAffected == 0 {
			return errAccessKeyNotFound()
		}
		return translate(r.Error)
	})
}

package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// FederatedUser reads the user behind an upstream's subject.
//
// Errors: provider.ErrUserNotFound.
func (p *Pool) FederatedUser(ctx context.Context, idp, issuer, subject string) (*provider.User, error) {
	var out provider.User
	err := p.s.db(ctx).Select("users.*").
		Joins("join federated_logins l on l.pool = users.pool and l.user_id = users.id").
		Where("l.pool = ? and l.provider = ? and l.issuer = ? and l.subject = ?", p.ID, idp, issuer, subject).Take(&out).Error
	if err != nil {
		return nil, found(err, provider.ErrUserNotFound)
	}
	return &out, nil
}

// AddFederatedLogin ties a subject to a user, and tells whether it did: false
// means that another request has tied it already. It fills owner and times.
func (p *Pool) AddFederatedLogin(ctx context.Context, l *provider.FederatedLogin) (bool, error) {
	var added bool
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		l.PoolID, l.CreatedAt = p.ID, p.s.Now()
		l.LastUsedAt = l.CreatedAt
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(l)
		added = r.RowsAffected > 0
		return translate(r.Error)
	})
	return added, err
}

// TouchFederatedLogin notes that a login was used.
func (p *Pool) TouchFederatedLogin(ctx context.Context, idp, issuer, subject string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update federated_logins set last_used_at = ? where pool = ? and provider = ? and issuer = ? and subject = ?",
			p.s.Now(), p.ID, idp, issuer, subject).Error)
	})
}

// RemoveFederatedLogin takes a subject off its user.
//
// Errors: provider.ErrIdentityNotFound, also when it is another user's.
func (p *Pool) RemoveFederatedLogin(ctx context.Context, l *provider.FederatedLogin) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("delete from federated_logins where pool = ? and provider = ? and issuer = ? and subject = ? and user_id = ?",
			p.ID, l.Provider, l.Issuer, l.Subject, l.UserID), provider.ErrIdentityNotFound)
	})
}

// FederatedLogins lists a user's logins at upstreams, oldest first.
func (p *Pool) FederatedLogins(ctx context.Context, userID string) ([]provider.FederatedLogin, error) {
	var out []provider.FederatedLogin
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, userID).
		Order("created_at, provider, issuer, subject").Find(&out).Error
	return out, translate(err)
}

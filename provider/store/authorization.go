package store

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// CreateAuthorization stores a parsed authorization request that waits for a page.
func (p *Pool) CreateAuthorization(ctx context.Context, a *provider.Authorization) error {
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return p.s.db(ctx).Exec("insert into authorizations (pool, id, client, request, created_at, expires_at) values (?, ?, ?, ?, ?, ?)",
			p.ID, a.ID, a.ClientID, a.Request, a.CreatedAt, a.ExpiresAt).Error
	})
}

// Authorization finds a waiting authorization request that has not expired.
// Errors: provider.ErrAttemptNotFound.
func (p *Pool) Authorization(ctx context.Context, id string) (*provider.Authorization, error) {
	var a provider.Authorization
	err := p.s.db(ctx).Where("pool = ? and id = ? and expires_at > ?", p.ID, id, p.s.Now()).Take(&a).Error
	if err != nil {
		return nil, found(err, provider.ErrAttemptNotFound)
	}
	return &a, nil
}

// ChangeAuthorization writes what has become of a waiting authorization request.
// Errors: provider.ErrAttemptNotFound when it is over.
func (p *Pool) ChangeAuthorization(ctx context.Context, id string, request []byte) error {
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return one(p.s.db(ctx).Exec("update authorizations set request = ? where pool = ? and id = ? and expires_at > ?", request, p.ID, id, p.s.Now()),
			provider.ErrAttemptNotFound)
	})
}

// EndAuthorization deletes a waiting authorization request. It answers false if
// somebody else did so before: of two answers to one request, one counts.
func (p *Pool) EndAuthorization(ctx context.Context, id string) (ended bool, err error) {
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		r := p.s.db(ctx).Exec("delete from authorizations where pool = ? and id = ?", p.ID, id)
		ended = r.RowsAffected == 1
		return r.Error
	})
	return ended, err
}

package oauth

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// Connection is an app that a user has let in.
type Connection struct {
	ClientID string
	Name     string
	Scopes   []provider.Scope // with what they allow
	Since    provider.Time
	UsedAt   provider.Time // the last sign-in or renewal; 0 when the app holds no token now
}

// Connections lists the apps that a user of the tenant has allowed something, or
// that hold tokens of theirs, by name.
func (s *Server) Connections(ctx context.Context, userID string) ([]Connection, error) {
	rows, err := s.Store.Pool(provider.TenantFrom(ctx).ID()).Connections(ctx, userID)
	if err != nil {
		return nil, err
	}
	known, err := s.resources(ctx)
	if err != nil {
		return nil, err
	}
	var out []Connection
	for _, row := range rows {
		out = append(out, Connection{ClientID: row.ClientID, Name: row.Name, Scopes: known.describe(row.Scopes), Since: row.Since, UsedAt: row.UsedAt})
	}
	return out, nil
}

// Disconnect shuts an app out, as its user wishes: what they allowed it is
// forgotten, and all its tokens are worth nothing from now on, with what they were
// traded for.
//
// Errors: provider.ErrClientNotFound when the app has nothing of the user.
func (s *Server) Disconnect(ctx context.Context, userID, clientID string) error {
	pool := provider.TenantFrom(ctx).ID()
	ctx = as(ctx, "user", userID)
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		// Identities come first, as wherever something of a user ends: two transactions
		// that take the same rows in the same order do not deadlock.
		if s.EndCredentials != nil {
			if err := s.EndCredentials(ctx, pool, userID); err != nil {
				return err
			}
		}
		ended, err := s.Store.Pool(pool).Disconnect(ctx, userID, clientID, "disconnected by the user")
		if err != nil {
			return err
		}
		if !ended {
			return provider.ErrClientNotFound
		}
		return s.Audit.Record(ctx, pool, "consent.withdraw", audit.Success, "user/"+userID, map[string]string{"client": clientID})
	})
}

package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
)

// Consent finds what a user allowed a client; nil when nothing.
func (p *Pool) Consent(ctx context.Context, userID, clientID string) (*provider.Consent, error) {
	var out []provider.Consent
	err := p.s.db(ctx).Where("pool = ? and user_id = ? and client = ?", p.ID, userID, clientID).Find(&out).Error
	if err != nil || len(out) == 0 {
		return nil, translate(err)
	}
	return &out[0], nil
}

// PutConsent remembers what a user allowed a client, in place of what was there.
func (p *Pool) PutConsent(ctx context.Context, userID, clientID string, scopes []string) error {
	list, err := json.Marshal(scopes)
	if err != nil {
		return fmt.Errorf("write scopes: %w", err)
	}
	now := p.s.Now()
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return p.s.db(ctx).Exec("insert into consents (pool, user_id, client, scopes, created_at, updated_at) values (?, ?, ?, ?, ?, ?) "+
			"on conflict (pool, user_id, client) do update set scopes = excluded.scopes, updated_at = excluded.updated_at",
			p.ID, userID, clientID, string(list), now, now).Error
	})
}

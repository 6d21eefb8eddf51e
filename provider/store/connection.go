package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// Connection is what an app client holds of a user: what they allowed it, and grants
// that live.
type Connection struct {
	ClientID string
	Name     string   // the client's
	Scopes   []string // sorted
	Since    provider.Time
	UsedAt   provider.Time // of the last sign-in or renewal; 0 when nothing of it lives
}

// Connections lists the app clients that a user has allowed something, or that hold
// grants of theirs, by name. A client that was deleted is none.
func (p *Pool) Connections(ctx context.Context, userID string) ([]Connection, error) {
	var rows []struct {
		Client, Name, Scopes string
		Since, Used          provider.Time
	}
	now := p.s.Now()
	err := p.s.db(ctx).Raw(`select h.client, c.name, h.scopes, min(h.since) as since, max(h.used) as used from (
			select client, scopes, created_at as since, 0 as used from consents where pool = ? and user_id = ?
			union all
			select g.client, g.scopes, g.created_at, coalesce((select max(t.created_at) from refresh_tokens t where t.pool = g.pool and t.grant_id = g.id), g.created_at)
			from grants g join users u on u.pool = g.pool and u.id = g.user_id
			where g.pool = ? and g.user_id = ? and g.revoked_at = 0 and g.expires_at > ? and g.auth_time >= u.valid_after
				and (g.code_used_at <> 0 or g.code_expires_at > ?)
		) h join clients c on c.pool = ? and c.id = h.client
		group by h.client, c.name, h.scopes order by c.name, h.client`,
		p.ID, userID, p.ID, userID, now, now, p.ID).Scan(&rows).Error
	if err != nil {
		return nil, translate(err)
	}
	var out []Connection
	for _, row := range rows {
		var scopes []string
		if err := json.Unmarshal([]byte(row.Scopes), &scopes); err != nil {
			return nil, fmt.Errorf("read scopes of %s: %w", row.Client, err)
		}
		if len(out) == 0 || out[len(out)-1].ClientID != row.Client {
			out = append(out, Connection{ClientID: row.Client, Name: row.Name, Since: row.Since})
		}
		c := &out[len(out)-1]
		c.Scopes = append(c.Scopes, scopes...)
		c.Since, c.UsedAt = min(c.Since, row.Since), max(c.UsedAt, row.Used)
	}
	for i := range out {
		slices.Sort(out[i].Scopes)
		out[i].Scopes = slices.Compact(out[i].Scopes)
	}
	return out, nil
}

// Disconnect takes back what a user allowed a client and ends its grants, with all
// their tokens. It answers false if there was nothing to end.
func (p *Pool) Disconnect(ctx context.Context, userID, clientID, reason string) (ended bool, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("delete from consents where pool = ? and user_id = ? and client = ?", p.ID, userID, clientID)
		if r.Error != nil {
			return translate(r.Error)
		}
		ended = r.RowsAffected > 0
		r = db.Exec("update grants set revoked_at = ?, revoked_reason = ? where pool = ? and user_id = ? and client = ? and revoked_at = 0",
			p.s.Now(), reason, p.ID, userID, clientID)
		ended = ended || r.RowsAffected > 0
		return translate(r.Error)
	})
	return ended, err
}

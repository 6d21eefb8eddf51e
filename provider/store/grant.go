package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
)

// Standing is a grant as it stands now: with its user, so that a revocation, a
// disabled user or a sign-out everywhere is seen by whoever reads it.
type Standing struct {
	Grant   provider.Grant
	User    provider.User
	Groups  []provider.Group      // name, precedence and role only, lowest precedence first
	Logins  []UpstreamLogin       // the upstreams that vouch for the user, oldest first
	Refresh provider.RefreshToken // when a refresh token was asked for
	Revoked bool                  // the token whose jti was asked for is revoked by itself
}

// UpstreamLogin is a federated login with its identity provider's type.
type UpstreamLogin struct {
	Provider, Type, Issuer, Subject string
	CreatedAt                       provider.Time
}

// grantColumns and userColumns are what scan reads, in its order.
const (
	grantColumns = "g.id, g.user_id, g.client, g.session_hash, g.scopes, g.request, g.code_used_at, g.code_expires_at, " +
		"g.auth_time, g.created_at, g.expires_at, g.revoked_at"
	userColumns = "u.username, u.status, u.enabled, u.attributes, u.mfa, u.valid_after, u.created_at, u.updated_at"
	grantJoin   = " from grants g join users u on u.pool = g.pool and u.id = g.user_id "
)

// gather is a column that holds rows of another table as one JSON text, so that a
// grant is one statement however many there are.
func (s *Store) gather(fields, order, from string) string {
	if s.driver == "postgres" {
		return "(select coalesce(json_agg(json_build_object(" + fields + ") order by " + order + "), '[]')::text from " + from + ")"
	}
	return "(select json_group_array(json_object(" + fields + ") order by " + order + ") from " + from + ")"
}

// groupsColumn is the user's groups.
func (s *Store) groupsColumn() string {
	return s.gather("'Name', ug.name, 'Precedence', ug.precedence, 'RoleARN', ug.role_arn", "ug.precedence nulls last, ug.name",
		"memberships m join user_groups ug on ug.pool = m.pool and ug.name = m.group_name where m.pool = g.pool and m.user_id = g.user_id")
}

// loginsColumn is the user's federated logins.
func (s *Store) loginsColumn() string {
	return s.gather("'Provider', f.provider, 'Type', i.type, 'Issuer', f.issuer, 'Subject', f.subject, 'CreatedAt', f.created_at", "f.created_at, f.provider",
		"federated_logins f join idps i on i.pool = f.pool and i.name = f.provider where f.pool = g.pool and f.user_id = g.user_id")
}

// CreateGrant stores a new grant.
func (p *Pool) CreateGrant(ctx context.Context, g *provider.Grant) error {
	scopes, err := json.Marshal(g.Scopes)
	if err != nil {
		return fmt.Errorf("write scopes: %w", err)
	}
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return p.s.db(ctx).Exec("insert into grants (pool, id, user_id, client, session_hash, scopes, request, code_hash, "+
			"code_expires_at, auth_time, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			p.ID, g.ID, g.UserID, g.ClientID, g.SessionHash, string(scopes), g.Request, g.CodeHash,
			g.CodeExpiresAt, g.AuthTime, g.CreatedAt, g.ExpiresAt).Error
	})
}

// GrantByCode finds the grant of an authorization code, used or not.
// Errors: provider.ErrGrantNotFound.
func (p *Pool) GrantByCode(ctx context.Context, codeHash []byte) (*Standing, error) {
	q := "select " + grantColumns + ", " + userColumns + ", " + p.s.groupsColumn() + ", " + p.s.loginsColumn() + grantJoin + "where g.pool = ? and g.code_hash = ?"
	var groups, logins []byte
	return p.standing(ctx, func(*Standing) []any { return []any{&groups, &logins} }, func(st *Standing) error {
		return errors.Join(json.Unmarshal(groups, &st.Groups), json.Unmarshal(logins, &st.Logins))
	}, q, p.ID, codeHash)
}

// Grant finds a grant with its user, and whether the token jti was revoked by
// itself.
// Errors: provider.ErrGrantNotFound.
func (p *Pool) Grant(ctx context.Context, id, jti string) (*Standing, error) {
	q := "select " + grantColumns + ", " + userColumns +
		", exists (select 1 from revoked_tokens r where r.pool = g.pool and r.jti = ?)" + grantJoin + "where g.pool = ? and g.id = ?"
	return p.standing(ctx, func(st *Standing) []any { return []any{&st.Revoked} }, nil, q, jti, p.ID, id)
}

// RefreshToken finds a refresh token, used or not, with its grant.
// Errors: provider.ErrGrantNotFound.
func (p *Pool) RefreshToken(ctx context.Context, hash []byte) (*Standing, error) {
	q := "select " + grantColumns + ", " + userColumns + ", " + p.s.groupsColumn() + ", " + p.s.loginsColumn() +
		", t.scopes, t.successor_hash, t.used_at, t.created_at, t.expires_at" + grantJoin +
		"join refresh_tokens t on t.pool = g.pool and t.grant_id = g.id where t.pool = ? and t.hash = ?"
	var groups, logins, scopes []byte
	return p.standing(ctx, func(st *Standing) []any {
		t := &st.Refresh
		return []any{&groups, &logins, &scopes, &t.SuccessorHash, &t.UsedAt, &t.CreatedAt, &t.ExpiresAt}
	}, func(st *Standing) error {
		st.Refresh.PoolID, st.Refresh.Hash, st.Refresh.GrantID = p.ID, hash, st.Grant.ID
		return errors.Join(json.Unmarshal(groups, &st.Groups), json.Unmarshal(logins, &st.Logins), json.Unmarshal(scopes, &st.Refresh.Scopes))
	}, q, p.ID, hash)
}

// standing runs a query for a grant and its user; more names what else is read,
// and after makes sense of it.
func (p *Pool) standing(ctx context.Context, more func(*Standing) []any, after func(*Standing) error, q string, args ...any) (*Standing, error) {
	st := &Standing{}
	g, u := &st.Grant, &st.User
	var scopes, attributes, mfa []byte
	into := append([]any{&g.ID, &g.UserID, &g.ClientID, &g.SessionHash, &scopes, &g.Request, &g.CodeUsedAt, &g.CodeExpiresAt,
		&g.AuthTime, &g.CreatedAt, &g.ExpiresAt, &g.RevokedAt,
		&u.Username, &u.Status, &u.Enabled, &attributes, &mfa, &u.ValidAfter, &u.CreatedAt, &u.UpdatedAt}, more(st)...)
	rows, err := p.s.db(ctx).Raw(q, args...).Rows()
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, translate(err)
		}
		return nil, provider.ErrGrantNotFound
	}
	if err := rows.Scan(into...); err != nil {
		return nil, translate(err)
	}
	g.PoolID, u.PoolID, u.ID = p.ID, p.ID, g.UserID
	if err := errors.Join(json.Unmarshal(scopes, &g.Scopes), json.Unmarshal(attributes, &u.Attributes), json.Unmarshal(mfa, &u.MFA)); err != nil {
		return nil, fmt.Errorf("read grant %s: %w", g.ID, err)
	}
	if after != nil {
		if err := after(st); err != nil {
			return nil, fmt.Errorf("read grant %s: %w", g.ID, err)
		}
	}
	return st, nil
}

// UseCode marks a grant's code as used and the grant as living until expiresAt.
// It answers false if the code was used, or the grant revoked, before.
func (p *Pool) UseCode(ctx context.Context, id string, expiresAt provider.Time) (used bool, err error) {
	now := p.s.Now()
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		r := p.s.db(ctx).Exec("update grants set code_used_at = ?, expires_at = ? where pool = ? and id = ? and code_used_at = 0 and revoked_at = 0",
			now, expiresAt, p.ID, id)
		used = r.RowsAffected == 1
		return r.Error
	})
	return used, err
}

// RevokeGrant ends a grant, and with it all its tokens. It answers false if there
// is no such living grant.
func (p *Pool) RevokeGrant(ctx context.Context, id, reason string) (revoked bool, err error) {
	now := p.s.Now()
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		r := p.s.db(ctx).Exec("update grants set revoked_at = ?, revoked_reason = ? where pool = ? and id = ? and revoked_at = 0",
			now, reason, p.ID, id)
		revoked = r.RowsAffected == 1
		return r.Error
	})
	return revoked, err
}

// RevokeToken remembers until it expires that one stateless token is revoked.
func (p *Pool) RevokeToken(ctx context.Context, jti string, expiresAt provider.Time) error {
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return p.s.db(ctx).Exec("insert into revoked_tokens (pool, jti, expires_at) values (?, ?, ?) on conflict do nothing",
			p.ID, jti, expiresAt).Error
	})
}

// TokenRevoked reports whether a stateless token without a grant was revoked.
func (p *Pool) TokenRevoked(ctx context.Context, jti string) (bool, error) {
	var n int64
	err := p.s.db(ctx).Raw("select count(*) from revoked_tokens where pool = ? and jti = ?", p.ID, jti).Scan(&n).Error
	return n > 0, translate(err)
}

// AddRefreshToken stores a refresh token, unless it is there already: a derived
// successor may be derived twice.
func (p *Pool) AddRefreshToken(ctx context.Context, t *provider.RefreshToken) error {
	scopes, err := json.Marshal(t.Scopes)
	if err != nil {
		return fmt.Errorf("write scopes: %w", err)
	}
	return p.s.Tx(ctx, func(ctx context.Context) error {
		return p.s.db(ctx).Exec("insert into refresh_tokens (pool, hash, grant_id, scopes, created_at, expires_at) "+
			"values (?, ?, ?, ?, ?, ?) on conflict do nothing", p.ID, t.Hash, t.GrantID, string(scopes), t.CreatedAt, t.ExpiresAt).Error
	})
}

// UseRefreshToken marks a refresh token as used, naming its successor. It answers
// false if it was used before.
func (p *Pool) UseRefreshToken(ctx context.Context, hash, successorHash []byte) (used bool, err error) {
	now := p.s.Now()
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		r := p.s.db(ctx).Exec("update refresh_tokens set used_at = ?, successor_hash = ? where pool = ? and hash = ? and used_at = 0",
			now, successorHash, p.ID, hash)
		used = r.RowsAffected == 1
		return r.Error
	})
	return used, err
}

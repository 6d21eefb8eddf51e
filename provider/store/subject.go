package store

import (
	"context"
	"encoding/json"
)

// GrantWithGroups is Grant, with the groups that the user is in now.
//
// Errors: provider.ErrGrantNotFound.
func (p *Pool) GrantWithGroups(ctx context.Context, id, jti string) (*Standing, error) {
	q := "select " + grantColumns + ", " + userColumns + ", " + p.s.groupsColumn() +
		", exists (select 1 from revoked_tokens r where r.pool = g.pool and r.jti = ?)" + grantJoin + "where g.pool = ? and g.id = ?"
	var groups []byte
	return p.standing(ctx, func(st *Standing) []any { return []any{&groups, &st.Revoked} }, func(st *Standing) error {
		return json.Unmarshal(groups, &st.Groups)
	}, q, jti, p.ID, id)
}

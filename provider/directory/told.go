package directory

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// OperatorsToTell lists the operators who may change a pool, everywhere or there
// alone, and have an e-mail address: whom an alarm about the pool is mailed to.
func (d *Directory) OperatorsToTell(ctx context.Context, pool string) ([]provider.User, error) {
	id, err := d.operatorsPoolID(ctx)
	if err != nil {
		return nil, err
	}
	roles, err := d.Store.Pool(id).Operators(ctx)
	if err != nil {
		return nil, err
	}
	var out []provider.User
	for _, r := range roles {
		told := slices.ContainsFunc(out, func(u provider.User) bool { return u.ID == r.UserID })
		if told || r.Scope != Everywhere && r.Scope != pool || !slices.Contains(permissions(r.Role), PoolsWrite) {
			continue
		}
		u, err := d.Store.Pool(id).User(ctx, r.UserID)
		if err != nil {
			return nil, err
		}
		if u.Enabled && u.Attributes["email"] != "" {
			out = append(out, *u)
		}
	}
	return out, nil
}

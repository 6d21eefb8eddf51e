package directory

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

const (
	// OperatorResource is the built-in resource server whose tokens administer.
	OperatorResource = "cognate"
	// OperatorScope is what an access token of the operators' pool must carry.
	OperatorScope = OperatorResource + "/operator"
)

// OperatorsPool answers the built-in pool of operators, and makes it at the
// first call on a new installation. Nodes that start together make one.
func (d *Directory) OperatorsPool(ctx context.Context) (*provider.Pool, error) {
	id, err := d.operatorsPoolID(ctx)
	if err != nil {
		return nil, err
	}
	p, err := d.Pool(ctx, id)
	if provider.CodeOf(err) != provider.CodeNotFound {
		return p, err
	}
	err = d.CreatePool(ctx, &provider.Pool{
		ID: id, Name: "Operators", Kind: provider.PoolKindOperators, DeletionProtection: true,
		Settings: provider.PoolSettings{
			AdminCreateOnly: true, AliasAttrs: []string{"email"},
			PasswordPolicy: provider.PasswordPolicy{MinimumLength: 12},
		},
	})
	if err != nil && provider.CodeOf(err) != provider.CodeExists {
		return nil, err
	}
	return d.Store.Pool(id).Get(ctx)
}

// operatorsPoolID is agreed on once for the whole installation and never
// changes, so it is asked for once.
func (d *Directory) operatorsPoolID(ctx context.Context) (string, error) {
	if id := d.operators.Load(); id != nil {
		return *id, nil
	}
	v, err := d.Store.All().Setting(ctx, "operators_pool", func() ([]byte, error) {
		return []byte(secret.UserPoolID(d.Region)), nil
	})
	if err != nil {
		return "", err
	}
	id := string(v)
	// Inside a transaction it may still be rolled back.
	d.Store.AfterCommit(ctx, func() { d.operators.Store(&id) })
	return id, nil
}

// OperatorByID answers a user of the operators' pool with their roles.
//
// Errors: provider.ErrUserNotFound; provider.ErrUserDisabled;
// provider.CodeForbidden for a user without any role.
func (d *Directory) OperatorByID(ctx context.Context, userID string) (*Operator, error) {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return nil, err
	}
	u, err := d.Store.Pool(p.ID).User(ctx, userID)
	if err != nil {
		return nil, err
	}
	if !u.Enabled {
		return nil, provider.ErrUserDisabled
	}
	roles, err := d.Store.Pool(p.ID).OperatorRoles(ctx, userID)
	if err != nil {
		return nil, err
	}
	if len(roles) == 0 {
		return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "operator", Message: "The user holds no operator role."}
	}
	return &Operator{UserID: u.ID, Username: u.Username, Roles: roles}, nil
}

// Needed is the permission, and the scope to hold it in, that an operation with
// permission p on a pool needs. Changing anything in the operators' pool is for
// owners of the whole installation: whoever may set an owner's password is one.
func (d *Directory) Needed(ctx context.Context, p Permission, pool string) (Permission, string, error) {
	if pool == Everywhere || slices.Contains(permissions(provider.RoleAuditor), p) {
		return p, pool, nil
	}
	operators, err := d.OperatorsPool(ctx)
	if err == nil && operators.ID == pool {
		return OperatorsWrite, Everywhere, nil
	}
	return p, pool, err
}

// Operators lists everybody who holds a role, with all of theirs.
func (d *Directory) Operators(ctx context.Context) ([]Operator, error) {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return nil, err
	}
	names, err := d.Store.Pool(p.ID).OperatorNames(ctx)
	if err != nil {
		return nil, err
	}
	roles, err := d.Store.Pool(p.ID).Operators(ctx)
	if err != nil {
		return nil, err
	}
	var out []Operator
	for _, r := range roles { // those of one user stand together
		if n := len(out); n == 0 || out[n-1].UserID != r.UserID {
			out = append(out, Operator{UserID: r.UserID, Username: names[r.UserID]})
		}
		o := &out[len(out)-1]
		o.Roles = append(o.Roles, r)
	}
	return out, nil
}

// Grant gives a user of the operators' pool a role, everywhere or for one pool.
//
// Errors: provider.ErrUserNotFound, provider.CodeInvalid, provider.CodeForbidden
// when it would leave no owner.
func (d *Directory) Grant(ctx context.Context, name string, role provider.OperatorRole, scope string) error {
	if permissions(role) == nil {
		return provider.Invalid("Role", "Use owner, admin, support or auditor.")
	}
	return d.changeOperator(ctx, OperatorGrant, name, scope, func(ctx context.Context, p *provider.Pool, user string) error {
		if role != provider.RoleOwner {
			if err := d.keepOwner(ctx, p, user, scope); err != nil {
				return err
			}
		}
		return d.Store.Pool(p.ID).SetOperator(ctx, &provider.Operator{UserID: user, Scope: scope, Role: role})
	})
}

// Revoke takes a user's role in one scope away.
//
// Errors: provider.ErrUserNotFound, provider.CodeNotFound, provider.CodeForbidden
// when it would leave no owner.
func (d *Directory) Revoke(ctx context.Context, name, scope string) error {
	return d.changeOperator(ctx, OperatorRevoke, name, scope, func(ctx context.Context, p *provider.Pool, user string) error {
		if err := d.keepOwner(ctx, p, user, scope); err != nil {
			return err
		}
		was, err := d.Store.Pool(p.ID).RemoveOperator(ctx, user, scope)
		if err == nil && !was {
			err = &provider.Error{Code: provider.CodeNotFound, Kind: "operator", Message: "The user holds no role there."}
		}
		return err
	})
}

func (d *Directory) changeOperator(ctx context.Context, action, name, scope string, f func(ctx context.Context, p *provider.Pool, user string) error) error {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return err
	}
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil {
		return err
	}
	return d.change(ctx, p.ID, action, userTarget(u.ID), map[string]string{"scope": scope}, func(ctx context.Context) error {
		return f(ctx, p, u.ID)
	})
}

// keepOwner refuses what would leave the installation without an owner who can
// sign in: taking the user's role in scope away, or (with Everywhere) the user.
func (d *Directory) keepOwner(ctx context.Context, p *provider.Pool, user, scope string) error {
	if p.Kind != provider.PoolKindOperators || scope != Everywhere {
		return nil
	}
	// Touching the pool's row makes such changes run one after the other, so that
	// two cannot each see the other's owner as the one that stays.
	if err := d.Store.Pool(p.ID).Touch(ctx); err != nil {
		return err
	}
	roles, err := d.Store.Pool(p.ID).Operators(ctx)
	if err != nil {
		return err
	}
	holds := false
	for _, r := range roles {
		if r.Role != provider.RoleOwner || r.Scope != Everywhere {
			continue
		}
		if r.UserID == user {
			holds = true
			continue
		}
		other, err := d.Store.Pool(p.ID).User(ctx, r.UserID)
		if err != nil {
			return err
		}
		if other.Enabled {
			return nil
		}
	}
	if !holds {
		return nil
	}
	return &provider.Error{Code: provider.CodeForbidden, Kind: "operator", Message: "This is the last owner. Make another one first."}
}

package identitypool

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

const maxDescription = 1000

// CreateRole adds a role to an identity pool from its name, description, Cedar
// policies and longest credential in seconds (0 takes the pool's).
//
// Errors: provider.CodeInvalid, for policies with the line that is wrong;
// provider.ErrRoleExists, provider.ErrIdentityPoolNotFound.
func (s *Service) CreateRole(ctx context.Context, pool string, r *provider.Role) error {
	if err := checkRole(r); err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.IdentityPool(pool).Get(ctx); err != nil {
			return err
		}
		if err := s.Store.IdentityPool(pool).CreateRole(ctx, r); err != nil {
			return err
		}
		return s.Audit.Record(ctx, pool, "role.create", audit.Success, "role/"+r.Name, nil)
	})
}

// Role reads one role.
//
// Errors: provider.ErrRoleNotFound.
func (s *Service) Role(ctx context.Context, pool, name string) (*provider.Role, error) {
	return s.Store.IdentityPool(pool).Role(ctx, name)
}

// Roles lists a pool's roles by name: at most limit that come behind after.
func (s *Service) Roles(ctx context.Context, pool, after string, limit int) ([]provider.Role, error) {
	return s.Store.IdentityPool(pool).Roles(ctx, after, limit)
}

// UpdateRole lets change alter a role, then checks and writes it. Credentials
// that carry it already keep the policies they were sealed with.
//
// Errors: provider.ErrRoleNotFound, provider.CodeInvalid, and what change returns.
func (s *Service) UpdateRole(ctx context.Context, pool, name string, change func(*provider.Role) error) (*provider.Role, error) {
	var out *provider.Role
	err := s.Store.Tx(ctx, func(ctx context.Context) error {
		err := s.Store.IdentityPool(pool).ChangeRole(ctx, name, func(r *provider.Role) error {
			if err := change(r); err != nil {
				return err
			}
			r.Name, out = name, r
			return checkRole(r)
		})
		if err != nil {
			return err
		}
		return s.Audit.Record(ctx, pool, "role.update", audit.Success, "role/"+name, nil)
	})
	return out, err
}

// DeleteRole removes a role that nothing names any more.
//
// Errors: provider.ErrRoleNotFound; provider.CodeConflict saying what names it.
func (s *Service) DeleteRole(ctx context.Context, pool, name string) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		// It takes the pool's row, as SetRoles does, so that the role is not named
		// meanwhile.
		if err := s.Store.IdentityPool(pool).DeleteRole(ctx, name); err != nil {
			return err
		}
		by, err := s.namedBy(ctx, pool, name)
		if err != nil {
			return err
		}
		if len(by) > 0 {
			return &provider.Error{Code: provider.CodeConflict, Kind: "role",
				Message: fmt.Sprintf("The role %q is named by %s. Let go of it there first.", name, strings.Join(by, ", "))}
		}
		return s.Audit.Record(ctx, pool, "role.delete", audit.Success, "role/"+name, nil)
	})
}

// maxNamed is how many groups a refusal names.
const maxNamed = 5

// namedBy says in words what would give a role to somebody.
func (s *Service) namedBy(ctx context.Context, pool, name string) ([]string, error) {
	p, err := s.Store.IdentityPool(pool).Get(ctx)
	if err != nil {
		return nil, err
	}
	arn := RoleARN(pool, name)
	var by []string
	if p.Settings.AuthenticatedRole == arn {
		by = append(by, "the identity pool for those who are signed in")
	}
	if p.Settings.GuestRole == arn {
		by = append(by, "the identity pool for guests")
	}
	for _, key := range slices.Sorted(maps.Keys(p.Settings.RoleMappings)) {
		if slices.ContainsFunc(p.Settings.RoleMappings[key].Rules, func(r provider.RoleRule) bool { return r.Role == arn }) {
			by = append(by, "the rules for "+key)
		}
	}
	groups, err := s.Store.All().GroupsOfRole(ctx, arn, maxNamed)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		by = append(by, fmt.Sprintf("the group %q of user pool %s", g.Name, g.PoolID))
	}
	return by, nil
}

func checkRole(r *provider.Role) error {
	switch {
	case !roleName.MatchString(r.Name):
		return provider.Invalid("RoleName", "A role's name has 1 to 64 letters, digits or any of +=,.@-_")
	case len(r.Description) > maxDescription:
		return provider.Invalid("Description", "A role's description has at most %d bytes.", maxDescription)
	case r.SessionSeconds != 0 && (r.SessionSeconds < 60 || r.SessionSeconds > 3600):
		return provider.Invalid("MaxSessionDuration", "A role's credentials live 60 to 3600 seconds.")
	}
	if _, err := policy.ParseRole(r.Policies); err != nil {
		var syntax *policy.SyntaxError
		if errors.As(err, &syntax) {
			return provider.Invalid("Policies", "%s", syntax.Error())
		}
		return err
	}
	return nil
}

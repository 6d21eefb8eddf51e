package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
)

func (a *API) createRole(ctx context.Context, in *RoleSettings) (*RoleResponse, error) {
	r := &provider.Role{Name: in.RoleName}
	applyRole(r, in)
	if err := a.Identities.CreateRole(ctx, in.IdentityPoolID, r); err != nil {
		return nil, err
	}
	return wireRoleResponse(in.IdentityPoolID, r), nil
}

func (a *API) getRole(ctx context.Context, in *RoleRequest) (*RoleResponse, error) {
	r, err := a.Identities.Role(ctx, in.IdentityPoolID, in.RoleName)
	if err != nil {
		return nil, err
	}
	return wireRoleResponse(in.IdentityPoolID, r), nil
}

func (a *API) listRoles(ctx context.Context, in *ListRolesRequest) (*ListRolesResponse, error) {
	if _, err := a.Identities.Pool(ctx, in.IdentityPoolID); err != nil {
		return nil, err
	}
	roles, next, err := page(size(in.Limit), in.NextToken,
		func(after string, n int) ([]provider.Role, error) {
			return a.Identities.Roles(ctx, in.IdentityPoolID, after, n)
		},
		func(r *provider.Role) string { return r.Name })
	if err != nil {
		return nil, err
	}
	return &ListRolesResponse{NextToken: next, Roles: each(roles, func(r *provider.Role) RoleType { return wireRole(in.IdentityPoolID, r) })}, nil
}

func (a *API) updateRole(ctx context.Context, in *RoleSettings) (*RoleResponse, error) {
	r, err := a.Identities.UpdateRole(ctx, in.IdentityPoolID, in.RoleName, func(r *provider.Role) error {
		applyRole(r, in)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wireRoleResponse(in.IdentityPoolID, r), nil
}

func (a *API) deleteRole(ctx context.Context, in *RoleRequest) error {
	return a.Identities.DeleteRole(ctx, in.IdentityPoolID, in.RoleName)
}

func applyRole(r *provider.Role, in *RoleSettings) {
	r.Policies = kept(in.Policies, r.Policies)
	r.Description = kept(in.Description, r.Description)
	if in.MaxSessionDuration != nil {
		r.SessionSeconds = int(*in.MaxSessionDuration)
	}
}

func wireRoleResponse(pool string, r *provider.Role) *RoleResponse {
	return &RoleResponse{wireRole(pool, r)}
}

func wireRole(pool string, r *provider.Role) RoleType {
	return RoleType{
		IdentityPoolID: pool, RoleName: r.Name, ARN: identitypool.RoleARN(pool, r.Name),
		Description: r.Description, Policies: r.Policies, MaxSessionDuration: int64(r.SessionSeconds),
		CreationDate: Timestamp(r.CreatedAt), LastModifiedDate: Timestamp(r.UpdatedAt),
	}
}

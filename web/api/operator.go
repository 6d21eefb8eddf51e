package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

func (a *API) getCaller(ctx context.Context, _ *GetCallerRequest) (*GetCallerResponse, error) {
	caller, err := callerFrom(ctx)
	if err != nil {
		return nil, err
	}
	return &GetCallerResponse{UserID: caller.UserID, Username: caller.Username, Roles: each(caller.Roles, wireOperator)}, nil
}

func (a *API) listOperators(ctx context.Context, _ *ListOperatorsRequest) (*ListOperatorsResponse, error) {
	operators, err := a.Directory.Operators(ctx)
	if err != nil {
		return nil, err
	}
	out := &ListOperatorsResponse{Operators: []OperatorType{}}
	for _, o := range operators {
		for _, role := range o.Roles {
			wire := wireOperator(&role)
			wire.Username = o.Username
			out.Operators = append(out.Operators, wire)
		}
	}
	return out, nil
}

func wireOperator(o *provider.Operator) OperatorType {
	return OperatorType{UserID: o.UserID, Role: string(o.Role), Scope: o.Scope}
}

func (a *API) grantOperatorRole(ctx context.Context, in *GrantOperatorRoleRequest) error {
	return a.Directory.Grant(ctx, in.Username, provider.OperatorRole(in.Role), everywhere(in.Scope))
}

func (a *API) revokeOperatorRole(ctx context.Context, in *RevokeOperatorRoleRequest) error {
	return a.Directory.Revoke(ctx, in.Username, everywhere(in.Scope))
}

func everywhere(scope string) string { return either(scope == "", directory.Everywhere, scope) }

func (a *API) createAccessKey(ctx context.Context, in *AccessKeyRequest) (*CreateAccessKeyResponse, error) {
	name, err := keyOwner(ctx, in.Username, directory.OperatorsWrite)
	if err != nil {
		return nil, err
	}
	k, value, err := a.Directory.CreateAccessKey(ctx, name)
	if err != nil {
		return nil, err
	}
	out := wireAccessKey(k)
	out.SecretAccessKey = value
	return &CreateAccessKeyResponse{out}, nil
}

func (a *API) listAccessKeys(ctx context.Context, in *AccessKeyRequest) (*ListAccessKeysResponse, error) {
	name, err := keyOwner(ctx, in.Username, directory.OperatorsRead)
	if err != nil {
		return nil, err
	}
	keys, err := a.Directory.AccessKeys(ctx, name)
	if err != nil {
		return nil, err
	}
	return &ListAccessKeysResponse{each(keys, wireAccessKey)}, nil
}

func (a *API) deleteAccessKey(ctx context.Context, in *DeleteAccessKeyRequest) error {
	name, err := keyOwner(ctx, in.Username, directory.OperatorsWrite)
	if err != nil {
		return err
	}
	return a.Directory.DeleteAccessKey(ctx, name, in.AccessKeyID)
}

// keyOwner answers whose keys a call is about. Everybody looks after their own;
// somebody else's need the permission.
func keyOwner(ctx context.Context, name string, p directory.Permission) (string, error) {
	caller, err := callerFrom(ctx)
	if err != nil {
		return "", err
	}
	switch {
	case name == "" || name == caller.Username || name == caller.UserID:
		return caller.UserID, nil
	case caller.May(p, directory.Everywhere):
		return name, nil
	}
	return "", exception("AccessDeniedException", "The access keys of another operator need the permission "+string(p)+".")
}

func wireAccessKey(k *provider.AccessKey) AccessKeyType {
	return AccessKeyType{AccessKeyID: k.ID, Enabled: k.Enabled, CreationDate: Timestamp(k.CreatedAt)}
}

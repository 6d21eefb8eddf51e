package directory

import (
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// A Permission is one thing an operator may be allowed to do.
type Permission string

// The permissions. Reading never shows a secret.
const (
	PoolsRead      Permission = "pools:read"
	PoolsWrite     Permission = "pools:write"
	PoolsDelete    Permission = "pools:delete"
	ClientsRead    Permission = "clients:read"
	ClientsWrite   Permission = "clients:write"
	UsersRead      Permission = "users:read"
	UsersSupport   Permission = "users:support" // enable, disable, sign out, set a password
	UsersWrite     Permission = "users:write"
	GroupsRead     Permission = "groups:read"
	GroupsWrite    Permission = "groups:write"
	ProvidersRead  Permission = "providers:read"
	ProvidersWrite Permission = "providers:write"
	IdentityRead   Permission = "identity:read" // identity pools and their roles
	IdentityWrite  Permission = "identity:write"
	KeysRead       Permission = "keys:read"
	KeysWrite      Permission = "keys:write"
	AuditRead      Permission = "audit:read"
	OperatorsRead  Permission = "operators:read"
	OperatorsWrite Permission = "operators:write"
	Signed         Permission = "signed" // to be an operator of whatever role
)

// Everywhere is the scope of a role that holds for the whole installation.
const Everywhere = "*"

// permissions is what each role may do. An owner may do everything.
func permissions(role provider.OperatorRole) []Permission {
	read := []Permission{
		PoolsRead, ClientsRead, UsersRead, GroupsRead, ProvidersRead, IdentityRead, KeysRead, AuditRead, OperatorsRead,
	}
	write := []Permission{
		PoolsWrite, ClientsWrite, UsersSupport, UsersWrite, GroupsWrite, ProvidersWrite, IdentityWrite, KeysWrite,
	}
	switch role {
	case provider.RoleOwner:
		return slices.Concat(read, write, []Permission{PoolsDelete, OperatorsWrite})
	case provider.RoleAdmin:
		return slices.Concat(read, write)
	case provider.RoleSupport:
		return append(read, UsersSupport)
	case provider.RoleAuditor:
		return read
	}
	return nil
}

// An Operator is a user of the operators' pool with the roles they hold.
type Operator struct {
	UserID   string
	Username string
	Roles    []provider.Operator
}

// May reports whether the operator holds the permission for a pool, or, with
// scope Everywhere, for the whole installation.
func (o *Operator) May(p Permission, scope string) bool {
	if p == Signed {
		return len(o.Roles) > 0
	}
	for _, held := range o.Roles {
		if (held.Scope == Everywhere || held.Scope == scope) && slices.Contains(permissions(held.Role), p) {
			return true
		}
	}
	return false
}

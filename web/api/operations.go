package api

import (
	"slices"

	"github.com/cognate-idp/cognate/provider/directory"
)

// Operations is the table that drives the API. One row says all there is to an
// operation: its name and shapes, who may call it, what it leaves in the audit
// trail and what does it.
func (a *API) Operations() []Operation {
	return slices.Concat(a.administrative(), a.schemaOperations(), a.passwordOperations(), a.messageOperations(), a.factorOperations(), a.passkeyOperations(), a.selfOperations())
}

func (a *API) administrative() []Operation {
	return []Operation{
		change(UserPools, "CreateUserPool", directory.PoolsWrite, directory.PoolCreate, a.createUserPool),
		read(UserPools, "ListUserPools", directory.PoolsRead, a.listUserPools),
		read(UserPools, "DescribeUserPool", directory.PoolsRead, a.describeUserPool),
		silent(UserPools, "UpdateUserPool", directory.PoolsWrite, directory.PoolUpdate, a.updateUserPool),
		silent(UserPools, "DeleteUserPool", directory.PoolsDelete, directory.PoolDelete, a.deleteUserPool),
		silent(UserPools, "AddCustomAttributes", directory.PoolsWrite, directory.PoolUpdate, a.addCustomAttributes),

		change(UserPools, "CreateUserPoolClient", directory.ClientsWrite, directory.ClientCreate, a.createUserPoolClient),
		read(UserPools, "ListUserPoolClients", directory.ClientsRead, a.listUserPoolClients),
		read(UserPools, "DescribeUserPoolClient", directory.ClientsRead, a.describeUserPoolClient),
		change(UserPools, "UpdateUserPoolClient", directory.ClientsWrite, directory.ClientUpdate, a.updateUserPoolClient),
		silent(UserPools, "DeleteUserPoolClient", directory.ClientsWrite, directory.ClientDelete, a.deleteUserPoolClient),
		change(UserPools, "AddUserPoolClientSecret", directory.ClientsWrite, directory.ClientSecretAdd, a.addUserPoolClientSecret),
		read(UserPools, "ListUserPoolClientSecrets", directory.ClientsRead, a.listUserPoolClientSecrets),
		silent(UserPools, "DeleteUserPoolClientSecret", directory.ClientsWrite, directory.ClientSecretDelete, a.deleteUserPoolClientSecret),

		change(UserPools, "CreateResourceServer", directory.ClientsWrite, directory.ResourceServerCreate, a.createResourceServer),
		read(UserPools, "ListResourceServers", directory.ClientsRead, a.listResourceServers),
		read(UserPools, "DescribeResourceServer", directory.ClientsRead, a.describeResourceServer),
		change(UserPools, "UpdateResourceServer", directory.ClientsWrite, directory.ResourceServerUpdate, a.updateResourceServer),
		silent(UserPools, "DeleteResourceServer", directory.ClientsWrite, directory.ResourceServerDelete, a.deleteResourceServer),

		change(UserPools, "CreateGroup", directory.GroupsWrite, directory.GroupCreate, a.createGroup),
		read(UserPools, "GetGroup", directory.GroupsRead, a.getGroup),
		read(UserPools, "ListGroups", directory.GroupsRead, a.listGroups),
		change(UserPools, "UpdateGroup", directory.GroupsWrite, directory.GroupUpdate, a.updateGroup),
		silent(UserPools, "DeleteGroup", directory.GroupsWrite, directory.GroupDelete, a.deleteGroup),
		read(UserPools, "ListUsersInGroup", directory.UsersRead, a.listUsersInGroup),
		read(UserPools, "AdminListGroupsForUser", directory.UsersRead, a.adminListGroupsForUser),
		silent(UserPools, "AdminAddUserToGroup", directory.UsersWrite, directory.GroupAddUser, a.adminAddUserToGroup),
		silent(UserPools, "AdminRemoveUserFromGroup", directory.UsersWrite, directory.GroupRemoveUser, a.adminRemoveUserFromGroup),

		change(UserPools, "AdminCreateUser", directory.UsersWrite, directory.UserCreate, a.adminCreateUser),
		read(UserPools, "AdminGetUser", directory.UsersRead, a.adminGetUser),
		read(UserPools, "ListUsers", directory.UsersRead, a.listUsers),
		silent(UserPools, "AdminUpdateUserAttributes", directory.UsersWrite, directory.UserUpdate, a.adminUpdateUserAttributes),
		silent(UserPools, "AdminDeleteUserAttributes", directory.UsersWrite, directory.UserUpdate, a.adminDeleteUserAttributes),
		silent(UserPools, "AdminDeleteUser", directory.UsersWrite, directory.UserDelete, a.adminDeleteUser),
		silent(UserPools, "AdminSetUserPassword", directory.UsersSupport, directory.UserSetPassword, a.adminSetUserPassword),
		silent(UserPools, "AdminDisableUser", directory.UsersSupport, directory.UserDisable, a.adminDisableUser),
		silent(UserPools, "AdminEnableUser", directory.UsersSupport, directory.UserEnable, a.adminEnableUser),
		silent(UserPools, "AdminConfirmSignUp", directory.UsersSupport, directory.UserConfirm, a.adminConfirmSignUp),
		silent(UserPools, "AdminResetUserPassword", directory.UsersSupport, directory.UserResetPassword, a.adminResetUserPassword),
		silent(UserPools, "AdminUserGlobalSignOut", directory.UsersSupport, directory.UserSignOut, a.adminUserGlobalSignOut),

		change(UserPools, "SignUp", "", directory.UserSignUp, a.signUp),
		silent(UserPools, "ConfirmSignUp", "", directory.UserConfirm, a.confirmSignUp),
		read(UserPools, "ResendConfirmationCode", "", a.resendConfirmationCode),
		read(UserPools, "ForgotPassword", "", a.forgotPassword),
		silent(UserPools, "ConfirmForgotPassword", "", directory.UserPasswordReset, a.confirmForgotPassword),

		change(UserPools, "CreateIdentityProvider", directory.ProvidersWrite, directory.IdPCreate, a.createIdentityProvider),
		read(UserPools, "ListIdentityProviders", directory.ProvidersRead, a.listIdentityProviders),
		read(UserPools, "DescribeIdentityProvider", directory.ProvidersRead, a.describeIdentityProvider),
		read(UserPools, "GetIdentityProviderByIdentifier", directory.ProvidersRead, a.getIdentityProviderByIdentifier),
		change(UserPools, "UpdateIdentityProvider", directory.ProvidersWrite, directory.IdPUpdate, a.updateIdentityProvider),
		silent(UserPools, "DeleteIdentityProvider", directory.ProvidersWrite, directory.IdPDelete, a.deleteIdentityProvider),

		change(IdentityPools, "CreateIdentityPool", directory.IdentityWrite, "identity_pool.create", a.createIdentityPool),
		read(IdentityPools, "ListIdentityPools", directory.IdentityRead, a.listIdentityPools),
		read(IdentityPools, "DescribeIdentityPool", directory.IdentityRead, a.describeIdentityPool),
		change(IdentityPools, "UpdateIdentityPool", directory.IdentityWrite, "identity_pool.update", a.updateIdentityPool),
		silent(IdentityPools, "DeleteIdentityPool", directory.PoolsDelete, "identity_pool.delete", a.deleteIdentityPool),
		read(IdentityPools, "GetIdentityPoolRoles", directory.IdentityRead, a.getIdentityPoolRoles),
		silent(IdentityPools, "SetIdentityPoolRoles", directory.IdentityWrite, "identity_pool.set_roles", a.setIdentityPoolRoles),
		read(IdentityPools, "GetId", "", a.getID),
		read(IdentityPools, "GetCredentialsForIdentity", "", a.getCredentialsForIdentity),
		read(IdentityPools, "GetOpenIdToken", "", a.getOpenIDToken),

		change(Own, "CreateRole", directory.IdentityWrite, "role.create", a.createRole),
		read(Own, "ListRoles", directory.IdentityRead, a.listRoles),
		read(Own, "GetRole", directory.IdentityRead, a.getRole),
		change(Own, "UpdateRole", directory.IdentityWrite, "role.update", a.updateRole),
		silent(Own, "DeleteRole", directory.IdentityWrite, "role.delete", a.deleteRole),

		read(Own, "ListKeys", directory.KeysRead, a.listKeys),
		change(Own, "RotateKey", directory.KeysWrite, "key.rotate", a.rotateKey),

		// Every operator looks after their own keys, so these need a role and no
		// more; the handlers ask for the rest.
		read(Own, "GetCaller", directory.Signed, a.getCaller),
		change(Own, "CreateAccessKey", directory.Signed, directory.AccessKeyCreate, a.createAccessKey),
		read(Own, "ListAccessKeys", directory.Signed, a.listAccessKeys),
		silent(Own, "DeleteAccessKey", directory.Signed, directory.AccessKeyDelete, a.deleteAccessKey),
		read(Own, "ListOperators", directory.OperatorsRead, a.listOperators),
		silent(Own, "GrantOperatorRole", directory.OperatorsWrite, directory.OperatorGrant, a.grantOperatorRole),
		silent(Own, "RevokeOperatorRole", directory.OperatorsWrite, directory.OperatorRevoke, a.revokeOperatorRole),
		read(UserPools, "AdminListUserAuthEvents", directory.AuditRead, a.adminListUserAuthEvents),
		read(Own, "ListAuditEvents", directory.AuditRead, a.listAuditEvents),
	}
}

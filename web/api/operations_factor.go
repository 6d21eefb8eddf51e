package api

import (
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
)

// factorOperations are operators' acts on users' factors and devices.
func (a *API) factorOperations() []Operation {
	return []Operation{
		read(UserPools, "GetUserPoolMfaConfig", directory.PoolsRead, a.getUserPoolMfaConfig),
		change(UserPools, "SetUserPoolMfaConfig", directory.PoolsWrite, directory.PoolUpdate, a.setUserPoolMfaConfig),
		silent(UserPools, "AdminSetUserMFAPreference", directory.UsersWrite, factor.ActionPrefer, a.adminSetUserMFAPreference),
		read(UserPools, "AdminGetUserAuthFactors", directory.UsersRead, a.adminGetUserAuthFactors),
		silent(Own, "AdminResetUserFactors", directory.UsersSupport, factor.ActionReset, a.adminResetUserFactors),
		read(UserPools, "AdminListDevices", directory.UsersRead, a.adminListDevices),
		read(UserPools, "AdminGetDevice", directory.UsersRead, a.adminGetDevice),
		silent(UserPools, "AdminForgetDevice", directory.UsersSupport, factor.ActionDeviceForgotten, a.adminForgetDevice),
		change(UserPools, "AdminUpdateDeviceStatus", directory.UsersSupport, factor.ActionDeviceChanged, a.adminUpdateDeviceStatus),
	}
}

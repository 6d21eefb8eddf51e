package api

import (
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
)

// selfOperations users call for themselves, with an access token of their own.
func (a *API) selfOperations() []Operation {
	return []Operation{
		bySelf("GetUser", "", a.getUser),
		bySelf("UpdateUserAttributes", directory.UserUpdate, a.updateUserAttributes),
		silentlyBySelf("DeleteUserAttributes", directory.UserUpdate, a.deleteUserAttributes),
		bySelf("GetUserAttributeVerificationCode", "", a.getUserAttributeVerificationCode),
		silentlyBySelf("VerifyUserAttribute", directory.UserVerify, a.verifyUserAttribute),
		silentlyBySelf("DeleteUser", directory.UserDelete, a.deleteUser),
		silentlyBySelf("ChangePassword", directory.UserChangePassword, a.changePassword),
		silentlyBySelf("GlobalSignOut", directory.UserSignOut, a.globalSignOut),

		bySelf("AssociateSoftwareToken", "", a.associateSoftwareToken),
		bySelf("VerifySoftwareToken", factor.ActionAdded, a.verifySoftwareToken),
		silentlyBySelf("SetUserMFAPreference", factor.ActionPrefer, a.setUserMFAPreference),
		bySelf("GetUserAuthFactors", "", a.getUserAuthFactors),

		bySelf("StartWebAuthnRegistration", "", a.startWebAuthnRegistration),
		silentlyBySelf("CompleteWebAuthnRegistration", "user.passkey_added", a.completeWebAuthnRegistration),
		bySelf("ListWebAuthnCredentials", "", a.listWebAuthnCredentials),
		silentlyBySelf("DeleteWebAuthnCredential", "user.passkey_removed", a.deleteWebAuthnCredential),

		bySelf("ListDevices", "", a.listDevices),
		bySelf("GetDevice", "", a.getDevice),
		silentlyBySelf("ForgetDevice", factor.ActionDeviceForgotten, a.forgetDevice),
		silentlyBySelf("UpdateDeviceStatus", factor.ActionDeviceChanged, a.updateDeviceStatus),
	}
}

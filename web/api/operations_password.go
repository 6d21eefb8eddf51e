package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider/directory"
)

// passwordOperations are about what users first get in by.
func (a *API) passwordOperations() []Operation {
	return []Operation{
		silent(Own, "AdminSetUserPasswordHash", directory.UsersWrite, directory.UserSetPassword, a.adminSetUserPasswordHash),
		change(Own, "AdminResendConfirmationCode", directory.UsersSupport, directory.UserResendCode, a.adminResendConfirmationCode),
	}
}

// AdminSetUserPasswordHashRequest is the input of AdminSetUserPasswordHash: the hash
// that another system has of a user's password.
type AdminSetUserPasswordHashRequest struct {
	UserPoolID   string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username     string `json:"Username" shape:"UsernameType,required"`
	PasswordHash string `json:"PasswordHash" shape:"PasswordHashType,required"`
}

func (a *API) adminSetUserPasswordHash(ctx context.Context, in *AdminSetUserPasswordHashRequest) error {
	return a.Directory.SetPasswordHash(ctx, in.UserPoolID, in.Username, in.PasswordHash)
}

package signin

import "github.com/cognate-idp/cognate/provider"

// What a sign-in can be refused for, beside provider.ErrWrongPassword,
// provider.ErrUserDisabled and provider.CodeThrottled. All but the missing fields
// are told only to somebody who gave the right password.
var (
	ErrNameMissing     = &provider.Error{Code: provider.CodeInvalid, Kind: "username missing", Field: "username", Message: "Enter your username."}
	ErrPasswordMissing = &provider.Error{Code: provider.CodeInvalid, Kind: "password missing", Field: "password", Message: "Enter your password."}
	ErrPasswordExpired = &provider.Error{Code: provider.CodeExpired, Kind: "password", Message: "The temporary password has expired. An administrator must reset it."}
	ErrPasswordReused  = &provider.Error{Code: provider.CodePasswordPolicy, Kind: "password reused", Message: "Password did not conform with policy: Password has been used before"}
	ErrResetRequired   = &provider.Error{Code: provider.CodeForbidden, Kind: "password reset", Message: "The password must be reset."}
	ErrUnconfirmed     = &provider.Error{Code: provider.CodeForbidden, Kind: "confirmation", Message: "The user is not confirmed."}
)

// ErrNoAddress answers who must be sent a code and has no address any more.
var ErrNoAddress = &provider.Error{Code: provider.CodeUnavailable, Kind: "address", Message: "There is no address that a code could be sent to."}

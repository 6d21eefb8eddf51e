package directory

import (
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// checkWays refuses settings that would lock people out: each way in, and back in,
// must be one that somebody can take.
func checkWays(s *provider.PoolSettings) error {
	first := s.First()
	switch {
	case repeated(first):
		return provider.Invalid("AllowedFirstAuthFactors", "The list names a factor twice.")
	case len(first) == 1 && first[0] == provider.FactorPasskey:
		return provider.Invalid("AllowedFirstAuthFactors", "Nobody has a passkey before their first sign-in. Allow PASSWORD, EMAIL_OTP or SMS_OTP beside WEB_AUTHN.")
	}
	if s.MFA == "ON" {
		for _, f := range first {
			if !slices.ContainsFunc(s.Second(), func(second provider.Factor) bool { return second != f }) {
				return provider.Invalid("MfaConfiguration", "Who signs in by %s could never bring a second factor, since the only one is the same. Offer another second factor, or set MfaConfiguration to OPTIONAL.", f)
			}
		}
	}
	return checkRecovery(s)
}

// checkRecovery wants a way back in that somebody can have. Where operators alone make
// users, they vouch for the numbers.
func checkRecovery(s *provider.PoolSettings) error {
	if len(s.Recovery) == 0 {
		return nil
	}
	const field = "AccountRecoverySetting"
	only := slices.Contains(s.Recovery, "admin_only")
	switch {
	case repeated(s.Recovery):
		return provider.Invalid(field, "The list names a mechanism twice.")
	case only && len(s.Recovery) > 1:
		return provider.Invalid(field, "admin_only stands alone: leave the other mechanism out.")
	case len(s.Recovery) == 1 && s.Recovery[0] == "verified_phone_number" && !s.AdminCreateOnly && !slices.Contains(s.AutoVerified, "phone_number"):
		return provider.Invalid(field, "Nobody could recover: the pool does not prove phone numbers. Add phone_number to AutoVerifiedAttributes, or recover by verified_email too, or by admin_only.")
	}
	return nil
}

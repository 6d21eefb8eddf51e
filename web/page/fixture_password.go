package page

import "github.com/cognate-idp/cognate/provider"

// passwordFixtures are the page for a new password, with each reason why one is not
// taken.
func passwordFixtures(v NewPassword) []Fixture {
	out := []Fixture{{"new-password", v}}
	v.Reason = "reset"
	out = append(out, Fixture{"new-password-reset", v})
	v.Reason, v.Policy.Former = "too_old", true
	out = append(out, Fixture{"new-password-too-old", v})
	v.Policy = PasswordPolicy{MinLength: 8, Common: true}
	for _, p := range []Problem{NewPasswordMissing, NewPasswordMismatch, NewPasswordPolicy, NewPasswordUnavailable} {
		v.Problem = p
		out = append(out, Fixture{"new-password-" + slug(p), v})
	}
	v.Problem = NewPasswordPolicy
	for _, f := range []provider.PasswordFault{
		provider.PasswordTooShort, provider.PasswordTooLong, provider.PasswordNoUppercase, provider.PasswordNoLowercase, provider.PasswordNoNumber,
		provider.PasswordNoSymbol, provider.PasswordPersonal, provider.PasswordCommon, provider.PasswordBreached, provider.PasswordReused,
	} {
		v.Fault = f
		out = append(out, Fixture{"new-password-" + slug(Problem(f)), v})
	}
	return out
}

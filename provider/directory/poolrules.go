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

// checkSent refuses ways in, and second factors that everybody must have, of which none
// is left once those are gone whose codes cannot be sent. why says what holds them up
// and what to do about it.
func checkSent(s *provider.PoolSettings, unsent func(provider.Factor) bool, why string) error {
	first, second := slices.DeleteFunc(slices.Clone(s.First()), unsent), slices.DeleteFunc(slices.Clone(s.Second()), unsent)
	if !slices.ContainsFunc(first, func(f provider.Factor) bool { return f != provider.FactorPasskey }) {
		return provider.Invalid("AllowedFirstAuthFactors", "Nobody could sign in for the first time: %s, or allow another way in beside.", why)
	}
	for _, f := range first {
		if s.MFA == "ON" && !slices.ContainsFunc(second, func(other provider.Factor) bool { return other != f }) {
			return provider.Invalid("MfaConfiguration", "Who signs in by %s could never bring a second factor: %s, offer another second factor, or make them optional.", f, why)
		}
	}
	return nil
}

// checkReach refuses a change by which people could no longer get in, since no codes of
// the kind are sent: to no country, or by this server at all. What was so before is let
// be: an older version took it, or the server has lost its way out, and neither may
// stand in the way of other changes.
func (d *Directory) checkReach(before, after *provider.PoolSettings) error {
	const untexted = "no text is sent while SmsLimits.Countries lists no country. List countries"
	toNobody := func(s *provider.PoolSettings) func(provider.Factor) bool {
		return func(f provider.Factor) bool { return f == provider.FactorSMS && len(s.SMS.Countries) == 0 }
	}
	if err := checkSent(after, toNobody(after), untexted); err != nil && checkSent(before, toNobody(before), untexted) == nil {
		return err
	}
	if d.Post == nil {
		return nil
	}
	unsent := func(f provider.Factor) bool { return ChannelOf(f) != "" && !d.Post.Ready(ChannelOf(f)) }
	why := "this server sends no messages. Set smtp_host or sms_provider"
	switch {
	case !unsent(provider.FactorEmail):
		why = "this server sends no texts. Set sms_provider"
	case !unsent(provider.FactorSMS):
		why = "this server sends no e-mail. Set smtp_host"
	}
	if err := checkSent(after, unsent, why); err != nil && checkSent(before, unsent, why) == nil {
		return err
	}
	return nil
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

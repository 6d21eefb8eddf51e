package api

import (
	"cmp"
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

// applyPool puts the settings that a create and an update share into p.
func applyPool(p *provider.Pool, in *UserPoolSettings) error {
	p.DeletionProtection = in.DeletionProtection == "ACTIVE"
	if in.TokenProfile != "" {
		p.TokenProfile = provider.TokenProfile(in.TokenProfile)
	}
	s := &p.Settings
	s.DisplayName, s.DefaultRegion = kept(in.DisplayName, s.DisplayName), kept(in.DefaultRegion, s.DefaultRegion)
	s.TermsURL, s.PrivacyURL = kept(in.TermsURL, s.TermsURL), kept(in.PrivacyURL, s.PrivacyURL)
	s.KeepAccounts = !kept(in.AllowSelfDeletion, !s.KeepAccounts)
	s.AutoVerified, s.Tags = in.AutoVerifiedAttributes, in.UserPoolTags
	if in.MfaConfiguration != "" { // left out of an update, it must not take a protection away
		s.MFA = in.MfaConfiguration
	}
	s.PasswordPolicy = passwordPolicy(s.PasswordPolicy, in.Policies)
	s.FirstFactors = firstFactors(in.Policies)
	s.AdminCreateOnly = false
	if c := in.AdminCreateUserConfig; c != nil {
		s.AdminCreateOnly = isTrue(c.AllowAdminCreateUserOnly)
		if days := c.UnusedAccountValidityDays; days != nil && s.PasswordPolicy.TemporaryValidityDays == 0 {
			s.PasswordPolicy.TemporaryValidityDays = int(*days)
		}
	}
	s.Devices = deviceSettings(s.Devices, in.DeviceConfiguration)
	s.Verification.ByLink = in.VerificationMessageTemplate.DefaultEmailOption == "CONFIRM_WITH_LINK"
	s.Verification.ReplaceAtOnce = replacedAtOnce(p, in.UserAttributeUpdateSettings)
	if c := in.SessionConfiguration; c != nil {
		s.Session.IdleSeconds = kept(whole(c.IdleSeconds), s.Session.IdleSeconds)
		s.Session.AbsoluteSeconds = kept(whole(c.AbsoluteSeconds), s.Session.AbsoluteSeconds)
	}
	before := s.Wire
	s.Wire = map[string]any{}
	for _, name := range []string{emailMfaMessage, emailMfaSubject} { // SetUserPoolMfaConfig's
		if v, ok := before[name]; ok {
			s.Wire[name] = v
		}
	}
	for name, kept := range keptOfPool(in) {
		if kept.Value != nil {
			s.Wire[name] = kept.Value
		}
	}
	s.SMS = smsLimits(s.SMS, in.SmsLimits)
	err := keepWords(in, s.Wire)
	if err != nil {
		return err
	}
	s.Recovery, err = recovery(in.AccountRecoverySetting)
	return err
}

// wireSettings writes a pool's settings so that an update with what is described
// changes nothing.
func wireSettings(out *UserPoolSettings, s *provider.PoolSettings) {
	out.DisplayName, out.TermsURL, out.PrivacyURL, out.DefaultRegion = &s.DisplayName, &s.TermsURL, &s.PrivacyURL, &s.DefaultRegion
	deletes := !s.KeepAccounts
	out.AllowSelfDeletion = &deletes
	out.AutoVerifiedAttributes, out.UserPoolTags = s.AutoVerified, s.Tags
	out.MfaConfiguration = either(s.MFA == "", "OFF", s.MFA)
	out.AdminCreateUserConfig = &AdminCreateUserConfigType{AllowAdminCreateUserOnly: &s.AdminCreateOnly}
	out.Policies = &UserPoolPolicyType{PasswordPolicy: wirePasswords(s.PasswordPolicy), SignInPolicy: &SignInPolicyType{AllowedFirstAuthFactors: wireFirst(s.First())}}
	out.DeviceConfiguration = wireDevices(s.Devices)
	out.AccountRecoverySetting = wireRecovery(s.Recovery)
	out.UserAttributeUpdateSettings = &UserAttributeUpdateSettingsType{
		AttributesRequireVerificationBeforeUpdate: without(addresses(), s.Verification.ReplaceAtOnce),
	}
	out.VerificationMessageTemplate.DefaultEmailOption = either(s.Verification.ByLink, "CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE")
	idle, absolute := int64(s.Session.Idle().Seconds()), int64(s.Session.Absolute().Seconds())
	out.SessionConfiguration = &SessionConfigurationType{IdleSeconds: &idle, AbsoluteSeconds: &absolute}
	for name, kept := range keptOfPool(out) {
		kept.Value = s.Wire[name]
	}
	out.SmsLimits = wireSMSLimits(s.SMS)
	answerWords(out, s.Wire)
}

// keptOfPool names the members that are stored as given.
func keptOfPool(in *UserPoolSettings) map[string]*Kept {
	return map[string]*Kept{
		"EmailConfiguration": &in.EmailConfiguration,
		"SmsConfiguration":   &in.SmsConfiguration,
		"UserPoolTier":       &in.UserPoolTier,
	}
}

// passwordPolicy reads a policy over the old one, which keeps what Cognito has no
// word for. A pool without one gets Cognito's: eight characters of every kind.
func passwordPolicy(old provider.PasswordPolicy, in *UserPoolPolicyType) provider.PasswordPolicy {
	out := provider.PasswordPolicy{MaxAgeDays: old.MaxAgeDays, AllowCommon: old.AllowCommon, CheckBreached: old.CheckBreached}
	if in == nil || in.PasswordPolicy == nil {
		out.MinimumLength = 8
		out.RequireUppercase, out.RequireLowercase, out.RequireNumbers, out.RequireSymbols = true, true, true, true
		return out
	}
	p := in.PasswordPolicy
	out.MinimumLength = int(value(p.MinimumLength))
	out.RequireUppercase, out.RequireLowercase = isTrue(p.RequireUppercase), isTrue(p.RequireLowercase)
	out.RequireNumbers, out.RequireSymbols = isTrue(p.RequireNumbers), isTrue(p.RequireSymbols)
	out.TemporaryValidityDays = int(value(p.TemporaryPasswordValidityDays))
	out.HistorySize = int(value(p.PasswordHistorySize))
	out.MaxAgeDays = kept(whole(p.MaximumAgeDays), out.MaxAgeDays)
	out.AllowCommon = kept(p.AllowCommonPasswords, out.AllowCommon)
	out.CheckBreached = kept(p.CheckBreachedPasswords, out.CheckBreached)
	return out
}

func wirePasswords(p provider.PasswordPolicy) *PasswordPolicyType {
	least, days := int64(either(p.MinimumLength == 0, 8, p.MinimumLength)), int64(either(p.TemporaryValidityDays == 0, 7, p.TemporaryValidityDays))
	history, age := int64(p.HistorySize), int64(p.MaxAgeDays)
	return &PasswordPolicyType{
		MinimumLength: &least, TemporaryPasswordValidityDays: &days, PasswordHistorySize: &history,
		RequireUppercase: &p.RequireUppercase, RequireLowercase: &p.RequireLowercase,
		RequireNumbers: &p.RequireNumbers, RequireSymbols: &p.RequireSymbols,
		MaximumAgeDays: &age, AllowCommonPasswords: &p.AllowCommon, CheckBreachedPasswords: &p.CheckBreached,
	}
}

// smsFirst is Cognito's word for a text as a first factor; as a second it has another.
const smsFirst = "SMS_OTP"

func firstFactors(in *UserPoolPolicyType) []provider.Factor {
	if in == nil || in.SignInPolicy == nil {
		return nil
	}
	var out []provider.Factor
	for _, name := range in.SignInPolicy.AllowedFirstAuthFactors {
		out = append(out, either(name == smsFirst, provider.FactorSMS, provider.Factor(name)))
	}
	if len(out) == 1 && out[0] == provider.FactorPassword {
		return nil // the default
	}
	return out
}

func wireFirst(factors []provider.Factor) []string {
	return each(factors, func(f *provider.Factor) string { return either(*f == provider.FactorSMS, smsFirst, string(*f)) })
}

// deviceSettings reads the settings of remembered browsers. Any member that Cognito
// knows switches them on, as there.
func deviceSettings(old provider.DeviceSettings, in *DeviceConfigurationType) provider.DeviceSettings {
	out := provider.DeviceSettings{Days: old.Days}
	if in == nil {
		return out
	}
	out.Days = kept(whole(in.RememberDays), out.Days)
	if in.ChallengeRequiredOnNewDevice == nil && in.DeviceOnlyRememberedOnUserPrompt == nil {
		return out
	}
	out.Remember = either(isTrue(in.DeviceOnlyRememberedOnUserPrompt), "ask", "always")
	out.SkipSecond = isTrue(in.ChallengeRequiredOnNewDevice)
	return out
}

func wireDevices(s provider.DeviceSettings) *DeviceConfigurationType {
	if s.Remember == "" {
		return nil
	}
	ask, days := s.Remember == "ask", int64(s.Life().Hours())/24
	return &DeviceConfigurationType{ChallengeRequiredOnNewDevice: &s.SkipSecond, DeviceOnlyRememberedOnUserPrompt: &ask, RememberDays: &days}
}

// recovery reads the ways to reset a forgotten password, in their order.
func recovery(in *AccountRecoverySettingType) ([]string, error) {
	if in == nil {
		return nil, nil
	}
	options := slices.SortedFunc(slices.Values(in.RecoveryMechanisms), func(a, b RecoveryOptionType) int { return cmp.Compare(a.Priority, b.Priority) })
	var out []string
	for i, o := range options {
		if i > 0 && options[i-1].Priority == o.Priority {
			return nil, invalidParameter("AccountRecoverySetting: two mechanisms have one priority. Give them 1 and 2.")
		}
		out = append(out, o.Name)
	}
	return out, nil
}

func wireRecovery(names []string) *AccountRecoverySettingType {
	if len(names) == 0 {
		return nil
	}
	out := &AccountRecoverySettingType{}
	for i, name := range names {
		out.RecoveryMechanisms = append(out.RecoveryMechanisms, RecoveryOptionType{Priority: int64(i + 1), Name: name})
	}
	return out
}

// addresses are the attributes that can be proved.
func addresses() []string { return []string{"email", "phone_number"} }

// replacedAtOnce lists the addresses that a new value takes the place of before it is
// proved. Cognito does that to all that are not listed; a pool of this server's own
// profile does it only when told.
func replacedAtOnce(p *provider.Pool, in *UserAttributeUpdateSettingsType) []string {
	switch {
	case in != nil:
		return without(addresses(), in.AttributesRequireVerificationBeforeUpdate)
	case p.TokenProfile == provider.TokenProfileCognito:
		return addresses()
	}
	return nil
}

func without(list, gone []string) []string {
	return slices.DeleteFunc(list, func(name string) bool { return slices.Contains(gone, name) })
}

func whole(n *int64) *int {
	if n == nil {
		return nil
	}
	i := int(*n)
	return &i
}

package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// poolFlags are the settings of a pool that have a flag.
type poolFlags struct {
	sms               smsFlags
	changed           func(string) bool
	signInBy, alias   []string
	caseSensitive     bool
	name, displayName string
	region            string
	tokenProfile      string
	protect, selfSign bool
	selfDelete        bool
	passwords         passwordFlags
	ways              wayFlags
	terms, privacy    string
	idle, longest     time.Duration
}

// passwordFlags say which passwords a pool takes.
type passwordFlags struct {
	length, history, maxAge, temporaryDays int64
	require                                []string
	common, breached                       bool
}

// wayFlags say how people get in and back in.
type wayFlags struct {
	first, recovery, keep    []string
	mfa, devices             string
	deviceDays               int64
	skipMFA                  bool
	verifyEmail, verifyPhone bool
	emailLink                bool
}

func (f *poolFlags) bind(c *cobra.Command, profile string) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.StringVar(&f.region, "default-region", "", "the country of telephone numbers without a country code, such as DE")
	p.StringVar(&f.displayName, "display-name", "", "the name that sign-in pages show")
	p.StringVar(&f.tokenProfile, "token-profile", profile, "standard (RFC 9068) or cognito")
	p.BoolVar(&f.protect, "protect", false, "refuse to delete the pool; --protect=false lifts it")
	p.BoolVar(&f.selfSign, "self-sign-up", false, "let people make accounts themselves")
	p.BoolVar(&f.selfDelete, "self-deletion", true, "let users delete their own accounts")
	p.StringVar(&f.terms, "terms-url", "", "the terms that who signs up must agree to; empty for none")
	p.StringVar(&f.privacy, "privacy-url", "", "the privacy notice, linked beside the terms")
	p.DurationVar(&f.idle, "session-idle", 8*time.Hour, "how long a browser's session may rest, such as 30m")
	p.DurationVar(&f.longest, "session-max", 720*time.Hour, "how long a browser's session lives at most, such as 24h")
	f.passwords.bind(c)
	f.ways.bind(c)
	f.sms.bind(c)
	if profile == "" {
		p.StringVar(&f.name, "name", "", "a new name")
	}
}

func (f *passwordFlags) bind(c *cobra.Command) {
	p := c.Flags()
	p.Int64Var(&f.length, "password-length", 8, "the least number of characters of a password")
	p.StringSliceVar(&f.require, "password-require", nil, "what a password must have: "+kinds().all())
	p.Int64Var(&f.history, "password-history", 0, "how many old passwords may not come back, at most 24")
	p.Int64Var(&f.maxAge, "password-max-age", 0, "the days after which a password must be changed; 0 for never")
	p.Int64Var(&f.temporaryDays, "temporary-password-days", 7, "the days that an invitation's password works, from 1 to 365")
	p.BoolVar(&f.common, "allow-common-passwords", false, "take passwords from the list of common ones")
	p.BoolVar(&f.breached, "check-breached-passwords", false, "ask the installation's list of breached passwords too")
}

func (f *wayFlags) bind(c *cobra.Command) {
	p := c.Flags()
	p.StringSliceVar(&f.first, "first-factor", nil, "what people sign in with: "+firstWords().all())
	p.StringVar(&f.mfa, "mfa", "off", "a second factor: "+mfaWords().all())
	p.StringVar(&f.devices, "devices", "off", "remember browsers: off, always or ask")
	p.Int64Var(&f.deviceDays, "device-days", 30, "the days that a browser is remembered")
	p.BoolVar(&f.skipMFA, "devices-skip-mfa", false, "spare a remembered browser the second factor")
	p.StringSliceVar(&f.recovery, "recovery", nil, "where a forgotten password's code goes, the best first: email, phone; or admin alone")
	p.BoolVar(&f.verifyEmail, "verify-email", true, "prove e-mail addresses at sign-up; pages offer sign-up only then")
	p.BoolVar(&f.verifyPhone, "verify-phone", false, "prove phone numbers at sign-up")
	p.BoolVar(&f.emailLink, "email-link", false, "prove e-mail addresses by a link beside the code")
	p.StringSliceVar(&f.keep, "keep-address", nil, "the addresses whose old value stays until the new one is proved: email, phone; none for neither")
}

// orAtFirst says whether a new pool gets a flag's value: when it is given, and where
// the command line's default differs from Cognito's.
func (f *poolFlags) orAtFirst(name string) bool {
	return f.changed(name) || slices.Contains([]string{"token-profile", "password-length", "self-sign-up", "verify-email"}, name)
}

// apply changes what was given.
func (f *poolFlags) apply(s *api.UserPoolSettings, given func(string) bool) error {
	if given("token-profile") {
		s.TokenProfile = f.tokenProfile
	}
	if given("protect") {
		s.DeletionProtection = map[bool]string{true: "ACTIVE", false: "INACTIVE"}[f.protect]
	}
	if given("self-sign-up") {
		if s.AdminCreateUserConfig == nil {
			s.AdminCreateUserConfig = &api.AdminCreateUserConfigType{}
		}
		s.AdminCreateUserConfig.AllowAdminCreateUserOnly = pointer(!f.selfSign)
	}
	if given("self-deletion") {
		s.AllowSelfDeletion = &f.selfDelete
	}
	for name, v := range map[string]struct {
		to   **string
		from *string
	}{"display-name": {&s.DisplayName, &f.displayName}, "default-region": {&s.DefaultRegion, &f.region}, "terms-url": {&s.TermsURL, &f.terms}, "privacy-url": {&s.PrivacyURL, &f.privacy}} {
		if given(name) {
			*v.to = v.from
		}
	}
	if s.SessionConfiguration == nil {
		s.SessionConfiguration = &api.SessionConfigurationType{}
	}
	if given("session-idle") {
		s.SessionConfiguration.IdleSeconds = pointer(int64(f.idle.Seconds()))
	}
	if given("session-max") {
		s.SessionConfiguration.AbsoluteSeconds = pointer(int64(f.longest.Seconds()))
	}
	if s.Policies == nil {
		s.Policies = &api.UserPoolPolicyType{}
	}
	if s.Policies.PasswordPolicy == nil {
		s.Policies.PasswordPolicy = &api.PasswordPolicyType{}
	}
	if err := f.passwords.apply(s.Policies.PasswordPolicy, given); err != nil {
		return err
	}
	f.sms.apply(s, given)
	return f.ways.apply(s, given)
}

func (f *passwordFlags) apply(p *api.PasswordPolicyType, given func(string) bool) error {
	if given("temporary-password-days") && f.temporaryDays < 1 { // on the wire 0 is Cognito's word for the default
		return &exitError{errors.New("--temporary-password-days: from 1 to 365"), exitUsage}
	}
	for name, v := range map[string]struct {
		to   **int64
		from *int64
	}{
		"password-length": {&p.MinimumLength, &f.length}, "password-history": {&p.PasswordHistorySize, &f.history},
		"password-max-age": {&p.MaximumAgeDays, &f.maxAge}, "temporary-password-days": {&p.TemporaryPasswordValidityDays, &f.temporaryDays},
	} {
		if given(name) {
			*v.to = v.from
		}
	}
	if given("allow-common-passwords") {
		p.AllowCommonPasswords = &f.common
	}
	if given("check-breached-passwords") {
		p.CheckBreachedPasswords = &f.breached
	}
	if !given("password-require") {
		return nil
	}
	want, err := kinds().wire("password-require", f.require)
	if err != nil {
		return err
	}
	for kind, to := range classes(p) {
		*to = pointer(slices.Contains(want, kind))
	}
	return nil
}

// classes are the members that demand a kind of character.
func classes(p *api.PasswordPolicyType) map[string]**bool {
	return map[string]**bool{"lower": &p.RequireLowercase, "upper": &p.RequireUppercase, "number": &p.RequireNumbers, "symbol": &p.RequireSymbols}
}

func (f *wayFlags) apply(s *api.UserPoolSettings, given func(string) bool) error {
	for name, v := range map[string]struct {
		words vocabulary
		list  []string
		set   func([]string)
	}{
		"first-factor": {firstWords(), f.first, func(l []string) { s.Policies.SignInPolicy = &api.SignInPolicyType{AllowedFirstAuthFactors: l} }},
		"mfa":          {mfaWords(), []string{f.mfa}, func(l []string) { s.MfaConfiguration = l[0] }},
		"recovery":     {recoveryWords(), f.recovery, func(l []string) { s.AccountRecoverySetting = recoveryOf(l) }},
		"keep-address": {addressWords(), f.keep, func(l []string) {
			s.UserAttributeUpdateSettings = &api.UserAttributeUpdateSettingsType{AttributesRequireVerificationBeforeUpdate: l}
		}},
	} {
		if !given(name) {
			continue
		}
		if len(v.list) == 0 && name != "keep-address" {
			return namesNothing(name, v.words.all())
		}
		list, err := v.words.wire(name, v.list)
		if err != nil {
			return err
		}
		v.set(list)
	}
	for _, v := range []struct {
		name, attribute string
		on              bool
	}{{"verify-email", "email", f.verifyEmail}, {"verify-phone", "phone_number", f.verifyPhone}} {
		if given(v.name) {
			s.AutoVerifiedAttributes = slices.DeleteFunc(s.AutoVerifiedAttributes, func(a string) bool { return a == v.attribute })
			if v.on {
				s.AutoVerifiedAttributes = append(s.AutoVerifiedAttributes, v.attribute)
			}
		}
	}
	if given("email-link") {
		s.VerificationMessageTemplate.DefaultEmailOption = map[bool]string{true: "CONFIRM_WITH_LINK", false: "CONFIRM_WITH_CODE"}[f.emailLink]
	}
	return f.applyDevices(s, given)
}

// namesNothing refuses an empty list that would put the default back.
func namesNothing(flag, words string) error {
	return &exitError{fix(fmt.Errorf("--%s names nothing", flag), "use "+words), exitUsage}
}

func (f *wayFlags) applyDevices(s *api.UserPoolSettings, given func(string) bool) error {
	d := s.DeviceConfiguration
	if given("devices") {
		switch f.devices {
		case "off":
			d = nil
		case "always", "ask":
			if d == nil {
				d = &api.DeviceConfigurationType{}
			}
			d.DeviceOnlyRememberedOnUserPrompt = pointer(f.devices == "ask")
		default:
			return &exitError{fix(fmt.Errorf("unknown --devices %q", f.devices), "use off, always or ask"), exitUsage}
		}
	}
	if given("devices-skip-mfa") || given("device-days") {
		if d == nil {
			return &exitError{fix(fmt.Errorf("browsers are not remembered"), "add --devices always or --devices ask"), exitUsage}
		}
		if given("devices-skip-mfa") {
			d.ChallengeRequiredOnNewDevice = &f.skipMFA
		}
		if given("device-days") {
			d.RememberDays = &f.deviceDays
		}
	}
	s.DeviceConfiguration = d
	return nil
}

func recoveryOf(names []string) *api.AccountRecoverySettingType {
	out := &api.AccountRecoverySettingType{}
	for i, name := range names {
		out.RecoveryMechanisms = append(out.RecoveryMechanisms, api.RecoveryOptionType{Priority: int64(i + 1), Name: name})
	}
	return out
}

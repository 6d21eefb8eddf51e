package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cognate-idp/cognate/web/api"
)

// poolFields are what pool show prints.
func poolFields(r *api.UserPoolResponse) []field {
	p := r.UserPool
	s := &p.UserPoolSettings
	out := []field{
		{"id", p.ID}, {"name", p.Name}, {"display name", text(p.DisplayName)}, {"default region", text(p.DefaultRegion)}, {"issuer", p.Issuer}, {"token profile", p.TokenProfile},
		{"users", strconv.FormatInt(p.EstimatedNumberOfUsers, 10)}, {"sign in by", words(p.UsernameAttributes)}, {"alias", words(p.AliasAttributes)},
		{"case sensitive", yesNo(p.UsernameConfiguration != nil && p.UsernameConfiguration.CaseSensitive)},
		{"self sign-up", yesNo(p.AdminCreateUserConfig == nil || !is(p.AdminCreateUserConfig.AllowAdminCreateUserOnly))},
		{"self-deletion", yesNo(is(p.AllowSelfDeletion))},
		{"terms", text(p.TermsURL)}, {"privacy", text(p.PrivacyURL)},
	}
	out = append(out, wayFields(s)...)
	out = append(out, smsFields(s)...)
	out = append(out, passwordFields(s)...)
	if c := p.SessionConfiguration; c != nil {
		out = append(out, field{"session idle", span(c.IdleSeconds)}, field{"session at most", span(c.AbsoluteSeconds)})
	}
	return append(out, field{"protected", yesNo(p.DeletionProtection == "ACTIVE")}, field{"created", day(p.CreationDate)}, field{"changed", day(p.LastModifiedDate)})
}

// wayFields tell how people get in and back in.
func wayFields(s *api.UserPoolSettings) []field {
	var out []field
	if s.Policies != nil && s.Policies.SignInPolicy != nil {
		out = append(out, field{"first factors", firstWords().plain(s.Policies.SignInPolicy.AllowedFirstAuthFactors...)})
	}
	devices := "off"
	if d := s.DeviceConfiguration; d != nil {
		devices = "always"
		if is(d.DeviceOnlyRememberedOnUserPrompt) {
			devices = "ask"
		}
		devices += ", for " + number(d.RememberDays) + " days"
		if is(d.ChallengeRequiredOnNewDevice) {
			devices += ", without a second factor"
		}
	}
	recovery := "email phone"
	if r := s.AccountRecoverySetting; r != nil {
		var names []string
		for _, m := range r.RecoveryMechanisms {
			names = append(names, m.Name)
		}
		recovery = recoveryWords().plain(names...)
	}
	out = append(out, field{"second factor", mfaWords().plain(s.MfaConfiguration)}, field{"devices remembered", devices}, field{"recovery by", recovery},
		field{"verified at sign-up", words(s.AutoVerifiedAttributes)},
		field{"e-mail proved by", map[bool]string{true: "link or code", false: "code"}[s.VerificationMessageTemplate.DefaultEmailOption == "CONFIRM_WITH_LINK"]})
	if u := s.UserAttributeUpdateSettings; u != nil {
		out = append(out, field{"old address kept", addressWords().plain(u.AttributesRequireVerificationBeforeUpdate...)})
	}
	return out
}

func passwordFields(s *api.UserPoolSettings) []field {
	if s.Policies == nil || s.Policies.PasswordPolicy == nil {
		return nil
	}
	p := s.Policies.PasswordPolicy
	var need []string
	for _, pair := range kinds() {
		if to := classes(p)[pair[0]]; to != nil && is(*to) {
			need = append(need, pair[0])
		}
	}
	age := ""
	if p.MaximumAgeDays != nil && *p.MaximumAgeDays > 0 {
		age = number(p.MaximumAgeDays) + " days"
	}
	return []field{
		{"password length", number(p.MinimumLength)}, {"password needs", words(need)}, {"passwords remembered", number(p.PasswordHistorySize)},
		{"password age at most", age}, {"temporary password", number(p.TemporaryPasswordValidityDays) + " days"},
		{"common passwords", map[bool]string{true: "taken", false: "refused"}[is(p.AllowCommonPasswords)]},
		{"breached passwords", map[bool]string{true: "refused", false: "not looked up"}[is(p.CheckBreachedPasswords)]},
	}
}

func is(b *bool) bool { return b != nil && *b }

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func span(seconds *int64) string {
	if seconds == nil {
		return ""
	}
	return (time.Duration(*seconds) * time.Second).String()
}

package api

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

func (a *API) getUserPoolMfaConfig(ctx context.Context, in *UserPoolRequest) (*MfaConfig, error) {
	p, err := a.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	return mfaConfig(p), nil
}

// setUserPoolMfaConfig takes the factors as a whole, as Cognito does: what is left out
// is off. Passkeys stay as they are unless they are spoken of.
func (a *API) setUserPoolMfaConfig(ctx context.Context, in *SetUserPoolMfaConfigRequest) (*MfaConfig, error) {
	var out *MfaConfig
	err := a.Directory.ChangePool(ctx, in.UserPoolID, func(p *provider.Pool) error {
		if err := applyMfa(p, &in.MfaConfig); err != nil {
			return err
		}
		if in.WebAuthnConfiguration != nil {
			if err := a.Factors.CheckRelyingParty(&p.Settings.Passkeys); err != nil {
				return err
			}
		}
		out = mfaConfig(p)
		return nil
	})
	return out, err
}

func applyMfa(p *provider.Pool, in *MfaConfig) error {
	s := &p.Settings
	passkey := slices.Contains(s.Second(), provider.FactorPasskey)
	if w := in.WebAuthnConfiguration; w != nil {
		k := &s.Passkeys
		k.RelyingPartyID, k.Verification = w.RelyingPartyID, w.UserVerification
		k.CountsTwice = w.FactorConfiguration == "MULTI_FACTOR_WITH_USER_VERIFICATION"
		k.AAGUIDs = w.AllowedAuthenticators
		if err := checkOrigins(w.Origins); err != nil {
			return err
		}
		k.Origins = w.Origins
		if w.Nudge != nil {
			k.Nudge = *w.Nudge
		}
		if w.SecondFactor != nil {
			passkey = *w.SecondFactor
		}
	}
	if in.MfaConfiguration != "" {
		s.MFA = in.MfaConfiguration
	}
	s.SecondFactors = nil
	for _, f := range []struct {
		factor provider.Factor
		on     bool
	}{
		{provider.FactorTOTP, in.SoftwareTokenMfaConfiguration != nil && in.SoftwareTokenMfaConfiguration.Enabled},
		{provider.FactorPasskey, passkey},
		{provider.FactorSMS, in.SmsMfaConfiguration != nil},
		{provider.FactorEmail, in.EmailMfaConfiguration != nil},
	} {
		if f.on {
			s.SecondFactors = append(s.SecondFactors, f.factor)
		}
	}
	if len(s.SecondFactors) == 0 && s.MFA != "" && s.MFA != "OFF" {
		return invalidParameter("MfaConfiguration: with MFA on, at least one second factor must be on too.")
	}
	if s.Wire == nil {
		s.Wire = map[string]any{}
	}
	if c := in.SmsMfaConfiguration; c != nil {
		keep(s.Wire, "SmsAuthenticationMessage", c.SmsAuthenticationMessage)
		if c.SmsConfiguration.Value != nil {
			s.Wire["SmsConfiguration"] = c.SmsConfiguration.Value
		}
	}
	if c := in.EmailMfaConfiguration; c != nil {
		for name, words := range map[string]string{emailMfaMessage: c.Message, emailMfaSubject: c.Subject} {
			delete(s.Wire, name) // left out, the standard words are back
			keep(s.Wire, name, words)
		}
	}
	return nil
}

// The members of EmailMfaConfiguration, as the pool keeps them.
const (
	emailMfaMessage = "EmailMfaMessage"
	emailMfaSubject = "EmailMfaSubject"
)

func keep(wire map[string]any, name, text string) {
	if text != "" {
		wire[name] = text
	}
}

func mfaConfig(p *provider.Pool) *MfaConfig {
	s := p.Settings
	has := func(f provider.Factor) bool { return slices.Contains(s.Second(), f) }
	text := func(name string) string { t, _ := s.Wire[name].(string); return t }
	passkey := has(provider.FactorPasskey)
	out := &MfaConfig{
		MfaConfiguration:              either(s.MFA == "", "OFF", s.MFA),
		SoftwareTokenMfaConfiguration: &SoftwareTokenMfaConfigType{Enabled: has(provider.FactorTOTP)},
		WebAuthnConfiguration: &WebAuthnConfigurationType{
			RelyingPartyID: s.Passkeys.RelyingPartyID, UserVerification: either(s.Passkeys.Verification == "", "preferred", s.Passkeys.Verification),
			FactorConfiguration: either(s.Passkeys.CountsTwice, "MULTI_FACTOR_WITH_USER_VERIFICATION", "SINGLE_FACTOR"),
			SecondFactor:        &passkey, AllowedAuthenticators: s.Passkeys.AAGUIDs, Origins: s.Passkeys.Origins, Nudge: &s.Passkeys.Nudge,
		},
	}
	if has(provider.FactorSMS) {
		out.SmsMfaConfiguration = &SmsMfaConfigType{SmsAuthenticationMessage: text("SmsAuthenticationMessage"), SmsConfiguration: Kept{s.Wire["SmsConfiguration"]}}
	}
	if has(provider.FactorEmail) {
		out.EmailMfaConfiguration = &EmailMfaConfigType{Message: text(emailMfaMessage), Subject: text(emailMfaSubject)}
	}
	return out
}

func (a *API) adminSetUserMFAPreference(ctx context.Context, in *AdminSetUserMFAPreferenceRequest) error {
	p, u, err := a.userIn(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return err
	}
	return a.Factors.SetPreferences(ctx, p, u.ID, in.wishes())
}

func (in *MfaPreferences) wishes() []factor.Preference {
	var wishes []factor.Preference
	for _, w := range []struct {
		factor provider.Factor
		given  *MfaSettingsType
	}{
		{provider.FactorSMS, in.SMSMfaSettings}, {provider.FactorTOTP, in.SoftwareTokenMfaSettings},
		{provider.FactorEmail, in.EmailMfaSettings}, {provider.FactorPasskey, in.WebAuthnMfaSettings},
	} {
		if w.given != nil {
			wishes = append(wishes, factor.Preference{Factor: w.factor, Enabled: w.given.Enabled, Preferred: w.given.PreferredMfa})
		}
	}
	return wishes
}

func (a *API) adminGetUserAuthFactors(ctx context.Context, in *AdminUserRequest) (*AdminGetUserAuthFactorsResponse, error) {
	p, u, err := a.userIn(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	configured, err := a.Factors.Configured(ctx, p, u)
	if err != nil {
		return nil, err
	}
	left, err := a.Factors.RecoveryCodesLeft(ctx, p, u.ID)
	if err != nil {
		return nil, err
	}
	preferred, list := mfaSettings(u)
	return &AdminGetUserAuthFactorsResponse{
		Username: u.Username, PreferredMfaSetting: preferred, UserMFASettingList: list,
		ConfiguredUserAuthFactors: configured, RecoveryCodesLeft: int64(left),
	}, nil
}

func (a *API) adminResetUserFactors(ctx context.Context, in *AdminUserRequest) error {
	p, u, err := a.userIn(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return err
	}
	return a.Factors.Reset(ctx, p, u.ID)
}

// userIn is a pool and the user that a name leads to in it.
func (a *API) userIn(ctx context.Context, pool, name string) (*provider.Pool, *provider.User, error) {
	p, err := a.Directory.Pool(ctx, pool)
	if err != nil {
		return nil, nil, err
	}
	u, err := a.Directory.FindUser(ctx, pool, name)
	return p, u, err
}

func factorNames(list []provider.Factor) []string {
	var out []string
	for _, f := range list {
		out = append(out, string(f))
	}
	return out
}

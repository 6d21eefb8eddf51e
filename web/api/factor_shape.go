package api

// MfaConfig is which second factors a pool takes: what SetUserPoolMfaConfig gives and
// GetUserPoolMfaConfig answers.
type MfaConfig struct {
	MfaConfiguration              string                      `json:"MfaConfiguration,omitempty" shape:"UserPoolMfaType"`
	SoftwareTokenMfaConfiguration *SoftwareTokenMfaConfigType `json:"SoftwareTokenMfaConfiguration,omitempty"`
	SmsMfaConfiguration           *SmsMfaConfigType           `json:"SmsMfaConfiguration,omitempty"`   // there: codes by text message
	EmailMfaConfiguration         *EmailMfaConfigType         `json:"EmailMfaConfiguration,omitempty"` // there: codes by e-mail
	WebAuthnConfiguration         *WebAuthnConfigurationType  `json:"WebAuthnConfiguration,omitempty"`
}

// SetUserPoolMfaConfigRequest is the input of SetUserPoolMfaConfig.
type SetUserPoolMfaConfigRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	MfaConfig
}

// SoftwareTokenMfaConfigType says whether authenticator apps are taken.
type SoftwareTokenMfaConfigType struct {
	Enabled bool `json:"Enabled"`
}

// SmsMfaConfigType says that codes by text message are taken. How texts are sent is
// the installation's to say.
type SmsMfaConfigType struct {
	SmsAuthenticationMessage string `json:"SmsAuthenticationMessage,omitempty" shape:"SmsVerificationMessageType"`
	SmsConfiguration         Kept   `json:"SmsConfiguration,omitzero"`
}

// EmailMfaConfigType says that codes by e-mail are taken.
type EmailMfaConfigType struct {
	Message string `json:"Message,omitempty" shape:"EmailMfaMessageType"`
	Subject string `json:"Subject,omitempty" shape:"EmailMfaSubjectType"`
}

// WebAuthnConfigurationType says which passkeys a pool takes. The last members are
// our own.
type WebAuthnConfigurationType struct {
	RelyingPartyID      string `json:"RelyingPartyId,omitempty" shape:"RelyingPartyIdType"`
	UserVerification    string `json:"UserVerification,omitempty" shape:"UserVerificationType"`
	FactorConfiguration string `json:"FactorConfiguration,omitempty" shape:"WebAuthnFactorConfigurationType"`

	SecondFactor          *bool    `json:"SecondFactor,omitempty"`                                 // a passkey is taken as a second factor
	AllowedAuthenticators []string `json:"AllowedAuthenticators,omitempty" shape:"AAGUIDListType"` // AAGUIDs; any unless given
	Origins               []string `json:"Origins,omitempty"`                                      // of apps that ask for passkeys on pages of their own
	Nudge                 *bool    `json:"Nudge,omitempty"`                                        // offer to add a passkey after a sign-in without
}

// AdminSetUserMFAPreferenceRequest is the input of AdminSetUserMFAPreference.
type AdminSetUserMFAPreferenceRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username   string `json:"Username" shape:"UsernameType,required"`
	MfaPreferences
}

// MfaPreferences turns second factors of a user on or off; what is left out stays.
type MfaPreferences struct {
	SMSMfaSettings           *MfaSettingsType `json:"SMSMfaSettings,omitempty"`
	SoftwareTokenMfaSettings *MfaSettingsType `json:"SoftwareTokenMfaSettings,omitempty"`
	EmailMfaSettings         *MfaSettingsType `json:"EmailMfaSettings,omitempty"`
	WebAuthnMfaSettings      *MfaSettingsType `json:"WebAuthnMfaSettings,omitempty"`
}

// MfaSettingsType turns one second factor of a user on or off.
type MfaSettingsType struct {
	Enabled      *bool `json:"Enabled,omitempty"`
	PreferredMfa *bool `json:"PreferredMfa,omitempty"`
}

// AdminGetUserAuthFactorsResponse is the output of AdminGetUserAuthFactors. The last
// member is our own.
type AdminGetUserAuthFactorsResponse struct {
	Username                  string   `json:"Username"`
	PreferredMfaSetting       string   `json:"PreferredMfaSetting,omitempty"`
	UserMFASettingList        []string `json:"UserMFASettingList,omitempty"`
	ConfiguredUserAuthFactors []string `json:"ConfiguredUserAuthFactors,omitempty"`
	RecoveryCodesLeft         int64    `json:"RecoveryCodesLeft"`
}

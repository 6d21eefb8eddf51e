package api

// UserPoolPolicyType holds the policies of a user pool.
type UserPoolPolicyType struct {
	PasswordPolicy *PasswordPolicyType `json:"PasswordPolicy,omitempty"`
	SignInPolicy   *SignInPolicyType   `json:"SignInPolicy,omitempty"`
}

// PasswordPolicyType says which passwords a user pool takes. The members from
// MaximumAgeDays on are this server's own and stay as they are when absent.
type PasswordPolicyType struct {
	MinimumLength                 *int64 `json:"MinimumLength,omitempty" shape:"PasswordPolicyMinLengthType"`
	RequireUppercase              *bool  `json:"RequireUppercase,omitempty"`
	RequireLowercase              *bool  `json:"RequireLowercase,omitempty"`
	RequireNumbers                *bool  `json:"RequireNumbers,omitempty"`
	RequireSymbols                *bool  `json:"RequireSymbols,omitempty"`
	PasswordHistorySize           *int64 `json:"PasswordHistorySize,omitempty" shape:"PasswordHistorySizeType"`
	TemporaryPasswordValidityDays *int64 `json:"TemporaryPasswordValidityDays,omitempty" shape:"TemporaryPasswordValidityDaysType"`
	MaximumAgeDays                *int64 `json:"MaximumAgeDays,omitempty" shape:"MaximumAgeDaysType"`
	AllowCommonPasswords          *bool  `json:"AllowCommonPasswords,omitempty"`
	CheckBreachedPasswords        *bool  `json:"CheckBreachedPasswords,omitempty"`
}

// SignInPolicyType says what people may prove themselves with first.
type SignInPolicyType struct {
	AllowedFirstAuthFactors []string `json:"AllowedFirstAuthFactors,omitempty" shape:"AllowedFirstAuthFactorsListType"`
}

// DeviceConfigurationType says whether browsers are remembered. Without a member
// they are not. RememberDays is this server's own.
type DeviceConfigurationType struct {
	ChallengeRequiredOnNewDevice     *bool  `json:"ChallengeRequiredOnNewDevice,omitempty"`
	DeviceOnlyRememberedOnUserPrompt *bool  `json:"DeviceOnlyRememberedOnUserPrompt,omitempty"`
	RememberDays                     *int64 `json:"RememberDays,omitempty" shape:"RememberDaysType"`
}

// AccountRecoverySettingType says how a forgotten password is reset.
type AccountRecoverySettingType struct {
	RecoveryMechanisms []RecoveryOptionType `json:"RecoveryMechanisms,omitempty" shape:"RecoveryMechanismsType"`
}

// RecoveryOptionType is one way; the lowest Priority is tried first.
type RecoveryOptionType struct {
	Priority int64  `json:"Priority" shape:"PriorityType,required"`
	Name     string `json:"Name" shape:"RecoveryOptionNameType,required"`
}

// UserAttributeUpdateSettingsType lists the addresses whose old value stays until
// the new one is proved.
type UserAttributeUpdateSettingsType struct {
	AttributesRequireVerificationBeforeUpdate []string `json:"AttributesRequireVerificationBeforeUpdate" shape:"VerifiedAttributesListType"`
}

// VerificationMessageTemplateType says whether an address is proved by a code or by
// a link, and what the message says.
type VerificationMessageTemplateType struct {
	SmsMessage         string `json:"SmsMessage,omitempty" shape:"SmsVerificationMessageType"`
	EmailMessage       string `json:"EmailMessage,omitempty" shape:"EmailVerificationMessageType"`
	EmailSubject       string `json:"EmailSubject,omitempty" shape:"EmailVerificationSubjectType"`
	EmailMessageByLink string `json:"EmailMessageByLink,omitempty" shape:"EmailVerificationMessageByLinkType"`
	EmailSubjectByLink string `json:"EmailSubjectByLink,omitempty" shape:"EmailVerificationSubjectType"`
	DefaultEmailOption string `json:"DefaultEmailOption,omitempty" shape:"DefaultEmailOptionType"`
}

// SessionConfigurationType bounds a browser's single sign-on session, in seconds.
type SessionConfigurationType struct {
	IdleSeconds     *int64 `json:"IdleSeconds,omitempty" shape:"SessionSecondsType"`
	AbsoluteSeconds *int64 `json:"AbsoluteSeconds,omitempty" shape:"SessionSecondsType"`
}

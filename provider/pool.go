package provider

import (
	"slices"
	"time"
)

// Pool is a user pool: a directory of users and an OpenID Connect issuer.
type Pool struct {
	ID                 string `gorm:"primaryKey"`
	Name               string
	Kind               PoolKind
	Issuer             string // when set, the exact issuer; else {base}/{ID}
	TokenProfile       TokenProfile
	DeletionProtection bool
	Settings           PoolSettings `gorm:"serializer:json"`
	Version            int64        // bumped by every change that caches must see
	TouchedAt          Time
	DeletedAt          Time // set first, removed by clean-up later, so that every node sees it go
	CreatedAt          Time `gorm:"autoCreateTime:false"`
	UpdatedAt          Time `gorm:"autoUpdateTime:false"`
}

// Title is the name that people know the pool by.
func (p *Pool) Title() string {
	if p.Settings.DisplayName != "" {
		return p.Settings.DisplayName
	}
	return p.Name
}

// MayDeleteOwn reports whether users may delete their own accounts. Operators are
// removed by operators.
func (p *Pool) MayDeleteOwn() bool {
	return p.Kind != PoolKindOperators && !p.Settings.KeepAccounts
}

// PoolKind tells an ordinary pool from the built-in operators' pool.
type PoolKind string

const (
	PoolKindUsers     PoolKind = "users"
	PoolKindOperators PoolKind = "operators" // exactly one, made at first start
)

// TokenProfile is the family of token forms that a pool issues.
type TokenProfile string

const (
	TokenProfileStandard TokenProfile = "standard" // RFC 9068 access tokens, ES256
	TokenProfileCognito  TokenProfile = "cognito"  // RS256, Cognito's claims only
)

// PoolSettings is what an operator may change about a pool. Every zero value is
// safe; the methods give the value in force.
type PoolSettings struct {
	DisplayName     string         `json:"display_name,omitempty"` // shown on pages; the name when empty
	PasswordPolicy  PasswordPolicy `json:"password_policy"`
	Schema          []Attribute    `json:"schema,omitempty"`              // custom and changed standard attributes
	UsernameAttrs   []string       `json:"username_attributes,omitempty"` // email, phone_number: sign in by these instead of a username
	AliasAttrs      []string       `json:"alias_attributes,omitempty"`    // email, phone_number, preferred_username beside the username
	CaseSensitive   bool           `json:"case_sensitive,omitempty"`
	AutoVerified    []string       `json:"auto_verified,omitempty"`
	AdminCreateOnly bool           `json:"admin_create_only,omitempty"`
	DefaultRegion   string         `json:"default_region,omitempty"` // ISO 3166-1 alpha-2: of telephone numbers without a country code
	MFA             string         `json:"mfa,omitempty"`            // OFF (default), ON, OPTIONAL

	SecondFactors []Factor             `json:"second_factors,omitempty"` // those that users may set up; authenticator apps and passkeys unless set
	FirstFactors  []Factor             `json:"first_factors,omitempty"`  // PASSWORD unless set; FactorEmail, FactorSMS and FactorPasskey sign in without one
	Passkeys      PasskeySettings      `json:"passkeys"`
	Devices       DeviceSettings       `json:"devices"`
	Recovery      []string             `json:"recovery,omitempty"` // verified_email, verified_phone_number, or admin_only alone; in this order
	Verification  VerificationSettings `json:"verification"`
	SMS           SMSSettings          `json:"sms"`
	TermsURL      string               `json:"terms_url,omitempty"`   // who signs up must agree to them
	PrivacyURL    string               `json:"privacy_url,omitempty"` // linked beside the terms
	Session       SessionSettings      `json:"session"`
	KeepAccounts  bool                 `json:"keep_accounts,omitempty"` // users may not delete their own
	Tags          map[string]string    `json:"tags,omitempty"`
	Wire          map[string]any       `json:"wire,omitempty"` // members of the administrative API kept as given and answered back
}

// Second lists the second factors that users may set up.
func (s *PoolSettings) Second() []Factor {
	if len(s.SecondFactors) == 0 {
		return []Factor{FactorTOTP, FactorPasskey}
	}
	return s.SecondFactors
}

// First lists the ways to sign in, the password alone unless set.
func (s *PoolSettings) First() []Factor {
	if len(s.FirstFactors) == 0 {
		return []Factor{FactorPassword}
	}
	return s.FirstFactors
}

// RecoveryOrder lists the channels that a forgotten password's code may take, the
// best first; none where only an administrator resets passwords.
func (s *PoolSettings) RecoveryOrder() []Channel {
	if len(s.Recovery) == 0 {
		return []Channel{ByEmail, BySMS}
	}
	var out []Channel
	for _, name := range s.Recovery {
		switch name {
		case "verified_email":
			out = append(out, ByEmail)
		case "verified_phone_number":
			out = append(out, BySMS)
		}
	}
	return out
}

// PasskeySettings says which passkeys a pool takes (WebAuthn Level 3).
type PasskeySettings struct {
	RelyingPartyID string `json:"relying_party_id,omitempty"` // a registrable suffix of the pages' host; the host itself unless set
	// Verification is "required" or "preferred": whether the authenticator must check
	// who holds it. preferred unless set.
	Verification string `json:"verification,omitempty"`
	// CountsTwice: a passkey that checked its holder is both factors at once.
	CountsTwice bool     `json:"counts_twice,omitempty"`
	AAGUIDs     []string `json:"aaguids,omitempty"` // the authenticators that may be added; any unless set
	Nudge       bool     `json:"nudge,omitempty"`   // offer to add one after a sign-in without
	// Origins are those of apps that ask for passkeys on pages of their own, such as
	// https://app.example.com, beside the hosted pages' (WebAuthn Level 3 section 5.11).
	Origins []string `json:"origins,omitempty"`
}

// TakesPasskeys reports whether users may sign in by passkeys, or have them as
// their second factor where one is asked for.
func (s *PoolSettings) TakesPasskeys() bool {
	return slices.Contains(s.First(), FactorPasskey) || s.MFA != "" && s.MFA != "OFF" && slices.Contains(s.Second(), FactorPasskey)
}

// DeviceSettings says whether browsers are remembered.
type DeviceSettings struct {
	Remember string `json:"remember,omitempty"` // "" is off; "always"; "ask": the user says so
	Days     int    `json:"days,omitempty"`     // how long after a second factor was given, 30 unless set
	// SkipSecond: a remembered browser is spared the second factor.
	SkipSecond bool `json:"skip_second,omitempty"`
}

// Known is how long a browser that is not used stays known, remembered or not. A
// notice of every sign-in from an unknown one would soon be read by nobody.
func (s DeviceSettings) Known() time.Duration { return max(s.Life(), 180*24*time.Hour) }

// Life is how long a browser is remembered after a second factor was given in it, 30
// days unless set.
func (s DeviceSettings) Life() time.Duration { return seconds(s.Days*24*60*60, 30*24*time.Hour) }

// VerificationSettings says how addresses are proved.
type VerificationSettings struct {
	ByLink bool `json:"by_link,omitempty"` // an e-mail holds a link beside the code
	// ReplaceAtOnce lists email and phone_number where a new value counts, unproved, as
	// soon as it is given. Elsewhere the old one stays until the new one is proved.
	ReplaceAtOnce []string `json:"replace_at_once,omitempty"`
}

// SMSSettings bounds what texts may cost. Nothing is sent to a country that is not
// listed.
type SMSSettings struct {
	Countries   []string `json:"countries,omitempty"`     // ISO 3166-1 alpha-2
	PerNumber   int      `json:"per_number,omitempty"`    // texts a day to one number, and as many second factors; 10 unless set
	PerPrefix   int      `json:"per_prefix,omitempty"`    // texts a day to numbers that share all but their last four digits; 50 unless set
	PerAddress  int      `json:"per_address,omitempty"`   // texts a day that one network address asks for; 20 unless set
	DailyBudget int      `json:"daily_budget,omitempty"`  // texts a day of the pool; 1000 unless set
	ProofOfWork bool     `json:"proof_of_work,omitempty"` // a browser must work before a stranger's text is sent
}

// InForce is the limits with their defaults filled in.
func (s SMSSettings) InForce() SMSSettings {
	for _, l := range []struct {
		limit *int
		unset int
	}{{&s.PerNumber, 10}, {&s.PerPrefix, 50}, {&s.PerAddress, 20}, {&s.DailyBudget, 1000}} {
		if *l.limit <= 0 {
			*l.limit = l.unset
		}
	}
	return s
}

// SessionSettings bounds a browser's single sign-on session, in seconds.
type SessionSettings struct {
	IdleSeconds     int `json:"idle_seconds,omitempty"`     // default 8 hours
	AbsoluteSeconds int `json:"absolute_seconds,omitempty"` // default 30 days
}

// Idle is how long a session may rest, 8 hours unless set.
func (s SessionSettings) Idle() time.Duration { return seconds(s.IdleSeconds, 8*time.Hour) }

// Absolute is how long a session may live at most, 30 days unless set.
func (s SessionSettings) Absolute() time.Duration { return seconds(s.AbsoluteSeconds, 30*24*time.Hour) }

func seconds(n int, otherwise time.Duration) time.Duration {
	if n <= 0 {
		return otherwise
	}
	return time.Duration(n) * time.Second
}

// PasswordPolicy says which passwords a pool takes.
type PasswordPolicy struct {
	MinimumLength         int  `json:"minimum_length,omitempty"` // default 8
	RequireUppercase      bool `json:"require_uppercase,omitempty"`
	RequireLowercase      bool `json:"require_lowercase,omitempty"`
	RequireNumbers        bool `json:"require_numbers,omitempty"`
	RequireSymbols        bool `json:"require_symbols,omitempty"`
	TemporaryValidityDays int  `json:"temporary_validity_days,omitempty"` // default 7
	HistorySize           int  `json:"history_size,omitempty"`            // how many old passwords may not come back; 0 is none, 24 at most
	MaxAgeDays            int  `json:"max_age_days,omitempty"`            // a password must be changed after so many days; 0 is never
	AllowCommon           bool `json:"allow_common,omitempty"`            // take passwords that stand on the list of common ones
	CheckBreached         bool `json:"check_breached,omitempty"`          // ask the installation's range API too
}

// Least is how many characters a password must have, 8 unless set.
func (p *PasswordPolicy) Least() int {
	if p.MinimumLength <= 0 {
		return 8
	}
	return p.MinimumLength
}

// Former is how many of a user's former passwords are kept and may not come back.
func (p *PasswordPolicy) Former() int { return min(max(p.HistorySize, 0), 24) }

// TemporaryLife is how long a password that an operator has set can be signed in
// with, 7 days unless set.
func (p *PasswordPolicy) TemporaryLife() time.Duration {
	return seconds(p.TemporaryValidityDays*24*60*60, 7*24*time.Hour)
}

// TooOld reports whether a password that was chosen then must be changed by now.
func (p *PasswordPolicy) TooOld(chosen, now Time) bool {
	return p.MaxAgeDays > 0 && chosen.Add(time.Duration(p.MaxAgeDays)*24*time.Hour) <= now
}

// Attribute is one entry of a pool's attribute schema.
type Attribute struct {
	Name      string  `json:"name"` // custom attributes without the "custom:" prefix, with Custom set
	Custom    bool    `json:"custom,omitempty"`
	Type      string  `json:"type"` // String, Number, DateTime, Boolean
	Mutable   bool    `json:"mutable"`
	Required  bool    `json:"required,omitempty"`
	DevOnly   bool    `json:"dev_only,omitempty"`
	MinLength *int    `json:"min_length,omitempty"`
	MaxLength *int    `json:"max_length,omitempty"`
	MinValue  *string `json:"min_value,omitempty"`
	MaxValue  *string `json:"max_value,omitempty"`
	// Retired: users keep their values and operators see them, but nobody sets new ones
	// and tokens carry none.
	Retired bool `json:"retired,omitempty"`
}

// IdentityProvider is an upstream that a pool hands sign-in to.
type IdentityProvider struct {
	PoolID       string            `gorm:"primaryKey;column:pool"`
	Name         string            `gorm:"primaryKey"`
	Type         string            // OIDC, SAML, Google, Facebook, LoginWithAmazon, SignInWithApple, Twitter
	Details      map[string]string `gorm:"serializer:json"` // without secrets
	SealedSecret []byte            // client_secret and its kin, sealed
	Mapping      map[string]string `gorm:"serializer:json"` // our attribute -> the provider's claim
	Identifiers  []string          `gorm:"serializer:json"` // idp_identifier values
	CreatedAt    Time              `gorm:"autoCreateTime:false"`
	UpdatedAt    Time              `gorm:"autoUpdateTime:false"`
}

// TableName keeps the short name of the field's own word.
func (IdentityProvider) TableName() string { return "idps" }

// ResourceServer is an API that tokens are for, with the scopes it knows.
type ResourceServer struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	Identifier string `gorm:"primaryKey"`
	Name       string
	Scopes     []Scope `gorm:"serializer:json"`
	CreatedAt  Time    `gorm:"autoCreateTime:false"`
	UpdatedAt  Time    `gorm:"autoUpdateTime:false"`
}

// Scope is one scope of a resource server; on the wire "identifier/name".
type Scope struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

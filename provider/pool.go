package provider

import "time"

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
	DisplayName     string            `json:"display_name,omitempty"` // shown on pages; the name when empty
	PasswordPolicy  PasswordPolicy    `json:"password_policy"`
	Schema          []Attribute       `json:"schema,omitempty"`              // custom and changed standard attributes
	UsernameAttrs   []string          `json:"username_attributes,omitempty"` // email, phone_number: sign in by these instead of a username
	AliasAttrs      []string          `json:"alias_attributes,omitempty"`    // email, phone_number, preferred_username beside the username
	CaseSensitive   bool              `json:"case_sensitive,omitempty"`
	AutoVerified    []string          `json:"auto_verified,omitempty"`
	AdminCreateOnly bool              `json:"admin_create_only,omitempty"`
	MFA             string            `json:"mfa,omitempty"` // OFF (default), ON, OPTIONAL
	Session         SessionSettings   `json:"session"`
	Tags            map[string]string `json:"tags,omitempty"`
	Wire            map[string]any    `json:"wire,omitempty"` // members of the administrative API kept as given and answered back
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

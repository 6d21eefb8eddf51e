package provider

import "time"

// IdentityPool trades tokens, or nothing for a guest, for temporary credentials.
type IdentityPool struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	Settings   IdentityPoolSettings `gorm:"serializer:json"`
	SealedHMAC []byte               `gorm:"column:sealed_hmac"` // versioned keys that hash logins, sealed JSON
	Version    int64
	TouchedAt  Time
	DeletedAt  Time // set first, removed by clean-up later, so that every node sees it go
	CreatedAt  Time `gorm:"autoCreateTime:false"`
	UpdatedAt  Time `gorm:"autoUpdateTime:false"`
}

// IdentityPoolSettings is what an operator may change about an identity pool.
type IdentityPoolSettings struct {
	AllowGuests       bool                   `json:"allow_guests,omitempty"`
	AllowClassicFlow  bool                   `json:"allow_classic_flow,omitempty"`
	Providers         []IdentitySource       `json:"providers,omitempty"`
	AuthenticatedRole string                 `json:"authenticated_role,omitempty"` // ARN
	GuestRole         string                 `json:"guest_role,omitempty"`         // ARN
	RoleMappings      map[string]RoleMapping `json:"role_mappings,omitempty"`      // by provider key as given
	CredentialSeconds int                    `json:"credential_seconds,omitempty"`
	Tags              map[string]string      `json:"tags,omitempty"`
	Wire              map[string]any         `json:"wire,omitempty"`
}

// CredentialLife is 15 minutes unless set, and 60 at most.
func (s IdentityPoolSettings) CredentialLife() time.Duration {
	return min(seconds(s.CredentialSeconds, 15*time.Minute), time.Hour)
}

// IdentitySource is one provider whose tokens an identity pool takes.
type IdentitySource struct {
	Kind             string            `json:"kind"` // pool (our own), oidc
	Name             string            `json:"name"` // as the administrative API names it: the issuer without scheme, or ProviderName
	Issuer           string            `json:"issuer"`
	Audiences        []string          `json:"audiences,omitempty"` // client ids
	PoolID           string            `json:"pool,omitempty"`      // kind pool
	ServerSideChecks bool              `json:"server_side_checks,omitempty"`
	PrincipalTags    map[string]string `json:"principal_tags,omitempty"` // tag -> claim
}

// RoleMapping chooses a role from a provider's token.
type RoleMapping struct {
	Type      string     `json:"type"`                // Token, Rules
	Ambiguous string     `json:"ambiguous,omitempty"` // AuthenticatedRole, Deny
	Rules     []RoleRule `json:"rules,omitempty"`     // at most 25; the first match wins
}

// RoleRule compares one claim.
type RoleRule struct {
	Claim string `json:"claim"`
	Match string `json:"match"` // Equals, Contains, StartsWith, NotEqual
	Value string `json:"value"`
	Role  string `json:"role"` // ARN
}

// Identity is one person or guest in an identity pool.
type Identity struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	ID         string `gorm:"primaryKey"`
	State      IdentityState
	MergedInto string
	ValidAfter Time // credentials from before are dead
	CreatedAt  Time `gorm:"autoCreateTime:false"`
	UpdatedAt  Time `gorm:"autoUpdateTime:false"`
}

// IdentityState tells guests, linked and merged identities apart.
type IdentityState string

const (
	IdentityGuest  IdentityState = "guest"
	IdentityLinked IdentityState = "linked"
	IdentityMerged IdentityState = "merged"
)

// IdentityLogin ties a provider's subject, as a keyed hash, to an identity.
type IdentityLogin struct {
	PoolID      string `gorm:"primaryKey;column:pool"`
	SubjectHash []byte `gorm:"primaryKey"`
	Provider    string
	IdentityID  string `gorm:"column:identity"`
	HashVersion int
	CreatedAt   Time `gorm:"autoCreateTime:false"`
}

// Role is a named set of Cedar policies that credentials of an identity pool may
// carry.
type Role struct {
	PoolID         string `gorm:"primaryKey;column:pool"`
	Name           string `gorm:"primaryKey"`
	Description    string
	Policies       string // Cedar text
	SessionSeconds int    // longest credential; 0 takes the pool's
	CreatedAt      Time   `gorm:"autoCreateTime:false"`
	UpdatedAt      Time   `gorm:"autoUpdateTime:false"`
}

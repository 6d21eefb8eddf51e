package provider

import "time"

// Client is an app client of a pool.
type Client struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	ID        string `gorm:"primaryKey"`
	Name      string
	Enabled   bool
	Settings  ClientSettings `gorm:"serializer:json"`
	Secrets   []ClientSecret `gorm:"-"` // filled by the store's readers; none for a public client
	CreatedAt Time           `gorm:"autoCreateTime:false"`
	UpdatedAt Time           `gorm:"autoUpdateTime:false"`
}

// Public reports whether the client holds no secret.
func (c *Client) Public() bool { return len(c.Secrets) == 0 }

// ClientSecret is one of a client's secrets, kept as a hash.
type ClientSecret struct {
	PoolID   string `gorm:"primaryKey;column:pool"`
	ClientID string `gorm:"primaryKey;column:client"`
	ID       string `gorm:"primaryKey"`
	Hash     []byte
	// SealedValue is the secret itself, for the secret hashes that clients of the
	// administrative API send. Secrets from before it was kept have none.
	SealedValue []byte
	CreatedAt   Time `gorm:"autoCreateTime:false"`
}

// ClientSettings is what an operator may change about a client. Every zero value
// is safe; the methods give the value in force.
type ClientSettings struct {
	RedirectURIs        []string       `json:"redirect_uris,omitempty"`
	DefaultRedirectURI  string         `json:"default_redirect_uri,omitempty"`
	LogoutURIs          []string       `json:"logout_uris,omitempty"`
	GrantTypes          []string       `json:"grant_types,omitempty"` // authorization_code, implicit, client_credentials, refresh_token
	OAuthEnabled        bool           `json:"oauth_enabled,omitempty"`
	Scopes              []string       `json:"scopes,omitempty"`
	IdentityProviders   []string       `json:"identity_providers,omitempty"` // COGNITO and names of upstreams
	ExplicitAuthFlows   []string       `json:"explicit_auth_flows,omitempty"`
	ReadAttributes      []string       `json:"read_attributes,omitempty"`
	WriteAttributes     []string       `json:"write_attributes,omitempty"`
	TokenProfile        TokenProfile   `json:"token_profile,omitempty"` // overrides the pool's
	IDTokenAlg          string         `json:"id_token_alg,omitempty"`  // RS256 unless set
	AccessTokenSeconds  int            `json:"access_token_seconds,omitempty"`
	IDTokenSeconds      int            `json:"id_token_seconds,omitempty"`
	RefreshTokenSeconds int            `json:"refresh_token_seconds,omitempty"`
	RotationOff         bool           `json:"rotation_off,omitempty"`
	RotationGraceSec    *int           `json:"rotation_grace_seconds,omitempty"` // 0-60; 10 unless set
	RevocationOff       bool           `json:"revocation_off,omitempty"`
	RevealUnknownUsers  bool           `json:"reveal_unknown_users,omitempty"` // PreventUserExistenceErrors LEGACY
	RequireConsent      bool           `json:"require_consent,omitempty"`      // a third party's client: the user is asked
	AuthSessionMinutes  int            `json:"auth_session_minutes,omitempty"` // life of one sign-in attempt; 3-15, default 15
	LogoURI             string         `json:"logo_uri,omitempty"`
	ClientURI           string         `json:"client_uri,omitempty"`
	PolicyURI           string         `json:"policy_uri,omitempty"`
	TOSURI              string         `json:"tos_uri,omitempty"`
	Wire                map[string]any `json:"wire,omitempty"` // members of the administrative API kept as given and answered back
}

// AccessTokenLife is 1 hour unless set.
func (s ClientSettings) AccessTokenLife() time.Duration {
	return seconds(s.AccessTokenSeconds, time.Hour)
}

// IDTokenLife is 1 hour unless set.
func (s ClientSettings) IDTokenLife() time.Duration { return seconds(s.IDTokenSeconds, time.Hour) }

// RefreshTokenLife is 30 days unless set.
func (s ClientSettings) RefreshTokenLife() time.Duration {
	return seconds(s.RefreshTokenSeconds, 30*24*time.Hour)
}

// RotationGrace is how long a used refresh token still answers with its
// successor, 10 seconds unless set.
func (s ClientSettings) RotationGrace() time.Duration {
	if s.RotationGraceSec == nil {
		return 10 * time.Second
	}
	return time.Duration(*s.RotationGraceSec) * time.Second
}

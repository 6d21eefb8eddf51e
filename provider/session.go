package provider

import "encoding/hex"

// Principal is who stands at the door, and how they proved it. signin makes it;
// oauth and identitypool act on it.
type Principal struct {
	PoolID    string
	UserID    string
	Username  string
	SessionID string   // names the SSO session without opening it: hex of its id's hash
	AuthTime  Time     // when the proof was given, not when the session was last used
	AMR       []string // RFC 8176: pwd, otp, hwk, ...; "fed" for an upstream
	Provider  string   // name of the upstream that vouched; empty for a local sign-in
}

// Session is a browser's single sign-on session.
type Session struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	IDHash    []byte `gorm:"primaryKey"` // SHA-256 of the opaque id in the cookie
	UserID    string `gorm:"column:user_id"`
	AuthTime  Time
	AMR       []string `gorm:"column:amr;serializer:json"`
	Provider  string
	Address   string // where it was made from
	UserAgent string
	Device    string // the id of the browser it was begun in, where devices are kept; else empty
	Spared    bool   // a remembered browser stood in for the second factor
	CreatedAt Time   `gorm:"autoCreateTime:false"`
	IdleUntil Time
	ExpiresAt Time
	RevokedAt Time
}

// Name names the session without opening it, as Principal does.
func (s *Session) Name() string { return hex.EncodeToString(s.IDHash) }

// Attempt is one sign-in under way, bound to one browser.
type Attempt struct {
	PoolID          string `gorm:"primaryKey;column:pool"`
	ID              string `gorm:"primaryKey"` // unguessable
	BrowserHash     []byte // SHA-256 of the browser's binding cookie
	Step            string
	State           []byte // sealed
	AuthorizationID string
	CreatedAt       Time `gorm:"autoCreateTime:false"`
	ExpiresAt       Time
}

// Authorization is a parsed authorization request that waits for a page.
type Authorization struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	ID        string `gorm:"primaryKey"`
	ClientID  string `gorm:"column:client"`
	Request   []byte // oauth's own JSON
	CreatedAt Time   `gorm:"autoCreateTime:false"`
	ExpiresAt Time
}

// Grant stands for what a user (or nobody, for a machine) allowed a client.
// Tokens carry its id as origin_jti; revoking it kills all of them online.
type Grant struct {
	PoolID        string   `gorm:"primaryKey;column:pool"`
	ID            string   `gorm:"primaryKey"`
	UserID        string   `gorm:"column:user_id"`
	ClientID      string   `gorm:"column:client"`
	SessionHash   []byte   // the SSO session it came from
	Scopes        []string `gorm:"serializer:json"`
	Request       []byte   // oauth's own JSON: what the code's exchange must match, and the session
	CodeHash      []byte   // of the authorization code; unique in the pool
	CodeUsedAt    Time
	CodeExpiresAt Time
	AuthTime      Time
	CreatedAt     Time `gorm:"autoCreateTime:false"`
	ExpiresAt     Time // when nothing of it can be alive any more
	RevokedAt     Time
	RevokedReason string
}

// RefreshToken is one link of a grant's chain, kept as a hash for as long as its
// reuse must be recognised.
type RefreshToken struct {
	PoolID        string   `gorm:"primaryKey;column:pool"`
	Hash          []byte   `gorm:"primaryKey"`
	GrantID       string   `gorm:"column:grant_id"`
	Scopes        []string `gorm:"serializer:json"`
	SuccessorHash []byte
	UsedAt        Time
	CreatedAt     Time `gorm:"autoCreateTime:false"`
	ExpiresAt     Time
}

// Consent remembers what a user allowed a third party's client.
type Consent struct {
	PoolID    string   `gorm:"primaryKey;column:pool"`
	UserID    string   `gorm:"primaryKey;column:user_id"`
	ClientID  string   `gorm:"primaryKey;column:client"`
	Scopes    []string `gorm:"serializer:json"`
	CreatedAt Time     `gorm:"autoCreateTime:false"`
	UpdatedAt Time     `gorm:"autoUpdateTime:false"`
}

// Throttle counts failures under one key (a user, an address).
type Throttle struct {
	PoolID      string `gorm:"primaryKey;column:pool"`
	Key         string `gorm:"primaryKey;column:throttle_key"`
	Failures    int
	WindowStart Time
	LockedUntil Time
	ExpiresAt   Time
}

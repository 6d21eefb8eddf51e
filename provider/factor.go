package provider

import (
	"maps"
	"slices"
)

// Factor is a way to prove who somebody is, in Cognito's words. The same word
// names a second factor and, where it can be one, a first.
type Factor string

// The factors. FactorSMS and FactorEmail are codes that are sent.
const (
	FactorPassword Factor = "PASSWORD"
	FactorTOTP     Factor = "SOFTWARE_TOKEN_MFA"
	FactorSMS      Factor = "SMS_MFA"   // as a first factor: SMS_OTP on the wire
	FactorEmail    Factor = "EMAIL_OTP" // the same word for both
	FactorPasskey  Factor = "WEB_AUTHN"
	FactorRecovery Factor = "RECOVERY_CODE" // never by itself: it stands in for another second factor
)

// MFAPreference is which second factors a user has set up, and which is asked for
// first. It travels in the user's row, so that sign-in needs no further read to
// know what comes next.
type MFAPreference struct {
	Enabled   []Factor `json:"enabled,omitempty"`
	Preferred Factor   `json:"preferred,omitempty"`
	// Since is when each was set up, and Moved when the address of one that is sent last
	// changed, set up or not: who takes a change of the account back takes with it what
	// came after. A factor without is older than this was written down.
	Since map[Factor]Time `json:"since,omitempty"`
	Moved map[Factor]Time `json:"moved,omitempty"`
}

// Has reports whether a factor is set up.
func (m MFAPreference) Has(f Factor) bool { return slices.Contains(m.Enabled, f) }

// With is the preference with one more factor.
func (m MFAPreference) With(f Factor) MFAPreference {
	if m.Has(f) {
		return m
	}
	m.Enabled = append(slices.Clone(m.Enabled), f)
	return m
}

// Without is the preference without a factor.
func (m MFAPreference) Without(f Factor) MFAPreference {
	m.Enabled = slices.DeleteFunc(slices.Clone(m.Enabled), func(g Factor) bool { return f == g })
	if m.Preferred == f {
		m.Preferred = ""
	}
	m.Since = maps.Clone(m.Since)
	delete(m.Since, f)
	return m
}

// SetUp is the preference with a factor that is set up at a time, for the first time or
// anew.
func (m MFAPreference) SetUp(f Factor, at Time) MFAPreference {
	m = m.With(f)
	m.Since = dated(m.Since, f, at)
	return m
}

// MovedAt is the preference once the address of a factor's codes is another.
func (m MFAPreference) MovedAt(f Factor, at Time) MFAPreference {
	m.Moved = dated(m.Moved, f, at)
	return m
}

func dated(times map[Factor]Time, f Factor, at Time) map[Factor]Time {
	out := map[Factor]Time{f: at}
	for g, t := range times {
		if g != f {
			out[g] = t
		}
	}
	return out
}

// TOTP is a user's authenticator app (RFC 6238). Pending is a secret that waits for
// its first code; it takes the other's place then.
type TOTP struct {
	PoolID        string `gorm:"primaryKey;column:pool"`
	UserID        string `gorm:"primaryKey;column:user_id"`
	Name          string
	SealedSecret  []byte
	SealedPending []byte
	PendingAt     Time
	LastStep      int64 // the time step of the last code that was taken; none at or before it is taken again
	VerifiedAt    Time
	CreatedAt     Time `gorm:"autoCreateTime:false"`
}

// TableName is the plural that people use.
func (TOTP) TableName() string { return "totps" }

// Passkey is one public key credential of a user (WebAuthn Level 3).
type Passkey struct {
	PoolID         string `gorm:"primaryKey;column:pool"`
	ID             string `gorm:"primaryKey"` // the credential id, base64url without padding
	UserID         string `gorm:"column:user_id"`
	Name           string
	PublicKey      []byte   // COSE
	AAGUID         string   `gorm:"column:aaguid"` // a UUID; all zeroes when the authenticator does not tell
	Transports     []string `gorm:"serializer:json"`
	Attachment     string   // platform or cross-platform
	SignCount      int64
	UserVerified   bool
	BackupEligible bool
	BackupState    bool
	Suspect        bool // its counter went backwards: it may have been copied
	CreatedAt      Time `gorm:"autoCreateTime:false"`
	LastUsedAt     Time
}

// RecoveryCode is one of the codes that a user keeps for the day when their second
// factor is lost. Each works once.
type RecoveryCode struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	UserID     string `gorm:"primaryKey;column:user_id"`
	Hash       []byte `gorm:"primaryKey"`
	KeyVersion uint32
	CreatedAt  Time `gorm:"autoCreateTime:false"`
	UsedAt     Time
}

// Device is a browser that a user has signed in from. A remembered one is spared
// the second factor until RememberedUntil, counted from when one was last given in
// it.
type Device struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	UserID     string `gorm:"primaryKey;column:user_id"`
	ID         string `gorm:"primaryKey"` // its key on the wire: region_uuid
	TokenHash  []byte // SHA-256 of what the browser keeps
	Name       string
	Remembered bool // the user, or the pool, wants it remembered
	// RememberedUntil is 0 until a second factor was given in it.
	RememberedUntil Time
	Address         string
	UserAgent       string
	CreatedAt       Time `gorm:"autoCreateTime:false"`
	UpdatedAt       Time `gorm:"autoUpdateTime:false"`
	LastUsedAt      Time
	ExpiresAt       Time // when it is known no more
}

// Spares reports whether the device stands in for a second factor now.
func (d *Device) Spares(now Time) bool {
	return d.Remembered && d.RememberedUntil > now && d.ExpiresAt > now
}

// OldPassword is a hash that a user's new password must not match.
type OldPassword struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	UserID    string `gorm:"primaryKey;column:user_id"`
	ID        string `gorm:"primaryKey"` // UUIDv7
	Hash      string
	CreatedAt Time `gorm:"autoCreateTime:false"`
}

// TableName says what the rows are together.
func (OldPassword) TableName() string { return "password_history" }

// MessageTemplate is a pool's own words for one message in one language. Empty
// fields take the catalogue's.
type MessageTemplate struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	Kind      string `gorm:"primaryKey"`
	Locale    string `gorm:"primaryKey"`
	Subject   string
	Text      string
	HTML      string `gorm:"column:html"`
	SMS       string `gorm:"column:sms"`
	UpdatedAt Time   `gorm:"autoUpdateTime:false"`
}

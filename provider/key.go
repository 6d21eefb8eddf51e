package provider

// Key is a signing key of a tenant: a user pool or an identity pool.
type Key struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	ID        string `gorm:"primaryKey"` // the kid
	Alg       string // ES256, RS256, EdDSA
	State     KeyState
	Public    []byte // PKIX DER
	Sealed    []byte // PKCS #8 DER, sealed
	CreatedAt Time   `gorm:"autoCreateTime:false"`
	ActiveAt  Time
	RetiredAt Time
	ForgetAt  Time // when a retired key leaves the JWKS
}

// KeyState is where a key stands: published, signing, or only verifying.
type KeyState string

const (
	KeyNext    KeyState = "next"
	KeyActive  KeyState = "active"
	KeyRetired KeyState = "retired"
)

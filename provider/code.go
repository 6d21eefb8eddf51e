package provider

import "time"

// OneTimeCode is a short code that was sent to a user, kept as a keyed hash. It may
// have gone out as a link too.
type OneTimeCode struct {
	PoolID      string      `gorm:"primaryKey;column:pool"`
	UserID      string      `gorm:"primaryKey;column:user_id"`
	Purpose     CodePurpose `gorm:"primaryKey"`
	Attempt     string      `gorm:"primaryKey"` // the sign-in that asked for it; empty where any may show it
	Hash        []byte
	LinkHash    []byte // SHA-256 of the link's token; nil without a link
	KeyVersion  uint32 // of the master key that the hash's key comes from
	Channel     Channel
	Destination string // the address that the code proves
	Tries       int
	SentAt      Time
	ExpiresAt   Time
}

// CodePurpose is what a code is good for, and nothing else.
type CodePurpose string

// The purposes.
const (
	CodeSignUp        CodePurpose = "sign_up"
	CodeResetPassword CodePurpose = "reset_password"
	CodeVerifyEmail   CodePurpose = "verify_email"        // proves a new address, which takes the old one's place
	CodeVerifyPhone   CodePurpose = "verify_phone_number" // likewise
	CodeSignIn        CodePurpose = "sign_in"             // a first factor
	CodeSecondFactor  CodePurpose = "second_factor"
	CodeUndo          CodePurpose = "undo" // takes a changed address back; a link alone
)

// Channel is how a message travels.
type Channel string

// The channels, and the attribute that holds each one's address.
const (
	ByEmail Channel = "email"
	BySMS   Channel = "sms"
)

// Attribute is the user's attribute that a channel's messages go to.
func (c Channel) Attribute() string {
	if c == BySMS {
		return "phone_number"
	}
	return "email"
}

// Life is how long a code works. Those that prove an address and reset a password are
// Cognito's; codes to sign in with are typed at once.
func (p CodePurpose) Life() time.Duration {
	switch p {
	case CodeSignUp, CodeVerifyEmail, CodeVerifyPhone:
		return 24 * time.Hour
	case CodeSignIn, CodeSecondFactor:
		return 10 * time.Minute
	case CodeUndo:
		return 7 * 24 * time.Hour
	}
	return time.Hour
}

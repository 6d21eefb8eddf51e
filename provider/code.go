package provider

// MailedCode is a short code that was mailed to a user, kept as a keyed hash.
type MailedCode struct {
	PoolID      string      `gorm:"primaryKey;column:pool"`
	UserID      string      `gorm:"primaryKey;column:user_id"`
	Purpose     CodePurpose `gorm:"primaryKey"`
	Hash        []byte
	KeyVersion  uint32 // of the master key that the hash's key comes from
	Destination string // the address that the code proves
	Tries       int
	SentAt      Time
	ExpiresAt   Time
}

// TableName keeps the short word.
func (MailedCode) TableName() string { return "codes" }

// CodePurpose is what a code is good for, and nothing else.
type CodePurpose string

// The purposes.
const (
	CodeSignUp        CodePurpose = "sign_up"
	CodeResetPassword CodePurpose = "reset_password"
)

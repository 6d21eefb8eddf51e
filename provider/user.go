package provider

// User is a person in a pool's directory.
type User struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	ID         string `gorm:"primaryKey"` // the sub: a UUID
	Username   string // as it was given
	Status     UserStatus
	Enabled    bool
	Attributes map[string]string `gorm:"serializer:json"` // standard and "custom:" ones, all strings, *_verified as "true" or "false"
	MFA        MFAPreference     `gorm:"serializer:json"`
	// PasskeyDeclinedAt is when they last said that they want no passkey.
	PasskeyDeclinedAt Time
	ValidAfter        Time // sessions and grants from before are dead
	CreatedAt         Time `gorm:"autoCreateTime:false"`
	UpdatedAt         Time `gorm:"autoUpdateTime:false"`
}

// KnownAs is the name that the user knows the account by.
func (u *User) KnownAs() string {
	for _, name := range []string{"email", "preferred_username", "phone_number"} {
		if v := u.Attributes[name]; v != "" {
			return v
		}
	}
	return u.Username
}

// UserStatus is where a user stands on the way to a usable account, in Cognito's
// words.
type UserStatus string

const (
	UserUnconfirmed         UserStatus = "UNCONFIRMED"
	UserConfirmed           UserStatus = "CONFIRMED"
	UserResetRequired       UserStatus = "RESET_REQUIRED"
	UserForceChangePassword UserStatus = "FORCE_CHANGE_PASSWORD"
	UserExternalProvider    UserStatus = "EXTERNAL_PROVIDER"
)

// UserName is one name that leads to a user: the username, or an alias. Key is
// the folded form and unique in the pool, which makes names race-free.
type UserName struct {
	PoolID string `gorm:"primaryKey;column:pool"`
	Key    string `gorm:"primaryKey;column:name_key"`
	UserID string `gorm:"column:user_id"`
	Kind   string // username, email, phone_number, preferred_username
}

// Password is a user's password hash in PHC string form.
type Password struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	UserID    string `gorm:"primaryKey;column:user_id"`
	Hash      string
	Temporary bool
	ExpiresAt Time // of a temporary one
	UpdatedAt Time `gorm:"autoUpdateTime:false"` // when it was chosen; another hash of the same password does not count
}

// FormerPassword is the hash of a password that a user had before, kept where a pool
// does not take those again.
type FormerPassword struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	UserID    string `gorm:"primaryKey;column:user_id"`
	ID        string `gorm:"primaryKey"`
	Hash      string
	CreatedAt Time `gorm:"autoCreateTime:false"` // when another took its place
}

// TableName keeps the short name of what it is.
func (FormerPassword) TableName() string { return "password_history" }

// Group is a named set of users with a precedence and, if wanted, a role.
type Group struct {
	PoolID      string `gorm:"primaryKey;column:pool"`
	Name        string `gorm:"primaryKey"`
	Description string
	Precedence  *int   // the lowest number wins; nil is after every number
	RoleARN     string `gorm:"column:role_arn"`
	CreatedAt   Time   `gorm:"autoCreateTime:false"`
	UpdatedAt   Time   `gorm:"autoUpdateTime:false"`
}

// TableName avoids a word that some engines reserve.
func (Group) TableName() string { return "user_groups" }

// Membership puts a user into a group.
type Membership struct {
	PoolID    string `gorm:"primaryKey;column:pool"`
	UserID    string `gorm:"primaryKey;column:user_id"`
	Group     string `gorm:"primaryKey;column:group_name"`
	CreatedAt Time   `gorm:"autoCreateTime:false"`
}

// FederatedLogin ties an upstream's subject to a user. The issuer is part of the
// key: a provider that is pointed at another issuer knows other people.
type FederatedLogin struct {
	PoolID     string `gorm:"primaryKey;column:pool"`
	Provider   string `gorm:"primaryKey"`
	Issuer     string `gorm:"primaryKey"`
	Subject    string `gorm:"primaryKey"`
	UserID     string `gorm:"column:user_id"`
	CreatedAt  Time   `gorm:"autoCreateTime:false"`
	LastUsedAt Time
}

// Operator is a user of the operators' pool with a role, for everything (Scope
// "*") or for one pool (Scope its id).
type Operator struct {
	PoolID    string `gorm:"primaryKey;column:pool"` // the operators' pool
	UserID    string `gorm:"primaryKey;column:user_id"`
	Scope     string `gorm:"primaryKey"`
	Role      OperatorRole
	CreatedAt Time `gorm:"autoCreateTime:false"`
}

// OperatorRole says what an operator may do.
type OperatorRole string

const (
	RoleOwner   OperatorRole = "owner"
	RoleAdmin   OperatorRole = "admin"
	RoleSupport OperatorRole = "support"
	RoleAuditor OperatorRole = "auditor"
)

// AccessKey is an operator's key for SigV4. SigV4 needs the secret itself, so it
// is sealed and not hashed.
type AccessKey struct {
	PoolID       string `gorm:"primaryKey;column:pool"` // the operators' pool
	ID           string `gorm:"primaryKey"`             // AKIA...
	UserID       string `gorm:"column:user_id"`
	SealedSecret []byte
	Enabled      bool
	CreatedAt    Time `gorm:"autoCreateTime:false"`
}

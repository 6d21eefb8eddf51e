package provider

// Event is one entry of the audit trail: what happened, to whom, from where.
type Event struct {
	PoolID    string `gorm:"primaryKey;column:pool"` // the tenant it belongs to; "-" for the whole installation
	ID        string `gorm:"primaryKey"`             // UUIDv7
	At        Time
	Action    string // such as user.create, signin.success
	Outcome   string // success, failure, denied
	ActorKind string // user, operator, client, system
	ActorID   string
	Target    string // such as user/<sub>, client/<id>
	Address   string
	UserAgent string
	RequestID string
	Detail    map[string]string `gorm:"serializer:json"` // never a secret
}

// TableName says whose events these are.
func (Event) TableName() string { return "audit_events" }

// Actor is who acts, and from where. Doors put it into the context.
type Actor struct {
	Kind      string // user, operator, client, system
	ID        string
	Address   string
	UserAgent string
	RequestID string
}

// Job is deferred work with a lease.
type Job struct {
	ID         string `gorm:"primaryKey"`
	PoolID     string `gorm:"column:pool"`
	Kind       string
	DedupeKey  string // unique among waiting jobs of its kind when set
	Payload    []byte
	RunAt      Time
	LeaseUntil Time
	LeaseOwner string
	Attempts   int
	LastError  string
	DoneAt     Time
	CreatedAt  Time `gorm:"autoCreateTime:false"`
}

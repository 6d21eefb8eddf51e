package provider

// Message is one e-mail or SMS to one person.
type Message struct {
	PoolID  string `gorm:"primaryKey;column:pool"`
	ID      string `gorm:"primaryKey"`
	Channel Channel
	To      string `gorm:"column:recipient"`
	Subject string // of an e-mail
	Text    string
	HTML    string `gorm:"-"` // the same as Text, of an e-mail; may be empty
	Code    string // the code that Text holds, if any
	Link    string // the link that Text holds, if any
	SentAt  Time
	// About and UserID say what it is about and whose message it is, for the trail; of one
	// to nobody's user the latter is empty.
	About  string `gorm:"-"`
	UserID string `gorm:"-"`
}

// TableName says where --dev keeps what it would have sent.
func (Message) TableName() string { return "mailbox" }

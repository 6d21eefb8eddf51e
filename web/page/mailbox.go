package page

import "time"

// Mailbox lists what a development server would have sent. The caller gives the
// newest first.
type Mailbox struct {
	Chrome
	Keeps    []string // the channels that end here; the others are sent out
	Messages []Mail
}

// What says which messages end here: "both", "email", "sms" or "none".
func (m Mailbox) What() string {
	switch len(m.Keeps) {
	case 0:
		return "none"
	case 1:
		return m.Keeps[0]
	}
	return "both"
}

// Mail is one message that was not sent out.
type Mail struct {
	Channel string // "email" or "sms"
	To      string
	Subject string // empty for sms
	Text    string
	Code    string // pulled out of Text; may be empty
	Link    string // pulled out of Text; may be empty
	SentAt  time.Time
}

func (Mailbox) file() string     { return "mailbox" }
func (Mailbox) styles() []string { return []string{"css/developer.css"} }

// When is the time for a program, by RFC 3339.
func (m Mail) When() string { return m.SentAt.UTC().Format(time.RFC3339) }

// WhenShown is the time as it reads without a script.
func (m Mail) WhenShown() string { return m.SentAt.UTC().Format("2006-01-02 15:04 UTC") }

package message

import (
	"strconv"

	"github.com/cognate-idp/cognate/provider"
)

// Facts are what a security notice tells of: when it was, and from where.
type Facts struct {
	At        provider.Time
	Address   string // the network address; empty when nobody's
	UserAgent string // as it was sent
}

// fact is one row of a notice.
type fact struct{ Label, Value string }

// rows are the facts in words. name is what the user calls what it is about; empty
// for nothing.
func (f *Facts) rows(name string, say func(id string, pairs ...any) string) []fact {
	if f == nil {
		return nil
	}
	var out []fact
	if name != "" {
		out = append(out, fact{say("mail.fact.name"), name})
	}
	at := f.At.Time().UTC()
	out = append(out, fact{say("mail.fact.when"), say("mail.fact.date", "Day", at.Day(), "Month", say("mail.month."+strconv.Itoa(int(at.Month()))),
		"Year", at.Year(), "Clock", at.Format("15:04"))})
	if f.Address == "" {
		return out
	}
	out = append(out, fact{say("mail.fact.where"), f.Address})
	with := say("mail.agent.unknown")
	switch a := provider.AgentOf(f.UserAgent); {
	case a.Browser != "" && a.System != "":
		with = say("mail.agent.on", "Browser", a.Browser, "System", a.System)
	case a.Browser+a.System != "":
		with = a.Browser + a.System
	}
	return append(out, fact{say("mail.fact.with"), with})
}

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// eventsVerb lists how a user signed in, or tried to.
func eventsVerb() func(*flags) *cobra.Command {
	return verb("events USER", "List a user's sign-ins, newest first: when, from where, how and with what outcome", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			l := listing{api.UserPools, "AdminListUserAuthEvents", "AuthEvents", "MaxResults", "NextToken"}
			return list(s, l, in, []string{"time", "event", "outcome", "how", "address", "browser", "note"}, eventRow)
		})
	}, withPool, limited)
}

func eventRow(e api.AuthEventType) []string {
	from := e.EventContextData
	if from == nil {
		from = &api.EventContextDataType{}
	}
	var note []string
	for _, n := range []struct{ before, what string }{
		{"", strings.ReplaceAll(e.Reason, "_", " ")}, {"locked for ", e.LockedFor}, {"by ", e.Provider}, {"remembered browser ", e.Device},
	} {
		if n.what != "" {
			note = append(note, n.before+n.what)
		}
	}
	return []string{day(e.CreationDate), e.EventType, e.EventResponse, words(e.AuthenticationMethods), from.IPAddress, from.DeviceName, strings.Join(note, ", ")}
}

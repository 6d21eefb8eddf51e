// Package audit keeps the trail: what happened, to whom, by whom, from where. An
// event is written in the same transaction as what it tells of, so neither exists
// without the other. It keeps no secrets: callers name what changed, not the
// values that must stay hidden.
package audit

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// Log writes to the audit trail.
type Log struct{ Store *store.Store }

// The outcomes of an event.
const (
	Success = "success"
	Failure = "failure"
	Denied  = "denied"
)

// Record appends one event to tenant's trail, in the transaction that ctx
// carries or in one of its own. Who acts and from where comes from ctx (see
// provider.WithActor). target is written as kind/id; detail holds what changed.
func (l *Log) Record(ctx context.Context, tenant, action, outcome, target string, detail map[string]string) error {
	a := provider.ActorFrom(ctx)
	return l.Store.AddEvent(ctx, &provider.Event{
		PoolID: tenant, Action: action, Outcome: outcome, Target: target, Detail: detail,
		ActorKind: a.Kind, ActorID: a.ID, Address: a.Address, UserAgent: clip(a.UserAgent, 400), RequestID: a.RequestID,
	})
}

// clip cuts s to at most n bytes that a database takes as text: a header may hold
// any bytes, and the cut may fall into a character.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s[:min(len(s), n)], "")
	return strings.ReplaceAll(s, "\x00", "")
}

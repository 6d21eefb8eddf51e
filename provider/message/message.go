// Package message delivers e-mail and SMS. What is to be sent is a job in the
// transaction of what it tells of, sealed, since it may hold a code or a
// temporary password; a worker hands it to a Sender, again and again until the
// Sender takes it. Nothing is sent on a request's path but an operator's test, whose
// outcome is the point.
package message

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// ActionFailed is what the trail calls a message that was given up.
const ActionFailed = "message.failed"

// JobKind is the kind of a delivery's job.
const JobKind = "message"

// giveUpAfter is how long a message is tried. Codes are long dead by then, and
// nobody expects the rest any more.
const giveUpAfter = 24 * time.Hour

// ErrRefused means that a message will never be taken, however often it is tried.
var ErrRefused = errors.New("the message was refused for good")

// ErrShutOut means that the service lets nobody in with what is set up here, such as a
// token that was changed. It says nothing of the message, which is tried again.
var ErrShutOut = errors.New("the service does not accept the credentials that are set up")

// Sender hands a message to the world. It may be called twice with the same
// message; the ID tells. An error that is ErrRefused ends the tries.
type Sender interface {
	Send(ctx context.Context, m provider.Message) error
}

// Outbox takes messages in.
type Outbox struct {
	Store  *store.Store
	Sealer *secret.Sealer
	// Senders by channel; nothing can be sent by one that is not there, and Ready says
	// so.
	Senders map[provider.Channel]Sender
	Log     *slog.Logger
}

// Ready reports whether there is a way to send by a channel. Callers ask before
// they promise a message.
//
// Errors: a *provider.Error with CodeInvalid that says what to set up.
func (o *Outbox) Ready(by provider.Channel) error {
	if o.Senders[by] == nil {
		return provider.Invalid("MessageAction", "This server has no way to send messages. Suppress the message and tell the user yourself.")
	}
	return nil
}

// Keeps lists the channels whose messages stay in the development mailbox.
func (o *Outbox) Keeps() []string {
	out := []string{} // a script reads a list, not null
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		if _, kept := o.Senders[by].(*Mailbox); kept {
			out = append(out, string(by))
		}
	}
	return out
}

// stamp gives a message its id and its time.
func (o *Outbox) stamp(m *provider.Message) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("message id: %w", err)
	}
	m.ID, m.SentAt = id.String(), o.Store.Now()
	return nil
}

// Put takes a message in, in the transaction that ctx carries.
func (o *Outbox) Put(ctx context.Context, m provider.Message) error {
	if err := o.stamp(&m); err != nil {
		return err
	}
	plain, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("message: %w", err)
	}
	// The job's own id is not known yet, so the seal is bound to its deduplication key.
	return o.Store.All().Enqueue(ctx, provider.Job{
		PoolID: m.PoolID, Kind: JobKind, DedupeKey: m.ID, Payload: o.Sealer.Seal(row(m.PoolID, m.ID), plain),
	})
}

// Deliver is the job's handler.
func (o *Outbox) Deliver(ctx context.Context, j provider.Job) error {
	plain, err := o.Sealer.Open(row(j.PoolID, j.DedupeKey), j.Payload)
	if err != nil {
		return fmt.Errorf("open message: %w", err)
	}
	var m provider.Message
	if err := json.Unmarshal(plain, &m); err != nil {
		return fmt.Errorf("read message: %w", err)
	}
	if err = o.Ready(m.Channel); err == nil {
		err = o.Senders[m.Channel].Send(ctx, m)
	}
	if errors.Is(err, ErrShutOut) {
		// Every message is held up until somebody mends it.
		o.Log.ErrorContext(ctx, "messages cannot be sent: check the credentials", "channel", m.Channel, "error", err)
	}
	if err == nil || !errors.Is(err, ErrRefused) && o.Store.Now().Sub(m.SentAt) < giveUpAfter {
		return err
	}
	return o.giveUp(ctx, j, m, err)
}

// giveUp ends a message that will not be sent. Nobody waits for the answer, so the
// trail and the log are where it is told. Neither names the address: those are the
// users' own affair.
func (o *Outbox) giveUp(ctx context.Context, j provider.Job, m provider.Message, why error) error {
	target := "pool/" + m.PoolID
	if m.UserID != "" {
		target = "user/" + m.UserID
	}
	detail := map[string]string{"message": m.ID, "channel": string(m.Channel), "reason": strings.TrimPrefix(inTrail(why), ErrRefused.Error()+": ")}
	if m.About != "" { // a server of the version before kept none
		detail["kind"] = m.About
	}
	return o.Store.All().EndJob(ctx, j, func(ctx context.Context) error {
		o.Store.AfterCommit(ctx, func() {
			o.Log.WarnContext(ctx, "message given up", "pool", m.PoolID, "message", m.ID, "error", why)
		})
		return (&audit.Log{Store: o.Store}).Record(ctx, m.PoolID, ActionFailed, audit.Failure, target, detail)
	})
}

// inShort is why a message was not taken, in few words.
func inShort(err error) string {
	why := err.Error()
	var told *provider.Error
	switch {
	case errors.As(err, &told):
		why = told.Message
	case errors.Is(err, context.DeadlineExceeded):
		why = "no answer came in time"
	}
	return strings.TrimSuffix(why, ".")
}

// inTrail is inShort without what a fault of the network says: it names the server's own,
// and a pool's trail is its operators' to read.
func inTrail(err error) string {
	var told *provider.Error
	if errors.Is(err, ErrRefused) || errors.Is(err, ErrShutOut) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &told) {
		return inShort(err)
	}
	return "it could not be handed over; the log says more"
}

func row(pool, id string) secret.Row {
	return secret.Row{Table: "jobs", Tenant: pool, ID: id, Column: "payload"}
}

// Mailbox is the Sender of --dev: it keeps messages for its page and sends none.
type Mailbox struct{ Store *store.Store }

// Send keeps m.
func (b *Mailbox) Send(ctx context.Context, m provider.Message) error {
	return b.Store.All().KeepMessage(ctx, &m)
}

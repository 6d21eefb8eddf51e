package message

import (
	"context"
	"net/mail"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// ActionTest is what the trail calls a test.
const ActionTest = "message.test"

// trialTime is how long an operator waits for a test's outcome. Requests are cut off
// later.
const trialTime = 20 * time.Second

// SendTest sends a message with made-up values at once, so that an operator sees whether
// the mail server or the text message service takes it. A text counts against the pool's
// limits like any other.
//
// Errors: provider.ErrPoolNotFound; provider.CodeInvalid, which says what to set up or
// to write; provider.CodeLimit when a limit holds a text back; provider.CodeUpstream,
// which says why it was not taken.
func (t *Templates) SendTest(ctx context.Context, pool string, kind Kind, by provider.Channel, locale, to string) error {
	outbox := t.Post.Outbox
	p, err := outbox.Store.Pool(pool).Get(ctx)
	if err != nil {
		return err
	}
	if !t.Post.Ready(by) {
		return provider.Invalid("Channel", "This server has no way to send by %s. Set smtp_host or sms_provider.", by)
	}
	if by == provider.ByEmail && !isAddress(to) {
		return provider.Invalid("To", "It is no e-mail address such as ann@example.com.")
	}
	l, err := t.sample(p, kind, by, locale)
	if err != nil {
		return err
	}
	l.To = to
	var m provider.Message
	drop, err := t.Post.pass(ctx, l, func(_ context.Context, written provider.Message) error {
		m = written
		return outbox.stamp(&m)
	})
	if err != nil {
		return err
	}
	if drop != "" {
		return drop.problem()
	}
	failed, outcome := try(ctx, outbox.Senders[by], m), audit.Success
	detail := map[string]string{"kind": string(kind), "channel": string(by)}
	if failed != nil {
		outcome, detail["reason"] = audit.Failure, failed.Message
	}
	if err := (&audit.Log{Store: outbox.Store}).Record(ctx, pool, ActionTest, outcome, "pool/"+pool, detail); err != nil || failed == nil {
		return err
	}
	return failed
}

// try hands a message to the world and says why it was not taken; nil when it was. It
// ends in time, however long the other side takes.
func try(ctx context.Context, by Sender, m provider.Message) *provider.Error {
	within, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- by.Send(within, m) }()
	var err error
	select {
	case err = <-done:
	case <-within.Done():
		err = within.Err()
	}
	if err == nil {
		return nil
	}
	return &provider.Error{Code: provider.CodeUpstream, Kind: "message", Message: "The test was not taken: " + inShort(err) + ".", Cause: err}
}

// isAddress reports whether s is an e-mail address and nothing more: a display name
// would let whoever signs up choose what a letter seems to say.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

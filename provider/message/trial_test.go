package message_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// senderFunc is a Sender that a test makes up.
type senderFunc func(context.Context, provider.Message) error

func (f senderFunc) Send(ctx context.Context, m provider.Message) error { return f(ctx, m) }

// A test is sent at once, so that whoever asked for it learns what became of it. Nothing
// is left to be tried later.
func TestATestTellsItsOutcome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		templates := &message.Templates{Post: p}
		broken := senderFunc(func(context.Context, provider.Message) error {
			return fmt.Errorf("%w: the mail server answered 550 5.7.1", message.ErrRefused)
		})
		lost := senderFunc(func(context.Context, provider.Message) error { return context.DeadlineExceeded })
		box := p.Outbox.Senders[provider.BySMS]
		for name, c := range map[string]struct {
			by   provider.Channel
			to   string
			way  message.Sender
			code provider.Code
			says string
		}{
			"taken":                 {provider.BySMS, swedish(0), box, "", ""},
			"taken by mail":         {provider.ByEmail, "ann@example.com", box, "", ""},
			"no address":            {provider.ByEmail, "ann", box, provider.CodeInvalid, "no e-mail address"},
			"a name beside it":      {provider.ByEmail, "Ann <ann@example.com>", box, provider.CodeInvalid, "no e-mail address"},
			"another country":       {provider.BySMS, "+12025550123", box, provider.CodeLimit, "SmsLimits.Countries"},
			"refused by the server": {provider.ByEmail, "ann@example.com", broken, provider.CodeUpstream, "The test was not taken: the message was refused for good: the mail server answered 550 5.7.1."},
			"no answer":             {provider.ByEmail, "ann@example.com", lost, provider.CodeUpstream, "no answer came in time"},
		} {
			p.Outbox.Senders[c.by] = c.way
			err := templates.SendTest(t.Context(), pool.ID, message.Test, c.by, "", c.to)
			if provider.CodeOf(err) != c.code || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s: %v", name, err)
			}
			p.Outbox.Senders[c.by] = box
		}
		jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 10, 0)
		if err != nil || len(jobs) > 0 {
			t.Errorf("%d messages wait, %v", len(jobs), err)
		}
		kept, err := st.All().KeptMessages(t.Context())
		if err != nil || len(kept) != 2 || kept[0].ID == "" || kept[0].SentAt == 0 {
			t.Errorf("kept %+v, %v", kept, err)
		}
	})
}

// An operator's text that a limit holds back is an error, and a stranger's is not.
func TestOperatorsAreToldWhatIsHeldBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		l := message.Letter{Pool: pool, Kind: message.Invitation, Channel: provider.BySMS, To: "+12025550123", Code: "Temp-123456"}
		if err := p.Send(t.Context(), l); err != nil {
			t.Errorf("a stranger learns %v", err)
		}
		if err := p.Insist(t.Context(), l); !errors.Is(err, &provider.Error{Code: provider.CodeLimit, Kind: "sms"}) {
			t.Errorf("an operator learns %v", err)
		}
	})
}

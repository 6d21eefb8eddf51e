package message

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// Twilio is the Sender that speaks the HTTP API which Twilio made and others have
// taken up: a form with To, From and Body, behind HTTP Basic (RFC 7617).
type Twilio struct {
	URL     string // of the service, without the path of its API
	Account string // also the user name
	Token   string
	From    string // a number, a sender's name, or the id of a messaging service (MG...)
	HTTP    *http.Client
	Timeout time.Duration
	Now     func() provider.Time
}

// Send hands m to the service. The message's ID goes with it, so that a service that
// knows the header takes the same message once.
//
// Errors: ErrRefused for what the service will never take; anything else is worth
// another try.
func (t *Twilio) Send(ctx context.Context, m provider.Message) error {
	if m.Channel != provider.BySMS {
		return fmt.Errorf("%w: a text message service takes no %s", ErrRefused, m.Channel)
	}
	form := url.Values{"To": {m.To}, "Body": {m.Text}}
	if strings.HasPrefix(t.From, "MG") && len(t.From) == 34 {
		form.Set("MessagingServiceSid", t.From)
	} else {
		form.Set("From", t.From)
	}
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	where := strings.TrimSuffix(t.URL, "/") + "/2010-04-01/Accounts/" + url.PathEscape(t.Account) + "/Messages.json"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, where, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("text message: %w", err)
	}
	req.SetBasicAuth(t.Account, t.Token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Idempotency-Key", m.ID)
	req.Header.Set("I-Twilio-Idempotency-Token", m.ID)
	return exchange(t.HTTP, req, t.Now())
}

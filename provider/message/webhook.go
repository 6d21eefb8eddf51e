package message

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// Webhook is the Sender that hands messages to a service of the operator's own, as
// JSON, signed as Standard Webhooks has it (www.standardwebhooks.com).
type Webhook struct {
	URL     string
	Secret  []byte // see WebhookSecret
	HTTP    *http.Client
	Timeout time.Duration
	Now     func() provider.Time
}

// envelope is the body.
type envelope struct {
	ID      string           `json:"id"`
	Channel provider.Channel `json:"channel"`
	To      string           `json:"to"`
	Text    string           `json:"text"`
	Code    string           `json:"code,omitempty"`
	Pool    string           `json:"pool"`
	SentAt  string           `json:"sent_at"` // RFC 3339
}

// WebhookSecret reads a secret: whsec_ and base64 of 24 to 64 bytes.
func WebhookSecret(s string) ([]byte, error) {
	text, ok := strings.CutPrefix(s, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("the secret is not whsec_ and base64 of 24 to 64 bytes")
	}
	return key, nil
}

// Send hands m to the service.
//
// Errors: ErrRefused for what the service will never take; anything else is worth
// another try.
func (w *Webhook) Send(ctx context.Context, m provider.Message) error {
	body, err := json.Marshal(envelope{m.ID, m.Channel, m.To, m.Text, m.Code, m.PoolID, m.SentAt.Time().UTC().Format(time.RFC3339)})
	if err != nil {
		return fmt.Errorf("text message: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, w.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("text message: %w", err)
	}
	at := strconv.FormatInt(w.Now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Webhook-Id", m.ID)
	req.Header.Set("Webhook-Timestamp", at)
	req.Header.Set("Webhook-Signature", "v1,"+w.sign(m.ID, at, body))
	return exchange(w.HTTP, req, w.Now())
}

// sign covers id and time beside the body, so that nobody can send the same message
// again later or under another id.
func (w *Webhook) sign(id, at string, body []byte) string {
	mac := hmac.New(sha256.New, w.Secret)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

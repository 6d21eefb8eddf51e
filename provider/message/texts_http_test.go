package message_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/outbound"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

const now = provider.Time(1_700_000_000_000_000)

// service is a text message service that keeps what it is sent.
type service struct {
	answer  int
	header  http.Header
	request *http.Request
	body    string
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	s.request, s.body = r, string(b)
	for name, values := range s.header {
		w.Header()[name] = values
	}
	w.WriteHeader(s.answer)
}

func (s *service) start(t *testing.T) (address string, client *http.Client) {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	client, err := (&outbound.Client{Loopback: true}).HTTP()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return srv.URL, client
}

func textMessage() provider.Message {
	return provider.Message{PoolID: "us-east-1_AAAAAAAAA", ID: "0190-abc", Channel: "sms", To: "+46701740605", Text: "402913 är din kod.\n@login.example.com #402913", Code: "402913", SentAt: now}
}

func TestTwilio(t *testing.T) {
	t.Parallel()
	s := &service{answer: http.StatusCreated}
	base, client := s.start(t)
	sender := &message.Twilio{URL: base + "/", Account: "AC1", Token: "tok", From: "+15550100", HTTP: client, Timeout: time.Second, Now: func() provider.Time { return now }}
	if err := sender.Send(t.Context(), textMessage()); err != nil {
		t.Fatal(err)
	}
	user, password, _ := s.request.BasicAuth()
	form, _ := url.ParseQuery(s.body)
	if s.request.Method != http.MethodPost || s.request.URL.Path != "/2010-04-01/Accounts/AC1/Messages.json" || user != "AC1" || password != "tok" ||
		s.request.Header.Get("Idempotency-Key") != "0190-abc" || s.request.Header.Get("I-Twilio-Idempotency-Token") != "0190-abc" {
		t.Errorf("%s %s %v", s.request.Method, s.request.URL, s.request.Header)
	}
	if form.Get("To") != "+46701740605" || form.Get("From") != "+15550100" || form.Get("Body") != textMessage().Text || form.Has("MessagingServiceSid") {
		t.Errorf("form %v", form)
	}
	sender.From = "MG" + strings.Repeat("0", 32)
	if err := sender.Send(t.Context(), textMessage()); err != nil || !strings.Contains(s.body, "MessagingServiceSid=MG") || strings.Contains(s.body, "From=") {
		t.Errorf("by a messaging service: %s, %v", s.body, err)
	}
	if err := sender.Send(t.Context(), letter()); !errors.Is(err, message.ErrRefused) {
		t.Errorf("an e-mail: %v", err)
	}
}

func TestWebhookIsSigned(t *testing.T) {
	t.Parallel()
	s := &service{answer: http.StatusNoContent}
	base, client := s.start(t)
	secret, err := message.WebhookSecret("whsec_" + base64.StdEncoding.EncodeToString([]byte("0123456789abcdef01234567")))
	if err != nil {
		t.Fatal(err)
	}
	sender := &message.Webhook{URL: base + "/texts", Secret: secret, HTTP: client, Timeout: time.Second, Now: func() provider.Time { return now }}
	if err := sender.Send(t.Context(), textMessage()); err != nil {
		t.Fatal(err)
	}
	var body map[string]string
	if err := json.Unmarshal([]byte(s.body), &body); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"id": "0190-abc", "channel": "sms", "to": "+46701740605", "text": textMessage().Text, "code": "402913", "pool": "us-east-1_AAAAAAAAA", "sent_at": "2023-11-14T22:13:20Z",
	} {
		if body[name] != want {
			t.Errorf("%s is %q", name, body[name])
		}
	}
	// As the reader does it, from the document.
	mac := hmac.New(sha256.New, []byte("0123456789abcdef01234567"))
	mac.Write([]byte(s.request.Header.Get("Webhook-Id") + "." + s.request.Header.Get("Webhook-Timestamp") + "." + s.body))
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); s.request.Header.Get("Webhook-Signature") != want || s.request.Header.Get("Webhook-Timestamp") != "1700000000" {
		t.Errorf("signature %v", s.request.Header)
	}
	for _, bad := range []string{"", "whsec_", "whsec_c2hvcnQ=", "0123456789abcdef01234567", "whsec_%%%"} {
		if _, err := message.WebhookSecret(bad); err == nil {
			t.Errorf("the secret %q is taken", bad)
		}
	}
}

func TestAnswersOfATextMessageService(t *testing.T) {
	t.Parallel()
	s := &service{}
	base, client := s.start(t)
	sender := &message.Twilio{URL: base, Account: "AC1", Token: "tok", From: "x", HTTP: client, Timeout: time.Second, Now: func() provider.Time { return now }}
	for _, c := range []struct {
		answer int
		after  string
		final  bool
		wait   int
	}{
		{200, "", false, 0}, {202, "", false, 0}, {400, "", true, 0}, {401, "", false, 0}, {403, "", false, 0}, {404, "", true, 0},
		{408, "", false, 0}, {429, "17", false, 17}, {429, "Tue, 14 Nov 2023 22:14:20 GMT", false, 60}, {429, "soon", false, 0},
		{500, "", false, 0}, {503, "5", false, 5}, {302, "", false, 0},
	} {
		s.answer, s.header = c.answer, http.Header{"Location": {"http://127.0.0.1:1/elsewhere"}}
		if c.after != "" {
			s.header.Set("Retry-After", c.after)
		}
		err := sender.Send(t.Context(), textMessage())
		if (err == nil) != (c.answer < 300) || errors.Is(err, message.ErrRefused) != c.final {
			t.Errorf("%d gives %v", c.answer, err)
		}
		if errors.Is(err, message.ErrShutOut) != (c.answer == 401 || c.answer == 403) {
			t.Errorf("%d: is it ours to mend? %v", c.answer, err)
		}
		var e *provider.Error
		if wait := 0; errors.As(err, &e) {
			if wait = e.RetryAfter; wait != c.wait {
				t.Errorf("%d %s: wait %d", c.answer, c.after, wait)
			}
		}
		if err != nil && strings.Contains(err.Error(), "+46701740605") {
			t.Errorf("the error names the recipient: %v", err)
		}
	}
	sender.URL = "http://127.0.0.1:1/secret-path"
	if err := sender.Send(t.Context(), textMessage()); err == nil || errors.Is(err, message.ErrRefused) || strings.Contains(err.Error(), "secret-path") {
		t.Errorf("nobody listens: %v", err)
	}
	sender.HTTP, _ = (&outbound.Client{}).HTTP()
	sender.URL = base
	if err := sender.Send(t.Context(), textMessage()); !errors.Is(err, outbound.ErrForbiddenAddress) {
		t.Errorf("a private address that is not allowed: %v", err)
	}
}

// Whose credentials are not accepted is told so in the log, and the texts go out once that
// is mended; not for ever.
func TestTextsWaitForTheRightCredentials(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]func(testing.TB) store.Config{"sqlite": storetest.SQLiteConfig, "postgres": storetest.PostgreSQLConfig} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var later atomic.Int64
			c := config(t)
			c.Now = func() time.Time { return now.Time().Add(time.Duration(later.Load())) }
			st, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { st.Close() })
			sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
			if err != nil {
				t.Fatal(err)
			}
			s := &service{answer: 401}
			base, client := s.start(t)
			var log bytes.Buffer
			out := &message.Outbox{Store: st, Sealer: sealer, Log: slog.New(slog.NewTextHandler(&log, nil)), Senders: map[provider.Channel]message.Sender{
				provider.BySMS: &message.Twilio{URL: base, Account: "AC1", Token: "old", From: "x", HTTP: client, Timeout: time.Minute, Now: st.Now}}}
			var jobs []provider.Job
			put := func() {
				t.Helper()
				if err := out.Put(t.Context(), textMessage()); err != nil {
					t.Fatal(err)
				}
				if jobs, err = st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 10, time.Minute); err != nil || len(jobs) != 1 {
					t.Fatalf("%d jobs, %v", len(jobs), err)
				}
			}
			put()
			if err := out.Deliver(t.Context(), jobs[0]); !errors.Is(err, message.ErrShutOut) {
				t.Errorf("dropped: %v", err)
			}
			if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "check the credentials") || strings.Contains(said, "+46701740605") {
				t.Errorf("the log says %q", said)
			}
			s.answer = 201
			if err := out.Deliver(t.Context(), jobs[0]); err != nil {
				t.Errorf("once it is mended: %v", err)
			}
			if err := st.All().FinishJob(t.Context(), "w", jobs[0].ID); err != nil {
				t.Fatal(err)
			}
			put()
			s.answer = 403
			later.Store(int64(25 * time.Hour))
			if err := out.Deliver(t.Context(), jobs[0]); err != nil || !strings.Contains(log.String(), "message given up") {
				t.Errorf("a day later: %v %s", err, log.String())
			}
		})
	}
}

func TestAMessageGivenUpIsInTheTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		base, client := (&service{answer: 400}).start(t)
		p.Outbox.Log = slog.New(slog.DiscardHandler)
		p.Outbox.Senders[provider.BySMS] = &message.Twilio{URL: base, Account: "AC1", Token: "t", From: "x", HTTP: client, Timeout: time.Minute, Now: st.Now}
		if err := p.Send(t.Context(), message.Letter{Pool: pool, Kind: message.Invitation, Channel: provider.BySMS, To: swedish(0), UserID: "id-ann", Username: "ann", Code: "Temp-402913"}); err != nil {
			t.Fatal(err)
		}
		lease := func(owner string, long time.Duration) provider.Job {
			t.Helper()
			jobs, err := st.All().LeaseJobs(t.Context(), owner, []string{message.JobKind}, 10, long)
			if err != nil || len(jobs) != 1 {
				t.Fatalf("%d jobs, %v", len(jobs), err)
			}
			return jobs[0]
		}
		slow := lease("slow", -time.Second) // so slow that another takes the job from it
		for _, j := range []provider.Job{slow, lease("quick", time.Hour), slow} {
			if err := p.Outbox.Deliver(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
		events, err := st.Events(t.Context(), pool.ID, "user/id-ann", "", 10)
		if err != nil || len(events) != 1 {
			t.Fatalf("%d events, %v: %+v", len(events), err, events)
		}
		e := events[0]
		if e.Action != "message.failed" || e.Outcome != "failure" || e.ActorKind != "system" || e.Detail["kind"] != "invitation" || e.Detail["channel"] != "sms" ||
			e.Detail["reason"] != "the text message service answered 400" || e.Detail["message"] == "" {
			t.Errorf("the trail says %+v", e)
		}
		if said := fmt.Sprint(e); strings.Contains(said, swedish(0)) || strings.Contains(said, "402913") {
			t.Errorf("the trail gives away %s", said)
		}
		if left, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 10, time.Hour); err != nil || len(left) != 0 {
			t.Errorf("%d jobs are left, %v", len(left), err)
		}
	})
}

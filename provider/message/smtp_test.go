package message_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
	"github.com/cognate-idp/cognate/templates"
)

// post is a mail server that keeps what it takes.
type post struct {
	mu          sync.Mutex
	taken       []string
	connections int
	password    string        // empty: nobody has to say who they are
	answer      error         // to every RCPT
	hold        chan struct{} // when set, nothing is taken before it is closed
	holding     atomic.Int32
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connections++
	return &visit{post: p, known: p.password == ""}, nil
}

func (p *post) letters() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.taken...)
}

type visit struct {
	post  *post
	known bool
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "cognate" || password != v.post.password {
			return smtp.ErrAuthFailed
		}
		v.known = true
		return nil
	}), nil
}

func (v *visit) Mail(string, *smtp.MailOptions) error {
	if !v.known {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (v *visit) Rcpt(string, *smtp.RcptOptions) error { return v.post.answer }
func (v *visit) Reset()                               {}
func (v *visit) Logout() error                        { return nil }
func (v *visit) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if v.post.hold != nil {
		v.post.holding.Add(1)
		<-v.post.hold
	}
	v.post.mu.Lock()
	defer v.post.mu.Unlock()
	v.post.taken = append(v.post.taken, string(b))
	return err
}

// serve runs the mail server and answers a Sender for it.
func (p *post) serve(t *testing.T, mode string) *message.SMTP {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	out := &message.SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, TLS: mode, From: "People <no-reply@example.com>", Timeout: 5 * time.Second}
	srv := smtp.NewServer(p)
	srv.Domain = "localhost"
	if mode != message.TLSNone {
		// The standard library's test certificate names 127.0.0.1.
		https := httptest.NewTLSServer(nil)
		t.Cleanup(https.Close)
		srv.TLSConfig = &tls.Config{Certificates: https.TLS.Certificates, MinVersion: tls.VersionTLS12}
		out.RootCAs = x509.NewCertPool()
		out.RootCAs.AddCert(https.Certificate())
	}
	if mode == message.TLSImplicit {
		l = tls.NewListener(l, srv.TLSConfig)
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	return out
}

func letter() provider.Message {
	return provider.Message{PoolID: "us-east-1_AAAAAAAAA", ID: "0190-abc", Channel: "email", To: "ann@example.com", Subject: "Grüße", Text: "Code 123456\n", HTML: "<p>Code 123456</p>", SentAt: 1_700_000_000_000_000}
}

func TestSMTPModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{message.TLSNone, message.TLSStart, message.TLSImplicit} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			p := &post{}
			if mode != message.TLSNone {
				p.password = "let-me-send"
			}
			s := p.serve(t, mode)
			if mode != message.TLSNone {
				s.Username, s.Password = "cognate", p.password
			}
			for range 3 {
				if err := s.Send(t.Context(), letter()); err != nil {
					t.Fatal(err)
				}
			}
			got := p.letters()
			if len(got) != 3 {
				t.Fatalf("%d letters arrived", len(got))
			}
			if p.connections > 2 { // STARTTLS begins a second session on the one connection
				t.Errorf("%d connections for messages that follow each other", p.connections)
			}
			wholeLetter(t, got[0])
		})
	}
}

func wholeLetter(t *testing.T, raw string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, _ := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "Message-Id": "<0190-abc@example.com>", "From": `"People" <no-reply@example.com>`, "To": "<ann@example.com>",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if subject != "Grüße" {
		t.Errorf("subject %q", subject)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []string{"text/plain", "text/html"} {
		p, err := parts.NextPart()
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want) {
			t.Fatalf("part %v, %v, want %s", p, err, want)
		}
		if body, _ := io.ReadAll(p); !bytes.Contains(body, []byte("123456")) {
			t.Errorf("%s without the code: %s", want, body)
		}
	}
}

func TestSMTPRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*post, *message.SMTP, *provider.Message)
		final  bool
	}{
		"no such mailbox": {func(p *post, _ *message.SMTP, _ *provider.Message) {
			p.answer = &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
		}, true},
		"greylisted": {func(p *post, _ *message.SMTP, _ *provider.Message) {
			p.answer = &smtp.SMTPError{Code: 451, Message: "later"}
		}, false},
		"a name in the address": {func(_ *post, _ *message.SMTP, m *provider.Message) { m.To = "Bank <ann@example.com>" }, true},
		"a header in it":        {func(_ *post, _ *message.SMTP, m *provider.Message) { m.To = "ann@example.com\r\nBcc: eve@example.com" }, true},
		"a text message":        {func(_ *post, _ *message.SMTP, m *provider.Message) { m.Channel = "sms" }, true},
		"nobody listens":        {func(_ *post, s *message.SMTP, _ *provider.Message) { s.Port = 1 }, false},
		"no STARTTLS":           {func(_ *post, s *message.SMTP, _ *provider.Message) { s.TLS = message.TLSStart }, false},
		"wrong password": {func(p *post, s *message.SMTP, _ *provider.Message) {
			p.password = "x"
			s.Username, s.Password = "cognate", "y"
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, m := &post{}, letter()
			s := p.serve(t, message.TLSNone)
			c.change(p, s, &m)
			err := s.Send(t.Context(), m)
			if err == nil || errors.Is(err, message.ErrRefused) != c.final {
				t.Errorf("%v; final %v", err, c.final)
			}
			if got := p.letters(); len(got) != 0 {
				t.Errorf("it arrived all the same: %v", got)
			}
		})
	}
}

func TestCertificateOfAnother(t *testing.T) {
	t.Parallel()
	p := &post{}
	s := p.serve(t, message.TLSStart)
	s.RootCAs = x509.NewCertPool()
	if err := s.Send(t.Context(), letter()); err == nil || errors.Is(err, message.ErrRefused) {
		t.Errorf("an unknown authority's certificate gives %v", err)
	}
}

func TestRefusedMessageIsGivenUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		sealer, err := secret.NewSealer(secret.MasterKey{Version: 1, Key: secret.Bytes(secret.KeySize)})
		if err != nil {
			t.Fatal(err)
		}
		p, log := &post{answer: &smtp.SMTPError{Code: 550, Message: "no such mailbox"}}, &bytes.Buffer{}
		out := &message.Outbox{Store: st, Sealer: sealer, Senders: map[provider.Channel]message.Sender{provider.ByEmail: p.serve(t, message.TLSNone)}, Log: slog.New(slog.NewTextHandler(log, nil))}
		if err := out.Put(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
		jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 10, time.Minute)
		if err != nil || len(jobs) != 1 {
			t.Fatalf("%d jobs, %v", len(jobs), err)
		}
		if err := out.Deliver(t.Context(), jobs[0]); err != nil {
			t.Errorf("a message refused for good is tried again: %v", err)
		}
		if s := log.String(); !strings.Contains(s, "given up") || !strings.Contains(s, "550") || strings.Contains(s, "ann@example.com") {
			t.Errorf("the log says %s", s)
		}
		p.answer = &smtp.SMTPError{Code: 451, Message: "later"}
		if err := out.Deliver(t.Context(), jobs[0]); err == nil {
			t.Error("a message for later is not tried again")
		}
	})
}

func TestLetterIsSafe(t *testing.T) {
	t.Parallel()
	letters, err := message.OpenLetters(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	m, err := letters.Write(message.Letter{
		Pool: &provider.Pool{ID: "p", Name: "A<b>\r\nBcc: eve@example.com"}, Kind: message.Invitation, To: "a@example.com", Lang: "xx", Username: "{{.Owner}}<i>", Code: "Temp-1",
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.HTML, "<b>") || strings.Contains(m.HTML, "<i>") || !strings.Contains(m.Text, "{{.Owner}}<i>") || !strings.Contains(m.Text, "Temp-1") {
		t.Errorf("%+v", m)
	}
}

func TestMailGoesOutBesideASlowServer(t *testing.T) {
	t.Parallel()
	p := &post{hold: make(chan struct{})}
	s := p.serve(t, message.TLSNone)
	s.Connections = 2
	sent := make(chan error, 5)
	for range 5 {
		go func() { sent <- s.Send(t.Context(), letter()) }()
	}
	wait := func(what string, done func() bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal(what)
			}
		}
	}
	wait("one connection at a time", func() bool { return p.holding.Load() == 2 })
	time.Sleep(50 * time.Millisecond)
	if n := p.holding.Load(); n != 2 {
		t.Errorf("%d letters under way at once, on 2 connections", n)
	}
	close(p.hold)
	for range 5 {
		if err := <-sent; err != nil {
			t.Error(err)
		}
	}
	if n := p.letters(); len(n) != 5 || p.connections != 2 {
		t.Errorf("%d letters over %d connections", len(n), p.connections)
	}
}

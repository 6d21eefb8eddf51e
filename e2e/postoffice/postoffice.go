// Package postoffice takes what a server sends: e-mail by a real SMTP server on
// loopback, and text messages by an HTTP endpoint that speaks as the large providers
// do. Tests read the codes and links from there, as people read them from their
// phones.
package postoffice

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// patience is far beyond what a delivery needs.
const patience = 40 * time.Second

// Message is what arrived. An e-mail has a Subject, and HTML beside Text.
type Message struct {
	To      string
	Subject string
	Text    string
	HTML    string
	Header  mail.Header // of an e-mail
}

// Code is the first line of the text that is a code and nothing else, or the code at
// the start of a text message; "" where there is none.
func (m Message) Code() string {
	for line := range strings.Lines(m.Text) {
		if code := strings.TrimSpace(line); codeLine.MatchString(code) {
			return code
		}
	}
	return digits.FindString(m.Text)
}

// Link is the first address in the text; "" where there is none.
func (m Message) Link() string { return link.FindString(m.Text) }

var (
	codeLine = regexp.MustCompile(`^[0-9]{6,8}$`)
	digits   = regexp.MustCompile(`\b[0-9]{6,8}\b`)
	link     = regexp.MustCompile(`https?://[^\s<>"]+`)
)

// Office is a mail server and a text message provider.
type Office struct {
	SMTP *net.TCPAddr
	SMS  string // the address of the text message provider

	mu    sync.Mutex
	taken []Message
	read  map[int]bool
	// refuse says which recipients the providers know nothing of.
	refuse map[string]bool
}

// Open starts both on free ports; they end with the test.
func Open(t testing.TB) *Office {
	t.Helper()
	o := &Office{read: map[int]bool{}, refuse: map[string]bool{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.SMTP = l.Addr().(*net.TCPAddr)
	s := smtp.NewServer(o)
	s.Domain = "localhost"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	provider := httptest.NewServer(http.HandlerFunc(o.text))
	t.Cleanup(provider.Close)
	o.SMS = provider.URL
	return o
}

// Refuse makes the providers refuse a recipient for good, as a mailbox that is gone.
func (o *Office) Refuse(to string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse[to] = true
}

// All returns what has arrived for a recipient, oldest first.
func (o *Office) All(to string) []Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []Message
	for _, m := range o.taken {
		if m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// Next waits for the next message to a recipient that no call has returned yet.
func (o *Office) Next(t testing.TB, to string) Message {
	t.Helper()
	return o.NextThat(t, to, func(Message) bool { return true })
}

// NextCode is Next for a message with a code; it returns the code alone.
func (o *Office) NextCode(t testing.TB, to string) string {
	t.Helper()
	return o.NextThat(t, to, func(m Message) bool { return m.Code() != "" }).Code()
}

// NextThat is Next for a message that fits.
func (o *Office) NextThat(t testing.TB, to string, fits func(Message) bool) Message {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if m, ok := o.take(to, fits); ok {
			return m
		}
	}
	t.Fatalf("no such message to %s arrived; these did: %+v", to, o.All(to))
	return Message{}
}

func (o *Office) take(to string, fits func(Message) bool) (Message, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, m := range o.taken {
		if m.To == to && !o.read[i] && fits(m) {
			o.read[i] = true
			return m, true
		}
	}
	return Message{}, false
}

func (o *Office) put(m Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken = append(o.taken, m)
}

func (o *Office) refuses(to string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.refuse[to]
}

// text is the provider's API: a form with To, From and Body.
func (o *Office) text(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.PostForm.Get("Body") == "" {
		http.Error(w, `{"message":"bad request"}`, http.StatusBadRequest)
		return
	}
	if _, _, ok := r.BasicAuth(); !ok {
		http.Error(w, `{"message":"authenticate"}`, http.StatusUnauthorized)
		return
	}
	if o.refuses(r.PostForm.Get("To")) {
		http.Error(w, `{"message":"no such number"}`, http.StatusBadRequest)
		return
	}
	o.put(Message{To: r.PostForm.Get("To"), Text: r.PostForm.Get("Body")})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, `{"sid":"SM1","status":"queued"}`)
}

// NewSession answers a mail client.
func (o *Office) NewSession(*smtp.Conn) (smtp.Session, error) { return &letter{office: o}, nil }

type letter struct {
	office *Office
	to     []string
}

func (l *letter) Mail(string, *smtp.MailOptions) error { return nil }

func (l *letter) Rcpt(to string, _ *smtp.RcptOptions) error {
	if l.office.refuses(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	l.to = append(l.to, to)
	return nil
}

func (l *letter) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := parse(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: err.Error()}
	}
	for _, m.To = range l.to {
		l.office.put(m)
	}
	return nil
}

func (l *letter) Reset()        { l.to = nil }
func (l *letter) Logout() error { return nil }

// parse reads a letter of a text and an HTML part.
func parse(raw []byte) (Message, error) {
	in, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, err
	}
	m := Message{Header: in.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(in.Header.Get("Subject")); err != nil {
		return m, err
	}
	_, params, err := mime.ParseMediaType(in.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	if params["boundary"] == "" {
		return m, errors.New("a letter of one part")
	}
	for parts := multipart.NewReader(in.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		var body io.Reader = p
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(p)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			m.HTML = string(text)
		} else {
			m.Text = string(text)
		}
	}
}

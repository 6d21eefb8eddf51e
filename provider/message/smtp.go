package message

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/cognate-idp/cognate/provider"
)

// The ways to protect the connection to a mail server (RFC 8314).
const (
	TLSImplicit = "implicit" // TLS from the first byte
	TLSStart    = "starttls" // STARTTLS, and nothing without it
	TLSNone     = "none"     // only for a server on this machine
)

// keepOpen is how long a connection waits for the next message. Servers hang up
// on idle ones after minutes.
const keepOpen = 20 * time.Second

// SMTP is the Sender that hands e-mail to a mail server (RFC 5321). It keeps a few
// connections for messages that follow each other, and no more than that at once.
// Make it with its first four fields set; it is safe for concurrent use.
type SMTP struct {
	Host    string
	Port    int
	TLS     string // TLSImplicit, TLSStart or TLSNone
	From    string // an address, with a name or without
	Timeout time.Duration

	Username string // empty: the server asks for none
	Password string
	RootCAs  *x509.CertPool // nil takes the system's

	// Connections is how many there are at most; 1 unless set.
	Connections int

	connections connections
}

// Send hands m to the mail server. The message's own ID makes its Message-ID, so a
// message that a crash sends twice can be told by its reader's program.
//
// Errors: ErrRefused when the server says never (a 5xx reply), the message is no
// e-mail, or its address is none; anything else is worth another try.
func (s *SMTP) Send(ctx context.Context, m provider.Message) error {
	letter, err := s.compose(m)
	if err != nil {
		return err
	}
	if err := s.connections.enter(ctx, s.Connections); err != nil {
		return fmt.Errorf("wait for a connection to the mail server: %w", err)
	}
	defer s.connections.leave()
	c, err := s.connection(ctx)
	if err != nil {
		return fmt.Errorf("reach the mail server: %w", err)
	}
	if err := c.Send(letter); err != nil {
		hangUp(c)
		return replied(err)
	}
	s.connections.keep(c)
	return nil
}

// replied tells what the server answered by its codes (RFC 5321 section 4.2, RFC
// 3463) alone: its words, and the library's, name the recipient.
func replied(err error) error {
	var why *gomail.SendError
	if !errors.As(err, &why) || why.ErrorCode() == 0 {
		return errors.New("the connection to the mail server broke off")
	}
	answer := strings.TrimSpace(fmt.Sprintf("%d %s", why.ErrorCode(), why.EnhancedStatusCode()))
	if why.ErrorCode() >= 500 {
		return fmt.Errorf("%w: the mail server answered %s", ErrRefused, answer)
	}
	return fmt.Errorf("the mail server answered %s", answer)
}

func (s *SMTP) compose(m provider.Message) (*gomail.Msg, error) {
	if m.Channel != provider.ByEmail {
		return nil, fmt.Errorf("%w: a mail server takes no %s", ErrRefused, m.Channel)
	}
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("from address: %w", err)
	}
	letter := gomail.NewMsg()
	letter.FromMailAddress(from)
	if !isAddress(m.To) {
		return nil, fmt.Errorf("%w: the recipient is no address", ErrRefused)
	}
	if err := letter.To(m.To); err != nil {
		return nil, fmt.Errorf("%w: the recipient is no address", ErrRefused)
	}
	letter.Subject(m.Subject)
	letter.SetDateWithValue(m.SentAt.Time())
	letter.SetMessageIDWithValue(m.ID + "@" + from.Address[strings.LastIndexByte(from.Address, '@')+1:])
	// RFC 3834 section 5: no out-of-office answers, please.
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return letter, nil
}

// connection is an open one if it still answers, or a new one.
func (s *SMTP) connection(ctx context.Context) (*gomail.Client, error) {
	if c := s.connections.take(); c != nil {
		if err := c.Reset(); err == nil {
			return c, nil
		}
		hangUp(c)
	}
	options := []gomail.Option{
		gomail.WithPort(s.Port), gomail.WithTimeout(s.Timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12, RootCAs: s.RootCAs}),
	}
	switch s.TLS {
	case TLSImplicit:
		options = append(options, gomail.WithSSL())
	case TLSStart:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLSNone:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("no TLS mode %q", s.TLS)
	}
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

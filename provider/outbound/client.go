// Package outbound is the one way out of the house: the guarded HTTP client
// that fetches whatever a tenant or a stranger may name, such as discovery
// documents, key sets, request objects, metadata and webhooks. It keeps those
// fetches away from the machine's own networks. What the answers mean is the
// caller's business.
package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

var (
	// ErrForbiddenAddress means that the name led to an address that is not
	// public and not allow-listed.
	ErrForbiddenAddress = errors.New("address is not public, and outbound_allow does not name it")
	// ErrPlainHTTP means that a public address was asked for without TLS.
	ErrPlainHTTP = errors.New("plain http is only for allow-listed addresses")
	// ErrScheme means that a URL, or the place a redirect led to, is neither
	// https nor http, or fell back from https to http.
	ErrScheme = errors.New("scheme not allowed")
	// ErrTooManyRedirects means that the redirect limit was reached.
	ErrTooManyRedirects = errors.New("too many redirects")
	// ErrTooLarge means that the answer passed the size limit.
	ErrTooLarge = errors.New("response is larger than the limit")
)

// The limits that hold where a Client's field is zero.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultMaxBytes = 1 << 20
)

// maxRedirects is low on purpose: no specification that we fetch for needs a
// chain, and each hop is another address an attacker may choose.
const maxRedirects = 3

// Client says what may be reached and how much may come back. The zero value
// reaches public addresses over TLS only.
type Client struct {
	// Allow lists what may be reached although it is not public: CIDR
	// prefixes, addresses, or exact host names. An allow-listed host name may
	// lead to any address.
	Allow []string
	// Loopback allows 127.0.0.0/8 and ::1, as serve --dev needs.
	Loopback bool
	// ExtraCA is trusted beside the system's certificate authorities. Use
	// RootCAs to build it. Nil means the system's alone.
	ExtraCA *x509.CertPool
	// Timeout bounds one fetch from dialling to the last byte.
	Timeout time.Duration
	// MaxBytes bounds a response body after decompression.
	MaxBytes int64
}

// HTTP builds the client. It keeps connections alive, so build it once and
// share it. An entry of Allow that cannot be read is an error.
//
// Redirects are followed for GET and HEAD only, at most three of them and
// never from https to http: a body may hold a client secret or a code, and
// must not reach a second address (RFC 9700 section 4.12). Proxy settings of
// the environment are ignored, because a proxy would resolve the name itself
// and so pass by the guard.
func (c *Client) HTTP() (*http.Client, error) {
	allow, err := parseAllow(c.Allow)
	if err != nil {
		return nil, err
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	limit := c.MaxBytes
	if limit == 0 {
		limit = DefaultMaxBytes
	}
	g := &guard{allow: allow, loopback: c.Loopback}
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: checkRedirect,
		Transport: &limited{max: limit, next: &http.Transport{
			DialContext:            g.dial,
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: c.ExtraCA},
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    4,
			MaxConnsPerHost:        64,
			IdleConnTimeout:        90 * time.Second,
		}},
	}, nil
}

// Refuses says why the guard would turn an address of the settings away, by where its
// name leads now; nil when it would not, or the name leads nowhere yet.
func (c *Client) Refuses(ctx context.Context, address string) error {
	allow, err := parseAllow(c.Allow)
	if err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("outbound address: %w", err)
	}
	g := &guard{allow: allow, loopback: c.Loopback}
	if allow.host(u.Hostname()) {
		return nil
	}
	to, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return nil // the guard judges addresses and not names
	}
	for _, a := range to {
		if err = g.check(netip.AddrPortFrom(a, 0).String(), u.Scheme == "http"); err == nil {
			return nil // the dialer tries them all
		}
	}
	return err
}

// RootCAs reads PEM certificates and adds them to a copy of the system's, for
// Client.ExtraCA. PEM text without a certificate in it is an error.
func RootCAs(pem []byte) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("extra CA: no certificate found in the PEM text")
	}
	return pool, nil
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if m := via[0].Method; m != http.MethodGet && m != http.MethodHead {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return ErrTooManyRedirects
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return fmt.Errorf("redirect from https to %s: %w", req.URL.Scheme, ErrScheme)
	}
	return nil
}

// limited refuses foreign schemes and cuts long answers off.
type limited struct {
	max  int64
	next http.RoundTripper
}

func (l *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	if s := req.URL.Scheme; s != "https" && s != "http" {
		return nil, fmt.Errorf("%q: %w", s, ErrScheme)
	}
	ctx := context.WithValue(req.Context(), plainKey{}, req.URL.Scheme == "http")
	res, err := l.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if res.ContentLength > l.max {
		res.Body.Close()
		return nil, ErrTooLarge
	}
	res.Body = &cutOff{ReadCloser: res.Body, left: l.max}
	return res, nil
}

// cutOff fails once more than left bytes were read. An error, and not a silent
// end: half a key set must never be taken for a whole one.
type cutOff struct {
	io.ReadCloser
	left int64
}

func (c *cutOff) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return n + int(c.left), ErrTooLarge
	}
	return n, err
}

// plainKey marks in a dial's context that the request came without TLS.
type plainKey struct{}

type guard struct {
	allow    allowList
	loopback bool
	resolver *net.Resolver // nil means the system's
}

func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: DefaultTimeout, KeepAlive: 30 * time.Second, Resolver: g.resolver}
	if !g.allow.host(host) {
		d.ControlContext = g.control
	}
	return d.DialContext(ctx, network, address)
}

// control sees the address that is about to be connected to, after the name
// was resolved. A check before that would lose against a name server that
// changes its answer between the check and the use (DNS rebinding).
func (g *guard) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	plain, _ := ctx.Value(plainKey{}).(bool)
	return g.check(address, plain)
}

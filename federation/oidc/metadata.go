package oidc

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/cognate-idp/cognate/federation"
)

const (
	metadataLife  = time.Hour
	metadataRetry = 2 * time.Second // a failed look-up stands this long, so that a dead upstream is not hammered
)

// endpoints is what is known of an upstream: discovery with the Config laid
// over it.
type endpoints struct {
	oauth    oauth2.Endpoint
	userInfo string
	keys     *keySet
	issInURL bool // RFC 9207: the upstream promises iss in every answer
}

// metadata finds the endpoints when they are first needed, keeps them for an
// hour, and goes on with the last good ones while the upstream is away.
type metadata struct {
	config Config
	http   *http.Client

	mu      sync.Mutex
	known   *endpoints
	expires time.Time
	failed  error
	retryAt time.Time
}

// document holds the members of the provider's metadata that go-oidc does not
// give away by methods.
type document struct {
	TokenAuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	IssParameter     bool     `json:"authorization_response_iss_parameter_supported"`
	JWKSURL          string   `json:"jwks_uri"`
}

func (m *metadata) get(ctx context.Context) (*endpoints, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.config.Now()
	if m.known != nil && now.Before(m.expires) {
		return m.known, nil
	}
	if now.Before(m.retryAt) {
		if m.known != nil {
			return m.known, nil
		}
		return nil, m.failed
	}
	found, err := m.discover(ctx)
	if err != nil {
		m.failed, m.retryAt = err, now.Add(metadataRetry)
		if m.known != nil {
			return m.known, nil
		}
		return nil, err
	}
	if m.known != nil && m.known.keys.url == found.keys.url {
		found.keys = m.known.keys
	}
	m.known, m.expires = found, now.Add(metadataLife)
	return found, nil
}

func (m *metadata) discover(ctx context.Context) (*endpoints, error) {
	c := m.config
	var doc document
	e := &endpoints{userInfo: c.UserInfoURL}
	e.oauth.AuthURL, e.oauth.TokenURL = c.AuthorizeURL, c.TokenURL
	jwks := c.JWKSURL
	if c.AuthorizeURL == "" || c.TokenURL == "" || c.JWKSURL == "" {
		// The browser that asked first may leave; the answer serves everybody.
		p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), m.http), c.Issuer)
		if err != nil {
			return nil, discoveryError(err)
		}
		if err := p.Claims(&doc); err != nil {
			return nil, federation.Errorf(federation.Misconfigured, "provider metadata: %w", err)
		}
		e.oauth.AuthURL = first(c.AuthorizeURL, p.Endpoint().AuthURL)
		e.oauth.TokenURL = first(c.TokenURL, p.Endpoint().TokenURL)
		e.userInfo = first(c.UserInfoURL, p.UserInfoEndpoint())
		jwks = first(c.JWKSURL, doc.JWKSURL)
	}
	for name, u := range map[string]string{"authorization_endpoint": e.oauth.AuthURL, "token_endpoint": e.oauth.TokenURL, "jwks_uri": jwks} {
		if !webURL(u) {
			return nil, federation.Errorf(federation.Misconfigured, "provider metadata has no usable %s", name)
		}
	}
	e.oauth.AuthStyle = authStyle(c, doc.TokenAuthMethods)
	e.issInURL = doc.IssParameter
	e.keys = &keySet{url: jwks, http: m.http, now: c.Now}
	return e, nil
}

// authStyle never guesses by trial: a failed trial may spend the code. Basic is
// the default where nothing is listed (OpenID Connect Discovery section 3).
func authStyle(c Config, listed []string) oauth2.AuthStyle {
	if c.ClientSecret == "" || c.AuthMethod == "client_secret_post" {
		return oauth2.AuthStyleInParams
	}
	if c.AuthMethod == "" && len(listed) > 0 && !slices.Contains(listed, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// discoveryError tells a wrong issuer, which an operator must mend, from an
// upstream that is away.
func discoveryError(err error) error {
	var mismatch *oidc.IssuerMismatchError
	if errors.As(err, &mismatch) {
		return federation.Errorf(federation.Misconfigured, "discovery: %w", err)
	}
	return federation.Errorf(federation.Unreachable, "discovery: %w", err)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

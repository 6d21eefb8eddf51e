// Package catalog knows every kind of upstream by the name that a pool's
// ProviderType uses, and opens it. Only cmd imports it; everybody else is given
// its functions.
package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/federation/oidc"
)

// maxOpen bounds the connectors kept; a pool has at most 300 providers and few
// are in use at once.
const maxOpen = 4096

// Catalog opens connectors and keeps them, so that what they learned of their
// upstreams serves every sign-in. It is safe for concurrent use.
type Catalog struct {
	// HTTP fetches from upstreams: the guarded client.
	HTTP *http.Client

	mu   sync.Mutex
	open map[[sha256.Size]byte]federation.Redirector
}

// Kinds lists the ProviderTypes that Open takes.
func (c *Catalog) Kinds() []string { return []string{"OIDC"} }

// Redirector returns the connector for a ProviderType and its ProviderDetails,
// secrets included. Equal arguments give the same connector. The error is of
// kind federation.Misconfigured; the network is not asked.
func (c *Catalog) Redirector(ctx context.Context, kind string, details map[string]string) (federation.Redirector, error) {
	key, err := fingerprint(kind, details)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r, ok := c.open[key]; ok {
		return r, nil
	}
	r, err := c.build(ctx, kind, details)
	if err != nil {
		return nil, err
	}
	c.keep(key, r)
	return r, nil
}

func (c *Catalog) keep(key [sha256.Size]byte, r federation.Redirector) {
	if c.open == nil {
		c.open = map[[sha256.Size]byte]federation.Redirector{}
	}
	if len(c.open) >= maxOpen {
		for old := range c.open { // any one: map order is random enough
			delete(c.open, old)
			break
		}
	}
	c.open[key] = r
}

func (c *Catalog) build(ctx context.Context, kind string, details map[string]string) (federation.Redirector, error) {
	switch kind {
	case "OIDC":
		conn, err := oidc.Open(ctx, oidc.FromDetails(details), c.HTTP)
		if err != nil {
			return nil, err
		}
		return conn, nil
	}
	return nil, federation.Errorf(federation.Misconfigured, "provider type %q is not supported", kind)
}

// Check says whether a ProviderType is known and its ProviderDetails fit. The
// error is of kind federation.Misconfigured; the network is not asked.
func (c *Catalog) Check(ctx context.Context, kind string, details map[string]string) error {
	_, err := c.build(ctx, kind, details)
	return err
}

// TokenVerifier returns a verifier for ID tokens that issuer made for one of
// audiences, as identity pools trust them.
func (c *Catalog) TokenVerifier(ctx context.Context, issuer string, audiences []string) (federation.TokenVerifier, error) {
	key, err := fingerprint("verifier "+issuer, audiences)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.open[key].(federation.TokenVerifier); ok {
		return v, nil
	}
	conn, err := oidc.Open(ctx, oidc.Config{Issuer: issuer, Audiences: audiences}, c.HTTP)
	if err != nil {
		return nil, err
	}
	c.keep(key, conn)
	return conn, nil
}

// fingerprint names one configuration. Only the hash is kept as a key, so the
// secrets in details do not lie about a second time.
func fingerprint(kind string, details any) ([sha256.Size]byte, error) {
	b, err := json.Marshal([]any{kind, details})
	return sha256.Sum256(b), err
}

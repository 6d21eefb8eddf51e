package oauth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/token"
)

// client is an app client as fosite wants to see it, with what is derived from
// its settings worked out once. It is shared: nothing in it changes.
type client struct {
	*provider.Client
	grantTypes fosite.Arguments
	scopes     fosite.Arguments
	profile    provider.TokenProfile
	redirects  []string // for the request at hand; see forRedirect
}

func newClient(c *provider.Client, pool *provider.Pool) *client {
	out := &client{Client: c, scopes: c.Settings.Scopes, redirects: c.Settings.RedirectURIs, profile: c.Settings.TokenProfile}
	if out.profile == "" {
		out.profile = pool.TokenProfile
	}
	if c.Settings.OAuthEnabled {
		out.grantTypes = slices.Clone(c.Settings.GrantTypes)
		flows := c.Settings.ExplicitAuthFlows
		// Cognito knows no refresh_token grant type: there it is an
		// authentication flow, which is on unless others are named.
		if out.grantTypes.Has("authorization_code") && !out.grantTypes.Has("refresh_token") &&
			(len(flows) == 0 || slices.Contains(flows, "ALLOW_REFRESH_TOKEN_AUTH")) {
			out.grantTypes = append(out.grantTypes, "refresh_token")
		}
	}
	return out
}

// forRedirect is the client with one redirect URI, which was matched before.
func (c *client) forRedirect(uri string) *client {
	copied := *c
	copied.redirects = []string{uri}
	return &copied
}

func (c *client) GetID() string                      { return c.ID }
func (c *client) GetHashedSecret() []byte            { return nil }
func (c *client) GetRedirectURIs() []string          { return c.redirects }
func (c *client) GetGrantTypes() fosite.Arguments    { return c.grantTypes }
func (c *client) GetResponseTypes() fosite.Arguments { return fosite.Arguments{"code"} }
func (c *client) GetScopes() fosite.Arguments        { return c.scopes }
func (c *client) GetAudience() fosite.Arguments      { return nil }
func (c *client) IsPublic() bool                     { return c.Public() }

// GetEffectiveLifespan gives fosite the client's own token lives.
func (c *client) GetEffectiveLifespan(_ fosite.GrantType, kind fosite.TokenType, otherwise time.Duration) time.Duration {
	switch kind {
	case fosite.AccessToken:
		return c.Settings.AccessTokenLife()
	case fosite.IDToken:
		return c.Settings.IDTokenLife()
	case fosite.RefreshToken:
		return c.Settings.RefreshTokenLife()
	}
	return otherwise
}

// accessAlgorithm is what access tokens are signed with.
func (c *client) accessAlgorithm() token.Algorithm {
	if c.profile == provider.TokenProfileCognito {
		return token.RS256
	}
	return token.ES256
}

// idAlgorithm is what ID tokens are signed with: RS256 unless the client chose,
// as OpenID Connect Dynamic Client Registration 1.0 section 2 has it.
func (c *client) idAlgorithm() token.Algorithm {
	if c.Settings.IDTokenAlg != "" {
		return token.Algorithm(c.Settings.IDTokenAlg)
	}
	return token.RS256
}

// client finds an app client of the tenant, from memory when nothing changed.
// Errors: provider.ErrClientNotFound.
func (s *Server) client(ctx context.Context, id string) (*client, error) {
	pool := provider.TenantFrom(ctx).Pool
	if !clean(id) {
		return nil, provider.ErrClientNotFound // a database would refuse to be asked
	}
	return s.cache.clients.Get(ctx, pool.ID, id, func(ctx context.Context) (*client, error) {
		c, err := s.Store.Pool(pool.ID).Client(ctx, id)
		if err != nil {
			return nil, err
		}
		return newClient(c, pool), nil
	})
}

// Credentials are how a client says who it is: the body's parameters and the
// Authorization header, empty when there is none.
type Credentials struct {
	Form          url.Values
	Authorization string
}

// authenticate finds out which client is asking (RFC 6749 section 2.3). A
// confidential client must prove it; a public one has nothing to prove it with.
func (s *Server) authenticate(ctx context.Context, c Credentials) (*client, error) {
	id, password, err := c.read()
	if err != nil {
		return nil, err
	}
	found, lookup := s.client(ctx, id)
	switch {
	case errors.Is(lookup, provider.ErrClientNotFound):
		// The same comparison as below: time must not tell which ids exist.
		subtle.ConstantTimeCompare(secret.Hash(password), make([]byte, 32))
		return nil, invalidClient("The client is unknown or its authentication failed.")
	case lookup != nil:
		return nil, lookup
	case found.Public() && password == "":
	case !slices.ContainsFunc(found.Secrets, func(s provider.ClientSecret) bool { return secret.EqualHash(s.Hash, password) }):
		return nil, invalidClient("The client is unknown or its authentication failed.")
	}
	if !found.Enabled {
		return nil, invalidClient("The client is disabled.")
	}
	return found, nil
}

// read takes the client's id and secret from where they stand. A client must not
// use more than one method in a request (RFC 6749 section 2.3).
func (c Credentials) read() (id, password string, err error) {
	if c.Form.Has("client_assertion") || c.Form.Has("client_assertion_type") {
		return "", "", invalidClient("Client assertions are not supported. Use client_secret_basic or client_secret_post.")
	}
	id, password = c.Form.Get("client_id"), c.Form.Get("client_secret")
	if c.Authorization == "" {
		if id == "" {
			return "", "", invalidClient("The request names no client.")
		}
		return id, password, nil
	}
	if password != "" {
		return "", "", invalidRequest("The client uses more than one method to authenticate.")
	}
	basicID, basicPassword, ok := parseBasic(c.Authorization)
	if !ok {
		return "", "", invalidClient("The Authorization header is no well-formed Basic authentication.")
	}
	if id != "" && id != basicID {
		return "", "", invalidRequest("The parameter 'client_id' and the Authorization header name different clients.")
	}
	return basicID, basicPassword, nil
}

// parseBasic reads Basic authentication whose parts are form-encoded first (RFC
// 6749 section 2.3.1).
func parseBasic(header string) (id, password string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	id, password, ok = strings.Cut(string(raw), ":")
	if !ok {
		return "", "", false
	}
	if id, err = url.QueryUnescape(id); err != nil {
		return "", "", false
	}
	if password, err = url.QueryUnescape(password); err != nil || id == "" {
		return "", "", false
	}
	return id, password, true
}

package directory

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// maxSecrets lets a client's secret be changed without a moment at which neither
// the old nor the new one is taken.
const maxSecrets = 2

// Client answers an app client with its secrets' hashes, from memory as long as
// nobody changed the pool. The value is shared: do not change it.
//
// Errors: provider.ErrClientNotFound.
func (d *Directory) Client(ctx context.Context, pool, id string) (*provider.Client, error) {
	return d.clients.Get(ctx, pool, id, func(ctx context.Context) (*provider.Client, error) {
		return d.Store.Pool(pool).Client(ctx, id)
	})
}

// Clients lists app clients by id, with their secrets' hashes: at most limit that
// come behind after.
//
// Errors: provider.ErrPoolNotFound.
func (d *Directory) Clients(ctx context.Context, pool, after string, limit int) ([]provider.Client, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).Clients(ctx, after, limit)
}

// CreateClient adds an app client, with an id unless c has one. With a value in
// secretValue, or with generate, it gets a secret, which is answered and from
// then on known to the client alone.
//
// Errors: provider.ErrPoolNotFound, provider.CodeInvalid.
func (d *Directory) CreateClient(ctx context.Context, pool string, c *provider.Client, generate bool, secretValue string) (string, error) {
	if c.ID == "" {
		c.ID = secret.ClientID()
	}
	if generate && secretValue == "" {
		secretValue = secret.ClientSecret()
	}
	if secretValue != "" {
		c.Secrets = []provider.ClientSecret{d.newSecret(pool, secretValue)}
	}
	c.Enabled = true
	err := d.changeIn(ctx, pool, ClientCreate, clientTarget(c.ID), map[string]string{"name": c.Name}, func(ctx context.Context, p *provider.Pool) error {
		if err := d.checkClient(ctx, p, c); err != nil {
			return err
		}
		return d.Store.Pool(pool).CreateClient(ctx, c)
	})
	return secretValue, err
}

func (d *Directory) newSecret(pool, value string) provider.ClientSecret {
	id := uuid.NewString()
	return provider.ClientSecret{ID: id, Hash: secret.Hash(value), SealedValue: d.Sealer.Seal(secretRow(pool, id), []byte(value))}
}

func secretRow(pool, id string) secret.Row {
	return secret.Row{Table: "client_secrets", Tenant: pool, ID: id, Column: "sealed_value"}
}

// ChangeClient lets f alter an app client, and answers what became of it.
//
// Errors: provider.ErrClientNotFound, provider.CodeInvalid, and what f returns.
func (d *Directory) ChangeClient(ctx context.Context, pool, id string, f func(*provider.Client) error) (*provider.Client, error) {
	var out *provider.Client
	err := d.changeIn(ctx, pool, ClientUpdate, clientTarget(id), nil, func(ctx context.Context, p *provider.Pool) error {
		return d.Store.Pool(pool).ChangeClient(ctx, id, func(c *provider.Client) error {
			out = c
			if err := f(c); err != nil {
				return err
			}
			return d.checkClient(ctx, p, c)
		})
	})
	return out, err
}

// DeleteClient removes an app client; its grants and tokens die with it.
//
// Errors: provider.ErrPoolNotFound, provider.ErrClientNotFound.
func (d *Directory) DeleteClient(ctx context.Context, pool, id string) error {
	return d.changeIn(ctx, pool, ClientDelete, clientTarget(id), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).DeleteClient(ctx, id)
	})
}

// AddSecret gives a confidential client a second secret, made when value is
// empty. It answers the secret's row and its value, which is not kept.
//
// Errors: provider.ErrClientNotFound; provider.CodeLimit when there are two.
func (d *Directory) AddSecret(ctx context.Context, pool, client, value string) (*provider.ClientSecret, string, error) {
	if value == "" {
		value = secret.ClientSecret()
	}
	row := d.newSecret(pool, value)
	err := d.changeIn(ctx, pool, ClientSecretAdd, clientTarget(client), map[string]string{"secret": row.ID}, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).ChangeClient(ctx, client, func(c *provider.Client) error {
			switch {
			case c.Public():
				return provider.Invalid("ClientId", "The app client is public and cannot have secrets.")
			case len(c.Secrets) >= maxSecrets:
				return &provider.Error{Code: provider.CodeLimit, Kind: "client secret", Message: "An app client has at most two secrets."}
			}
			return d.Store.Pool(pool).AddClientSecret(ctx, client, &row)
		})
	})
	return &row, value, err
}

// DeleteSecret removes one of a client's two secrets.
//
// Errors: provider.ErrClientNotFound; provider.CodeInvalid for the last one,
// without which the client would become a public one; provider.CodeNotFound.
func (d *Directory) DeleteSecret(ctx context.Context, pool, client, id string) error {
	return d.changeIn(ctx, pool, ClientSecretDelete, clientTarget(client), map[string]string{"secret": id}, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).ChangeClient(ctx, client, func(c *provider.Client) error {
			known := slices.ContainsFunc(c.Secrets, func(s provider.ClientSecret) bool { return s.ID == id })
			if known && len(c.Secrets) == 1 {
				return provider.Invalid("ClientSecretId", "The last secret of an app client cannot be deleted.")
			}
			return d.Store.Pool(pool).DeleteClientSecret(ctx, client, id)
		})
	})
}

// checkClient checks what the settings of a client promise to one another.
func (d *Directory) checkClient(ctx context.Context, p *provider.Pool, c *provider.Client) error {
	s := c.Settings
	for field, list := range map[string][]string{"CallbackURLs": s.RedirectURIs, "LogoutURLs": s.LogoutURIs} {
		for _, uri := range list {
			if err := checkRedirect(field, uri); err != nil {
				return err
			}
		}
	}
	if s.DefaultRedirectURI != "" && !slices.Contains(s.RedirectURIs, s.DefaultRedirectURI) {
		return provider.Invalid("DefaultRedirectURI", "It must be one of the CallbackURLs.")
	}
	if err := checkGrants(c); err != nil {
		return err
	}
	if err := checkAttributes(p, s); err != nil {
		return err
	}
	if err := d.checkProviders(ctx, p, s.IdentityProviders); err != nil {
		return err
	}
	return d.checkScopes(ctx, p, s.Scopes)
}

func checkGrants(c *provider.Client) error {
	s := c.Settings
	code, machine := slices.Contains(s.GrantTypes, "authorization_code"), slices.Contains(s.GrantTypes, "client_credentials")
	oauthError := func(format string) error {
		return &provider.Error{Code: provider.CodeInvalid, Kind: "oauth flow", Field: "AllowedOAuthFlows", Message: format}
	}
	switch {
	case slices.Contains(s.GrantTypes, "implicit"):
		return oauthError("The implicit flow is not offered: it leaks tokens (RFC 9700 section 2.1.2). Use code with PKCE.")
	case machine && code:
		return oauthError("client_credentials cannot be combined with another flow.")
	case machine && c.Public():
		return oauthError("client_credentials needs an app client with a secret.")
	case machine && slices.Contains(s.Scopes, OperatorScope):
		return provider.Invalid("AllowedOAuthScopes", "%s is for clients with users: a machine's token belongs to nobody, and only operators administer. Use the code flow, or an operator's access key.", OperatorScope)
	case s.OAuthEnabled && !code && !machine:
		return oauthError("AllowedOAuthFlowsUserPoolClient needs at least one flow.")
	case s.OAuthEnabled && len(s.Scopes) == 0:
		return provider.Invalid("AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient needs at least one scope.")
	case code && len(s.RedirectURIs) == 0:
		return provider.Invalid("CallbackURLs", "The code flow needs at least one callback URL.")
	}
	return nil
}

// checkRedirect takes https, http on the loopback, and an app's own scheme in
// reverse domain form (RFC 8252 section 7). Anything a browser would run or open
// locally is refused, as are fragments (RFC 6749 section 3.1.2).
func checkRedirect(field, uri string) error {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || strings.ContainsAny(uri, "#*") || u.User != nil {
		return provider.Invalid(field, "%q must be an absolute URI without fragment, wildcard or user.", uri)
	}
	switch u.Scheme {
	case "https":
		if u.Host != "" {
			return nil
		}
	case "http":
		if host := u.Hostname(); host == "localhost" || host == "127.0.0.1" || host == "::1" {
			return nil
		}
		return provider.Invalid(field, "%q must use https: http is for the loopback only.", uri)
	case "javascript", "data", "file", "vbscript", "blob", "about":
	default:
		return nil
	}
	return provider.Invalid(field, "%q is not a place a browser can be sent to.", uri)
}

func checkAttributes(p *provider.Pool, s provider.ClientSettings) error {
	schema := Schema(p)
	for field, list := range map[string][]string{"ReadAttributes": s.ReadAttributes, "WriteAttributes": s.WriteAttributes} {
		for _, name := range list {
			if !slices.ContainsFunc(schema, func(a provider.Attribute) bool { return WireName(a) == name }) {
				return provider.Invalid(field, "The user pool has no attribute %q.", name)
			}
		}
	}
	return nil
}

// checkProviders wants every name to be the pool's own directory or one of its
// identity providers.
func (d *Directory) checkProviders(ctx context.Context, p *provider.Pool, names []string) error {
	if !slices.ContainsFunc(names, func(name string) bool { return name != LocalProvider }) {
		return nil
	}
	idps, err := d.IdPs(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name != LocalProvider && !slices.ContainsFunc(idps, func(i provider.IdentityProvider) bool { return i.Name == name }) {
			return provider.Invalid("SupportedIdentityProviders", "The user pool has no identity provider %q.", name)
		}
	}
	return nil
}

// checkScopes wants every scope to be a standard one or known to a resource
// server.
func (d *Directory) checkScopes(ctx context.Context, p *provider.Pool, scopes []string) error {
	known := []string{"openid", "email", "phone", "profile", "offline_access", "aws.cognito.signin.user.admin"}
	if p.Kind == provider.PoolKindOperators {
		known = append(known, OperatorScope)
	}
	for _, scope := range scopes {
		if slices.Contains(known, scope) {
			continue
		}
		// The name of a scope has no slash, an identifier may have some.
		i := strings.LastIndexByte(scope, '/')
		if i < 0 {
			return scopeNotFound(scope)
		}
		server, err := d.Store.Pool(p.ID).ResourceServer(ctx, scope[:i])
		if provider.CodeOf(err) == provider.CodeNotFound {
			return scopeNotFound(scope)
		}
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(server.Scopes, func(s provider.Scope) bool { return s.Name == scope[i+1:] }) {
			return scopeNotFound(scope)
		}
	}
	return nil
}

func scopeNotFound(scope string) error {
	return &provider.Error{Code: provider.CodeNotFound, Kind: "scope", Message: "Invalid scope requested: " + scope}
}

func clientTarget(id string) string { return "client/" + id }

package oauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/handler/oauth2"
	"github.com/ory/fosite/handler/pkce"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
)

// How long things wait.
const (
	codeLife          = time.Minute      // RFC 6749 section 4.1.2 recommends ten at most
	authorizationLife = 30 * time.Minute // for a person to sign in
)

// Server is the authorization server of every user pool. Make it with New.
type Server struct {
	Store  *store.Store
	Keys   *token.Keys
	Sealer *secret.Sealer
	Audit  *audit.Log
	Log    *slog.Logger
	Now    func() time.Time

	// EndCredentials ends what a user's tokens were traded for at identity pools. It
	// joins the transaction that ctx carries. Nil where there are none.
	EndCredentials func(ctx context.Context, pool, user string) error

	cache  cache
	engine *fosite.Fosite
}

// cache holds what the server remembers of clients, resource servers and its own
// metadata until their pool changes.
type cache struct {
	clients   *store.Cache[*client]
	resources *store.Cache[*resources]
	documents *store.Cache[*Document]
}

// New completes a server whose fields are set.
func New(s Server) *Server {
	out := &s
	out.cache = cache{
		clients:   store.NewCache[*client](s.Store, 10_000),
		resources: store.NewCache[*resources](s.Store, 1_000),
		documents: store.NewCache[*Document](s.Store, 4_000),
	}
	out.engine = out.newEngine()
	return out
}

// newEngine wires fosite once, for all issuers: what differs between them comes
// from the exchange in the context.
func (s *Server) newEngine() *fosite.Fosite {
	config := &engineConfig{Config: &fosite.Config{
		AuthorizeCodeLifespan:       codeLife,
		ScopeStrategy:               fosite.ExactScopeStrategy,
		AudienceMatchingStrategy:    fosite.ExactAudienceMatchingStrategy,
		EnforcePKCEForPublicClients: true,
		OmitRedirectScopeParam:      true,
		RefreshTokenScopes:          []string{}, // a client's grant types decide, not a scope
		MinParameterEntropy:         1,          // state is optional; an absent one has a stand-in
		SanitationWhiteList:         []string{"redirect_uri", "code_challenge", "code_challenge_method", "nonce"},
		ClientAuthenticationStrategy: func(ctx context.Context, _ *http.Request, _ url.Values) (fosite.Client, error) {
			return exchangeFrom(ctx).client, nil
		},
	}}
	strategy, rows := &strategy{s}, &rows{s}
	code := &oauth2.AuthorizeExplicitGrantHandler{
		AccessTokenStrategy: strategy, RefreshTokenStrategy: strategy, AuthorizeCodeStrategy: strategy,
		CoreStorage: rows, TokenRevocationStorage: rows, Config: config,
	}
	proof := &pkce.Handler{AuthorizeCodeStrategy: strategy, Storage: rows, Config: config}
	config.AuthorizeEndpointHandlers = fosite.AuthorizeEndpointHandlers{code, proof}
	ids := &idTokens{s}
	refresh := &oauth2.RefreshTokenGrantHandler{
		AccessTokenStrategy: strategy, RefreshTokenStrategy: strategy, TokenRevocationStorage: rows, Config: config,
	}
	machine := &oauth2.ClientCredentialsGrantHandler{
		HandleHelper: &oauth2.HandleHelper{AccessTokenStrategy: strategy, AccessTokenStorage: rows, Config: config},
		Config:       config,
	}
	config.handlers = map[string]fosite.TokenEndpointHandlers{
		"authorization_code": {code, proof, ids},
		"refresh_token":      {refresh, ids},
		"client_credentials": {machine},
	}
	return &fosite.Fosite{Store: rows, Config: config}
}

// engineConfig gives each grant only its own handlers: one that is not meant
// answers with an error and a stack trace, on every request.
type engineConfig struct {
	*fosite.Config
	handlers map[string]fosite.TokenEndpointHandlers // by grant type
}

func (c *engineConfig) GetTokenEndpointHandlers(ctx context.Context) fosite.TokenEndpointHandlers {
	return c.handlers[exchangeFrom(ctx).grantType]
}

// exchange is one request to the authorize or token endpoint: what the pieces
// that fosite calls share.
type exchange struct {
	tenant    *provider.Tenant
	client    *client
	now       time.Time
	grantType string // at the token endpoint

	standing  *store.Standing     // the grant behind a code or refresh token, read once
	request   grantRequest        // what the grant was made with
	principal *provider.Principal // who signed in, at the authorize endpoint
	given     string              // the redirect URI as the client gave it, at the authorize endpoint
	successor string              // the refresh token that follows the presented one

	writes  []func(context.Context) error // run in one transaction once everything is signed
	refusal *Error                        // why we refused, whatever fosite makes of it
	fault   error                         // what failed on our side, likewise
}

type exchangeKey struct{}

func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

func (s *Server) newExchange(ctx context.Context, c *client) (*exchange, context.Context) {
	x := &exchange{tenant: provider.TenantFrom(ctx), client: c, now: s.Now()}
	return x, context.WithValue(ctx, exchangeKey{}, x)
}

func (x *exchange) pool() string { return x.tenant.Pool.ID }

// refuse records a refusal and answers it.
func (x *exchange) refuse(err *Error) error {
	x.refusal = err
	return err
}

// broke records a failure of our own and answers it.
func (x *exchange) broke(err error) error {
	if err != nil {
		x.fault = err
	}
	return err
}

// errLost says that a guarded write found that another request was faster.
var errLost = errors.New("another request was faster")

// commit runs the collected writes in one transaction.
func (s *Server) commit(ctx context.Context, x *exchange) error {
	if len(x.writes) == 0 {
		return nil
	}
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		for _, write := range x.writes {
			if err := write(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

package oauth

import (
	"context"
	"errors"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
)

// Introspection is what a resource server learns of a token (RFC 7662 section
// 2.2). All but Active is empty for a token that is not good.
type Introspection struct {
	Active    bool           `json:"active"`
	Scope     string         `json:"scope,omitempty"`
	ClientID  string         `json:"client_id,omitempty"`
	Username  string         `json:"username,omitempty"`
	TokenType string         `json:"token_type,omitempty"`
	ExpiresAt int64          `json:"exp,omitempty"`
	IssuedAt  int64          `json:"iat,omitempty"`
	Subject   string         `json:"sub,omitempty"`
	Audience  token.Audience `json:"aud,omitempty"`
	Issuer    string         `json:"iss,omitempty"`
	ID        string         `json:"jti,omitempty"`
	Use       token.Use      `json:"token_use,omitempty"`
}

// Introspect tells a confidential client whether a token is good right now:
// signed, not expired, not revoked, its client and user enabled. Any such client
// of the pool may ask about access tokens, as resource servers do; about refresh
// tokens only the one that holds them.
//
// Errors: *Error for what the caller may be told.
func (s *Server) Introspect(ctx context.Context, c Credentials) (*Introspection, error) {
	asking, value, err := s.tokenRequest(ctx, c)
	if err != nil {
		return nil, err
	}
	if asking.Public() {
		return nil, invalidClient("Only a client that authenticates may introspect tokens.")
	}
	if strings.Count(value, ".") != 2 {
		return s.introspectRefresh(ctx, asking, value)
	}
	claims, st, err := s.access(ctx, value)
	if errors.Is(err, token.ErrInvalid) {
		return &Introspection{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &Introspection{
		Active: true, Scope: claims.Scope, ClientID: claims.ClientID, TokenType: "Bearer", Subject: claims.Subject,
		ExpiresAt: int64(claims.ExpiresAt), IssuedAt: int64(claims.IssuedAt), Audience: claims.Audience,
		Issuer: claims.Issuer, ID: claims.ID, Use: claims.Use,
	}
	if st != nil {
		out.Username = st.User.Username
	}
	return out, nil
}

// tokenRequest reads what introspection and revocation have in common: who asks,
// and about which token.
func (s *Server) tokenRequest(ctx context.Context, c Credentials) (*client, string, error) {
	if err := checkParameters(c.Form); err != nil {
		return nil, "", err
	}
	asking, err := s.authenticate(ctx, c)
	if err != nil {
		return nil, "", err
	}
	value := c.Form.Get("token")
	if value == "" {
		return nil, "", invalidRequest("The parameter 'token' is missing.")
	}
	return asking, value, nil
}

// access reads an access token of this issuer and looks up whether it still
// stands: one read of its grant, with its user, or of the revoked tokens where
// there is no grant. A token that is no good is a token.ErrInvalid.
func (s *Server) access(ctx context.Context, compact string) (*token.Claims, *store.Standing, error) {
	tenant := provider.TenantFrom(ctx)
	keys, err := s.Keys.Set(ctx, tenant.ID())
	if err != nil {
		return nil, nil, err
	}
	claims, err := keys.Verify(compact, token.Expect{Issuer: tenant.Issuer, Use: token.UseAccess, Now: s.Now()})
	if err != nil {
		return nil, nil, err
	}
	client, err := s.client(ctx, claims.ClientID)
	if errors.Is(err, provider.ErrClientNotFound) || err == nil && !client.Enabled {
		return nil, nil, notStanding("its client is gone or disabled")
	}
	if err != nil {
		return nil, nil, err
	}
	pool := s.Store.Pool(tenant.ID())
	if claims.Grant == "" {
		revoked, err := pool.TokenRevoked(ctx, claims.ID)
		if err == nil && revoked {
			err = notStanding("it was revoked")
		}
		return claims, nil, err
	}
	st, err := pool.Grant(ctx, claims.Grant, claims.ID)
	if errors.Is(err, provider.ErrGrantNotFound) {
		return nil, nil, notStanding("its grant is gone")
	}
	if err != nil {
		return nil, nil, err
	}
	if st.Revoked {
		return nil, nil, notStanding("it was revoked")
	}
	if why := dead(st, s.Now()); why != "" {
		return nil, nil, notStanding(why)
	}
	return claims, st, nil
}

func notStanding(why string) error { return &standingError{why} }

// standingError says why a well-signed token is no good any more.
type standingError struct{ why string }

func (e *standingError) Error() string { return "token does not stand: " + e.why }
func (e *standingError) Unwrap() error { return token.ErrInvalid }

func (s *Server) introspectRefresh(ctx context.Context, asking *client, value string) (*Introspection, error) {
	tenant := provider.TenantFrom(ctx)
	st, err := s.Store.Pool(tenant.ID()).RefreshToken(ctx, secret.Hash(value))
	if errors.Is(err, provider.ErrGrantNotFound) {
		return &Introspection{}, nil
	}
	if err != nil {
		return nil, err
	}
	now := s.Now()
	if st.Grant.ClientID != asking.ID || st.Refresh.UsedAt != 0 || dead(st, now) != "" || !now.Before(st.Refresh.ExpiresAt.Time()) {
		return &Introspection{}, nil
	}
	return &Introspection{
		Active: true, Scope: strings.Join(st.Refresh.Scopes, " "), ClientID: asking.ID, Username: st.User.Username,
		TokenType: "refresh_token", ExpiresAt: st.Refresh.ExpiresAt.Unix(), IssuedAt: st.Refresh.CreatedAt.Unix(),
		Subject: st.User.ID, Issuer: tenant.Issuer, Use: "refresh",
	}, nil
}

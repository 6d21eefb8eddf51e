package identitypool

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
)

// maxToken bounds the bytes of a subject token that is looked at.
const maxToken = 16 << 10

// peeked is what a token says before anything of it is proved. It only chooses
// by whom the token is to be proved.
type peeked struct {
	Issuer   string         `json:"iss"`
	Audience token.Audience `json:"aud"`
	AZP      string         `json:"azp"`
	ClientID string         `json:"client_id"`
	Use      token.Use      `json:"token_use"`
}

func badToken(format string, args ...any) *provider.Error {
	e := provider.Invalid("subject_token", format, args...)
	e.Code, e.Kind = provider.CodeUnauthorized, "token"
	return e
}

// verify proves a token for a pool. kind is TokenAccess, TokenID, or TokenJWT
// for either.
//
// Errors: provider.CodeUnauthorized for whatever is wrong with the token.
func (s *Service) verify(ctx context.Context, p *openPool, raw, kind string) (*Proof, error) {
	look, err := peek(raw)
	if err != nil {
		return nil, err
	}
	known := false
	for i := range p.Settings.Providers {
		src := &p.Settings.Providers[i]
		issuer, userPool, err := s.issuerOf(ctx, src)
		if err != nil {
			return nil, err
		}
		if issuer == "" || issuer != look.Issuer {
			continue
		}
		known = true
		client, registered := audience(src, look)
		if !registered {
			continue
		}
		if src.Kind == KindPool {
			return s.verifyOwn(ctx, src, userPool, raw, kind, client, look.Use)
		}
		return s.verifyForeign(ctx, src, raw, kind, client)
	}
	if known {
		return nil, badToken("The token was issued to an app client that this identity pool does not know.")
	}
	return nil, badToken("This identity pool does not take tokens of the issuer %q.", look.Issuer)
}

func peek(raw string) (look peeked, err error) {
	if len(raw) > maxToken {
		return look, badToken("The token is longer than %d bytes.", maxToken)
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return look, badToken("The token is no signed JWT.")
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &look) != nil {
		return look, badToken("The token's claims cannot be read.")
	}
	return look, nil
}

// issuerOf is the exact issuer of a provider's tokens; empty where a user pool
// is gone.
func (s *Service) issuerOf(ctx context.Context, src *provider.IdentitySource) (string, *provider.Pool, error) {
	if src.Kind != KindPool {
		return src.Issuer, nil, nil
	}
	pool, err := s.userPool(ctx, src.PoolID)
	if errors.Is(err, provider.ErrPoolNotFound) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	return s.UserPoolIssuer(pool), pool, nil
}

// audience is the app client that a token was issued to, and whether the pool
// registered it: azp where there is one, client_id for an access token, or the
// audience.
func audience(src *provider.IdentitySource, look peeked) (client string, registered bool) {
	switch {
	case look.AZP != "":
		client = look.AZP
	case look.ClientID != "":
		client = look.ClientID
	case len(look.Audience) == 1:
		client = look.Audience[0]
	}
	return client, client != "" && slices.Contains(src.Audiences, client)
}

// verifyOwn proves a token of one of our own user pools, and that the grant
// behind it stands: one read.
func (s *Service) verifyOwn(ctx context.Context, src *provider.IdentitySource, pool *provider.Pool, raw, kind, client string, use token.Use) (*Proof, error) {
	switch {
	case kind == TokenAccess && use != token.UseAccess, kind == TokenID && use != token.UseID,
		use != token.UseAccess && use != token.UseID:
		return nil, badToken("The token is not of the type that subject_token_type says.")
	}
	keys, err := s.Keys.Set(ctx, pool.ID)
	if err != nil {
		return nil, err
	}
	want := token.Expect{Issuer: s.UserPoolIssuer(pool), Use: use, Now: s.Now()}
	if use == token.UseID {
		want.Audience = client
	}
	c, err := keys.Verify(raw, want)
	switch {
	case errors.Is(err, token.ErrExpired):
		return nil, badToken("The token has expired.").With(err)
	case err != nil:
		return nil, badToken("The token is not valid.").With(err)
	case use == token.UseAccess && c.ClientID != client:
		return nil, badToken("The token was issued to another app client.")
	case c.Grant == "":
		return nil, badToken("The token stands for a machine, not for a user.")
	}
	said, err := claims(c.Raw)
	if err != nil {
		return nil, badToken("The token's claims cannot be read.").With(err)
	}
	if said["cnf"] != nil {
		// A bound token proves nothing in the hands of whoever lacks its key, and
		// this endpoint asks for no proof of possession (RFC 9449 section 7).
		return nil, badToken("The token is bound to a key; exchange one that is not.")
	}
	app, err := s.client(ctx, pool.ID, client)
	if errors.Is(err, provider.ErrClientNotFound) || err == nil && !app.Enabled {
		return nil, badToken("The app client that the token was issued to is disabled.")
	}
	if err != nil {
		return nil, err
	}
	standing, err := s.Store.Pool(pool.ID).GrantWithGroups(ctx, c.Grant, c.ID)
	switch {
	case errors.Is(err, provider.ErrGrantNotFound):
		return nil, badToken("The token has been revoked.").With(err)
	case err != nil:
		return nil, err
	case standing.Revoked || standing.Grant.RevokedAt != 0 || standing.Grant.AuthTime.Before(standing.User.ValidAfter):
		return nil, badToken("The token has been revoked.")
	case standing.User.ID != c.Subject:
		return nil, badToken("The token is not valid.")
	case !standing.User.Enabled:
		return nil, badToken("The user is disabled.")
	}
	return ownProof(src, c, client, said, standing), nil
}

func ownProof(src *provider.IdentitySource, c *token.Claims, client string, said map[string]any, standing *store.Standing) *Proof {
	return &Proof{
		Source: src, Subject: c.Subject, ClientID: client, Scopes: strings.Fields(c.Scope), Claims: said,
		ExpiresAt: c.ExpiresAt.Time(), Groups: standing.Groups, realm: src.PoolID,
	}
}

// verifyForeign proves an ID token of an OpenID Connect issuer.
func (s *Service) verifyForeign(ctx context.Context, src *provider.IdentitySource, raw, kind, client string) (*Proof, error) {
	if kind == TokenAccess {
		return nil, badToken("Of this issuer only ID tokens are taken.")
	}
	verifier, err := s.OpenVerifier(ctx, src.Issuer, src.Audiences)
	if err != nil {
		return nil, upstream(err)
	}
	who, err := verifier.VerifyToken(ctx, raw)
	if err != nil {
		return nil, upstream(err)
	}
	number, _ := who.Claims["exp"].(json.Number)
	exp, err := number.Int64()
	if err != nil {
		seconds, floatErr := number.Float64()
		if floatErr != nil {
			return nil, badToken("The token has no expiry.").With(err)
		}
		exp = int64(seconds)
	}
	return &Proof{
		Source: src, Subject: who.Subject, ClientID: client, Claims: who.Claims,
		ExpiresAt: token.NumericDate(exp).Time(), realm: src.Issuer,
	}, nil
}

// upstream says whose matter a failure at a provider is.
func upstream(err error) error {
	switch federation.KindOf(err) {
	case federation.BadToken, federation.Denied:
		return badToken("The token is not valid.").With(err)
	case federation.Unreachable, federation.Refused:
		return &provider.Error{Code: provider.CodeUpstream, Kind: "provider", Message: "The provider that issued the token cannot be asked for its keys now. Try again.", Cause: err}
	case federation.Misconfigured:
		return &provider.Error{Code: provider.CodeUpstream, Kind: "provider", Message: "The provider that issued the token is not set up as it should be here.", Cause: err}
	default:
		return err
	}
}

package oauth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/token"
)

// Revoke ends a token (RFC 7009 section 2.1). A refresh token takes its whole
// grant with it, and so every access token of it; an access token ends alone. A
// token that is unknown, over already or another client's is left as it is, and
// the answer does not tell (section 2.2).
//
// Errors: *Error for what the caller may be told.
func (s *Server) Revoke(ctx context.Context, c Credentials) error {
	asking, value, err := s.tokenRequest(ctx, c)
	if err != nil {
		return err
	}
	if asking.Settings.RevocationOff {
		// RFC 7009 section 2.2.1.
		return fail(http.StatusBadRequest, "unsupported_token_type", "Revocation is switched off for this client.")
	}
	ctx = asClient(ctx, asking)
	if strings.Count(value, ".") == 2 {
		return s.revokeAccess(ctx, asking, value)
	}
	pool := provider.TenantFrom(ctx).ID()
	st, err := s.Store.Pool(pool).RefreshToken(ctx, secret.Hash(value))
	if errors.Is(err, provider.ErrGrantNotFound) || err == nil && st.Grant.ClientID != asking.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return s.endGrant(ctx, pool, st.Grant.ID, "client")
}

func (s *Server) revokeAccess(ctx context.Context, asking *client, compact string) error {
	tenant := provider.TenantFrom(ctx)
	keys, err := s.Keys.Set(ctx, tenant.ID())
	if err != nil {
		return err
	}
	claims, err := keys.Verify(compact, token.Expect{Issuer: tenant.Issuer, Use: token.UseAccess, Now: s.Now()})
	if errors.Is(err, token.ErrInvalid) || err == nil && claims.ClientID != asking.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.Store.Pool(tenant.ID()).RevokeToken(ctx, claims.ID, provider.At(claims.ExpiresAt.Time())); err != nil {
			return err
		}
		return s.Audit.Record(ctx, tenant.ID(), "token.revoke", audit.Success, "token/"+claims.ID, map[string]string{"client": asking.ID})
	})
}

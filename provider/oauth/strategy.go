package oauth

import (
	"context"

	"github.com/ory/fosite"

	"github.com/cognate-idp/cognate/provider/secret"
)

// strategy makes and recognises tokens for fosite. Access tokens are signed and
// have no row; codes and refresh tokens are random and known by their hash.
type strategy struct{ *Server }

func (*strategy) AccessTokenSignature(context.Context, string) string { return "" }

func (s *strategy) GenerateAccessToken(ctx context.Context, r fosite.Requester) (compact, signature string, err error) {
	x := exchangeFrom(ctx)
	compact, err = s.signAccess(ctx, x, r.GetGrantedScopes())
	return compact, "", x.broke(err)
}

func (*strategy) ValidateAccessToken(context.Context, fosite.Requester, string) error {
	return fosite.ErrNotFound // no fosite handler that reads access tokens is wired
}

func (*strategy) RefreshTokenSignature(_ context.Context, value string) string {
	return string(secret.Hash(value))
}

func (*strategy) GenerateRefreshToken(ctx context.Context, _ fosite.Requester) (value, signature string, err error) {
	value = exchangeFrom(ctx).successor
	if value == "" {
		value = secret.Token()
	}
	return value, string(secret.Hash(value)), nil
}

// ValidateRefreshToken has nothing left to do: Server.present checked everything.
func (*strategy) ValidateRefreshToken(context.Context, fosite.Requester, string) error { return nil }

func (*strategy) AuthorizeCodeSignature(_ context.Context, value string) string {
	return string(secret.Hash(value))
}

func (*strategy) GenerateAuthorizeCode(context.Context, fosite.Requester) (value, signature string, err error) {
	value = secret.Token()
	return value, string(secret.Hash(value)), nil
}

func (*strategy) ValidateAuthorizeCode(ctx context.Context, _ fosite.Requester, _ string) error {
	x := exchangeFrom(ctx)
	if !x.now.Before(x.standing.Grant.CodeExpiresAt.Time()) {
		return x.refuse(invalidGrant("The authorization code has expired."))
	}
	if why := dead(x.standing, x.now); why != "" {
		return x.refuse(invalidGrant(why))
	}
	return nil
}

package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// UserInfo answers the claims about the user that the access token's scopes give
// (OpenID Connect Core 1.0 section 5.3), as the user is now.
//
// Errors: *Error with invalid_token or insufficient_scope (RFC 6750 section 3.1).
func (s *Server) UserInfo(ctx context.Context, access string) (map[string]any, error) {
	claims, st, err := s.access(ctx, access)
	if errors.Is(err, token.ErrInvalid) {
		return nil, invalidToken("The access token is not valid, or not any more.")
	}
	if err != nil {
		return nil, err
	}
	scopes := strings.Fields(claims.Scope)
	if st == nil || !slices.Contains(scopes, "openid") {
		return nil, fail(http.StatusForbidden, "insufficient_scope", "The access token does not have the scope 'openid'.")
	}
	client, err := s.client(ctx, claims.ClientID)
	if err != nil {
		return nil, err
	}
	out := userClaims(provider.TenantFrom(ctx).Pool, &st.User, client, scopes)
	if client.profile == provider.TokenProfileCognito {
		out = texts(out)
		out["username"] = st.User.Username
	}
	out["sub"] = st.User.ID
	return out, nil
}

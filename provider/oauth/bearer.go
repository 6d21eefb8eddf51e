package oauth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// Bearer reads an access token that a request of our own API brings (RFC 6750
// section 2.1), and answers the user it stands for. The tenant in ctx is the
// pool that must have issued it.
//
// Errors: provider.CodeUnauthorized for a token that is not good, was revoked,
// or belongs to no user; provider.CodeForbidden without the scope.
func (s *Server) Bearer(ctx context.Context, access, scope string) (userID string, err error) {
	claims, st, err := s.access(ctx, access)
	if errors.Is(err, token.ErrInvalid) {
		return "", &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "The access token is not valid, or not any more.", Cause: err}
	}
	if err != nil {
		return "", err
	}
	if st == nil {
		return "", &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "The access token belongs to no user."}
	}
	if !slices.Contains(strings.Fields(claims.Scope), scope) {
		return "", &provider.Error{Code: provider.CodeForbidden, Kind: "scope", Message: "The access token does not have the scope '" + scope + "'."}
	}
	return st.User.ID, nil
}

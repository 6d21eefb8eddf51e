package oauth

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// ScopeSelf is the scope of an access token by which its user manages their own
// account at the administrative API. The name is Cognito's.
const ScopeSelf = "aws.cognito.signin.user.admin"

// A Bearing is who an access token stands for, as they are now.
type Bearing struct {
	User   *provider.User
	Client *provider.Client // shared: do not change it
	Grant  string           // the id of the grant behind the token
}

// Bearing reads an access token that a request of our own API brings (RFC 6750
// section 2.1). The tenant in ctx is the pool that must have issued it.
//
// Errors: provider.CodeUnauthorized for a token that is not good, was revoked,
// or belongs to no user; provider.CodeForbidden without the scope.
func (s *Server) Bearing(ctx context.Context, access, scope string) (*Bearing, error) {
	claims, st, err := s.access(ctx, access)
	if errors.Is(err, token.ErrInvalid) {
		return nil, badBearer(err)
	}
	if err != nil {
		return nil, err
	}
	if st == nil {
		return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "The access token belongs to no user."}
	}
	if !slices.Contains(strings.Fields(claims.Scope), scope) {
		return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "scope", Message: "The access token does not have the scope '" + scope + "'."}
	}
	client, err := s.client(ctx, claims.ClientID)
	if err != nil {
		return nil, err
	}
	return &Bearing{User: &st.User, Client: client.Client, Grant: st.Grant.ID}, nil
}

// badBearer says why a token is refused, in Cognito's words.
func badBearer(err error) error {
	var gone *standingError
	e := &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "Invalid Access Token", Cause: err}
	switch {
	case errors.Is(err, token.ErrExpired):
		e.Message = "Access Token has expired"
	case errors.As(err, &gone):
		e.Message = "Access Token has been revoked"
	}
	return e
}

// Bearer is Bearing for who needs the user's id alone.
func (s *Server) Bearer(ctx context.Context, access, scope string) (userID string, err error) {
	b, err := s.Bearing(ctx, access, scope)
	if err != nil {
		return "", err
	}
	return b.User.ID, nil
}

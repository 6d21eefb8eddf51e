package main

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web"
	"github.com/cognate-idp/cognate/web/api"
)

// callers say who stands behind a credential that a door was given. Doors know
// the question, packages of different flows know the answers.
type callers struct {
	directory  *directory.Directory
	authorizer *oauth.Server
	base       string
}

// self takes an access token for the user whose it is. The token names its issuer,
// which ends in its pool's id; that pool's keys then decide whether it is one.
func (c *callers) self(ctx context.Context, access string) (*api.Self, error) {
	pool, err := c.directory.Pool(ctx, token.IssuerName(access))
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "access token", Message: "Invalid Access Token", Cause: err}
	}
	if err != nil {
		return nil, err
	}
	b, err := c.authorizer.Bearing(provider.WithTenant(ctx, web.UserPoolTenant(c.base, pool)), access, oauth.ScopeSelf)
	if err != nil {
		return nil, err
	}
	return &api.Self{Pool: pool, User: b.User, Client: b.Client, Grant: b.Grant}, nil
}

// operatorToken takes an access token of the operators' pool for the operator
// whose it is.
func (c *callers) operatorToken(ctx context.Context, access string) (*directory.Operator, error) {
	pool, err := c.directory.OperatorsPool(ctx)
	if err != nil {
		return nil, err
	}
	user, err := c.authorizer.Bearer(provider.WithTenant(ctx, web.UserPoolTenant(c.base, pool)), access, directory.OperatorScope)
	if err != nil {
		return nil, err
	}
	return c.directory.OperatorByID(ctx, user)
}

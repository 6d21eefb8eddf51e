package main

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web"
)

// callers say who stands behind a credential that a door was given. Doors know
// the question, packages of different flows know the answers.
type callers struct {
	directory  *directory.Directory
	authorizer *oauth.Server
	base       string
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

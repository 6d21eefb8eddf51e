package main

import (
	"context"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web"
	"github.com/cognate-idp/cognate/web/sigv4"
	"github.com/cognate-idp/cognate/web/sync"
)

// callers say who stands behind a credential that a door was given. Doors know
// the question, packages of different flows know the answers.
type callers struct {
	directory  *directory.Directory
	identities *identitypool.Service
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

// credential takes an identity pool's credential for the identity whose it is.
func (c *callers) credential(ctx context.Context, compact string) (*sync.Identity, error) {
	cred, err := c.identities.OpenPresented(ctx, compact)
	if err != nil {
		return nil, err
	}
	return identityOf(cred), nil
}

func identityOf(c *identitypool.Credential) *sync.Identity {
	return &sync.Identity{PoolID: c.PoolID, IdentityID: c.IdentityID, Issued: c.IssuedAt, Expires: c.ExpiresAt, Policy: c.Policy()}
}

// temporaryKey finds the secret of an identity's temporary keys again.
func (c *callers) temporaryKey(ctx context.Context, accessKeyID, sessionToken string) (string, *sync.Identity, error) {
	cred, err := c.identities.OpenPresented(ctx, sessionToken)
	switch provider.CodeOf(err) {
	case "":
	case provider.CodeExpired:
		return "", nil, fmt.Errorf("%w: %w", sigv4.ErrExpiredKey, err)
	case provider.CodeUnauthorized:
		return "", nil, fmt.Errorf("%w: %w", sigv4.ErrUnknownKey, err)
	default:
		return "", nil, err
	}
	if cred.AccessKeyID != accessKeyID {
		return "", nil, sigv4.ErrUnknownKey
	}
	secret, err := c.identities.SecretKeyFor(ctx, cred)
	if provider.CodeOf(err) == provider.CodeUnauthorized {
		return "", nil, fmt.Errorf("%w: %w", sigv4.ErrUnknownKey, err)
	}
	return secret, identityOf(cred), err
}

// operatorKey finds the secret of an operator's access key.
func (c *callers) operatorKey(ctx context.Context, accessKeyID string) (string, any, error) {
	secret, operator, err := c.directory.AccessKey(ctx, accessKeyID)
	switch provider.CodeOf(err) {
	case "":
		return secret, operator, nil
	case provider.CodeNotFound, provider.CodeDisabled:
		return "", nil, fmt.Errorf("%w: %w", sigv4.ErrUnknownKey, err)
	}
	return "", nil, err
}

// operatorSyncs says whether an operator may call an operation of the sync API:
// reading what devices keep is reading the identity pool.
func (c *callers) operatorSyncs(ctx context.Context, operator any, operation, pool string) error {
	needed := directory.IdentityRead
	switch operation {
	case "UpdateRecords", "DeleteDataset":
		needed = directory.IdentityWrite
	}
	if pool == "" {
		pool = directory.Everywhere
	}
	needed, scope, err := c.directory.Needed(ctx, needed, pool)
	if err != nil {
		return err
	}
	if o, ok := operator.(*directory.Operator); ok && o.May(needed, scope) {
		return nil
	}
	return &provider.Error{Code: provider.CodeForbidden, Kind: "permission", Message: operation + " needs the permission " + string(needed) + "."}
}

package directory

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/cognate-idp/cognate/provider"
)

// Calling answers the app client that makes a public call, and its pool. A client
// with a secret proves itself by Cognito's SECRET_HASH: base64 of HMAC-SHA-256,
// keyed with the secret, over the username and the client's id.
//
// Errors: provider.ErrClientNotFound; provider.CodeUnauthorized.
func (d *Directory) Calling(ctx context.Context, client, username, secretHash string) (*provider.Pool, *provider.Client, error) {
	p, c, err := d.PoolOfClient(ctx, client)
	if err != nil {
		return nil, nil, err
	}
	return p, c, d.checkSecretHash(c, username, secretHash)
}

// PoolOfClient answers the app client that an id leads to, in whichever pool it is.
//
// Errors: provider.ErrClientNotFound, also for one that is turned off.
func (d *Directory) PoolOfClient(ctx context.Context, client string) (*provider.Pool, *provider.Client, error) {
	c, err := d.Store.All().ClientByID(ctx, client)
	if err != nil {
		return nil, nil, err
	}
	p, err := d.Pool(ctx, c.PoolID)
	if err != nil {
		return nil, nil, err
	}
	if !c.Enabled {
		return nil, nil, provider.ErrClientNotFound
	}
	return p, c, nil
}

func (d *Directory) checkSecretHash(c *provider.Client, username, given string) error {
	refused := func(why string) error {
		return &provider.Error{Code: provider.CodeUnauthorized, Kind: "client", Message: why}
	}
	switch {
	case c.Public() && given == "":
		return nil
	case c.Public():
		return refused("Client " + c.ID + " is not configured for secret but secret was received")
	case given == "":
		return refused("Client " + c.ID + " is configured with secret but SECRET_HASH was not received")
	}
	mac, err := base64.StdEncoding.DecodeString(given)
	if err != nil {
		return refused("SecretHash does not match for the client: " + c.ID)
	}
	kept := false
	for _, s := range c.Secrets {
		if len(s.SealedValue) == 0 {
			continue
		}
		kept = true
		value, err := d.Sealer.Open(secretRow(c.PoolID, s.ID), s.SealedValue)
		if err != nil {
			return err
		}
		want := hmac.New(sha256.New, value)
		want.Write([]byte(username + c.ID))
		if hmac.Equal(want.Sum(nil), mac) {
			return nil
		}
	}
	if !kept {
		return refused("The secrets of client " + c.ID + " are too old for secret hashes. Add a new one.")
	}
	return refused("SecretHash does not match for the client: " + c.ID)
}

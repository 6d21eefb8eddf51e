package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// The operations here are public: whoever asks brings their own proof in Logins,
// or is a guest.

func (a *API) getID(ctx context.Context, in *GetIDInput) (*GetIDResponse, error) {
	id, err := a.Identities.ID(ctx, in.IdentityPoolID, in.Logins)
	if err != nil {
		return nil, err
	}
	return &GetIDResponse{IdentityID: id}, nil
}

func (a *API) getCredentialsForIdentity(ctx context.Context, in *GetCredentialsForIdentityInput) (*GetCredentialsForIdentityResponse, error) {
	id, keys, err := a.Identities.CredentialsFor(ctx, in.IdentityID, in.Logins, in.CustomRoleARN)
	if err != nil {
		return nil, err
	}
	return &GetCredentialsForIdentityResponse{IdentityID: id, Credentials: &Credentials{
		AccessKeyID: keys.AccessKeyID, SecretKey: keys.SecretKey, SessionToken: keys.SessionToken,
		Expiration: Timestamp(provider.At(keys.ExpiresAt)),
	}}, nil
}

func (a *API) getOpenIDToken(ctx context.Context, in *GetOpenIDTokenInput) (*GetOpenIDTokenResponse, error) {
	id, token, err := a.Identities.OpenIDTokenFor(ctx, in.IdentityID, in.Logins)
	if err != nil {
		return nil, err
	}
	return &GetOpenIDTokenResponse{IdentityID: id, Token: token}, nil
}

package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) addUserPoolClientSecret(ctx context.Context, in *AddUserPoolClientSecretRequest) (*AddUserPoolClientSecretResponse, error) {
	row, value, err := a.Directory.AddSecret(ctx, in.UserPoolID, in.ClientID, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	out := wireSecret(row)
	if in.ClientSecret == "" { // a value that the caller brought is not echoed
		out.ClientSecretValue = value
	}
	return &AddUserPoolClientSecretResponse{&out}, nil
}

func (a *API) listUserPoolClientSecrets(ctx context.Context, in *ListUserPoolClientSecretsRequest) (*ListUserPoolClientSecretsResponse, error) {
	c, err := a.Directory.Client(ctx, in.UserPoolID, in.ClientID)
	if err != nil {
		return nil, err
	}
	return &ListUserPoolClientSecretsResponse{ClientSecrets: each(c.Secrets, wireSecret)}, nil
}

func (a *API) deleteUserPoolClientSecret(ctx context.Context, in *DeleteUserPoolClientSecretRequest) error {
	return a.Directory.DeleteSecret(ctx, in.UserPoolID, in.ClientID, in.ClientSecretID)
}

func wireSecret(s *provider.ClientSecret) ClientSecretDescriptorType {
	return ClientSecretDescriptorType{ClientSecretID: s.ID, ClientSecretCreateDate: Timestamp(s.CreatedAt)}
}

package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) createIdentityProvider(ctx context.Context, in *CreateIdentityProviderRequest) (*IdentityProviderResponse, error) {
	i := &provider.IdentityProvider{Name: in.ProviderName, Type: in.ProviderType,
		Details: in.ProviderDetails, Mapping: in.AttributeMapping, Identifiers: in.IdpIdentifiers}
	if err := a.Directory.CreateIdP(ctx, in.UserPoolID, i); err != nil {
		return nil, err
	}
	return wireIdPResponse(i), nil
}

func (a *API) describeIdentityProvider(ctx context.Context, in *IdentityProviderRequest) (*IdentityProviderResponse, error) {
	i, err := a.Directory.IdP(ctx, in.UserPoolID, in.ProviderName)
	if err != nil {
		return nil, err
	}
	return wireIdPResponse(i), nil
}

func (a *API) getIdentityProviderByIdentifier(ctx context.Context, in *GetIdentityProviderByIdentifierRequest) (*IdentityProviderResponse, error) {
	i, err := a.Directory.IdPByIdentifier(ctx, in.UserPoolID, in.IdpIdentifier)
	if err != nil {
		return nil, err
	}
	return wireIdPResponse(i), nil
}

func (a *API) listIdentityProviders(ctx context.Context, in *ListIdentityProvidersRequest) (*ListIdentityProvidersResponse, error) {
	list, next, err := page(size(in.MaxResults), in.NextToken,
		func(after string, n int) ([]provider.IdentityProvider, error) {
			return a.Directory.ListIdPs(ctx, in.UserPoolID, after, n)
		},
		func(i *provider.IdentityProvider) string { return i.Name })
	if err != nil {
		return nil, err
	}
	return &ListIdentityProvidersResponse{NextToken: next, Providers: each(list, func(i *provider.IdentityProvider) ProviderDescription {
		return ProviderDescription{ProviderName: i.Name, ProviderType: i.Type,
			CreationDate: Timestamp(i.CreatedAt), LastModifiedDate: Timestamp(i.UpdatedAt)}
	})}, nil
}

// updateIdentityProvider replaces what is given; a client secret that the
// details leave out stays, since no description ever shows it.
func (a *API) updateIdentityProvider(ctx context.Context, in *UpdateIdentityProviderRequest) (*IdentityProviderResponse, error) {
	i, err := a.Directory.ChangeIdP(ctx, in.UserPoolID, in.ProviderName, func(i *provider.IdentityProvider) error {
		if in.ProviderDetails != nil {
			i.Details = in.ProviderDetails
		}
		if in.AttributeMapping != nil {
			i.Mapping = in.AttributeMapping
		}
		if in.IdpIdentifiers != nil {
			i.Identifiers = in.IdpIdentifiers
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wireIdPResponse(i), nil
}

func (a *API) deleteIdentityProvider(ctx context.Context, in *IdentityProviderRequest) error {
	return a.Directory.DeleteIdP(ctx, in.UserPoolID, in.ProviderName)
}

func wireIdPResponse(i *provider.IdentityProvider) *IdentityProviderResponse {
	return &IdentityProviderResponse{&IdentityProviderType{
		UserPoolID: i.PoolID, ProviderName: i.Name, ProviderType: i.Type, ProviderDetails: i.Details,
		AttributeMapping: i.Mapping, IdpIdentifiers: i.Identifiers,
		CreationDate: Timestamp(i.CreatedAt), LastModifiedDate: Timestamp(i.UpdatedAt),
	}}
}

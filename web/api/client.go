package api

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) createUserPoolClient(ctx context.Context, in *CreateUserPoolClientRequest) (*UserPoolClientResponse, error) {
	p, err := a.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	c := &provider.Client{Name: in.ClientName}
	if err := applyClient(p, c, &in.UserPoolClientSettings); err != nil {
		return nil, err
	}
	value, err := a.Directory.CreateClient(ctx, p.ID, c, in.GenerateSecret, in.ClientSecret)
	if err != nil {
		return nil, err
	}
	out := wireClient(c)
	out.ClientSecret = value
	return &UserPoolClientResponse{out}, nil
}

func (a *API) listUserPoolClients(ctx context.Context, in *ListUserPoolClientsRequest) (*ListUserPoolClientsResponse, error) {
	clients, next, err := page(size(in.MaxResults), in.NextToken,
		func(after string, n int) ([]provider.Client, error) {
			return a.Directory.Clients(ctx, in.UserPoolID, after, n)
		},
		func(c *provider.Client) string { return c.ID })
	if err != nil {
		return nil, err
	}
	return &ListUserPoolClientsResponse{NextToken: next, UserPoolClients: each(clients, func(c *provider.Client) UserPoolClientDescription {
		return UserPoolClientDescription{ClientID: c.ID, UserPoolID: c.PoolID, ClientName: c.Name, ClientKind: clientKind(c)}
	})}, nil
}

// clientKind says how an app client proves itself, and for whom it asks.
func clientKind(c *provider.Client) string {
	switch {
	case slices.Contains(c.Settings.GrantTypes, "client_credentials"):
		return "machine"
	case c.Public():
		return "public"
	}
	return "confidential"
}

func (a *API) describeUserPoolClient(ctx context.Context, in *DescribeUserPoolClientRequest) (*UserPoolClientResponse, error) {
	c, err := a.Directory.Client(ctx, in.UserPoolID, in.ClientID)
	if err != nil {
		return nil, err
	}
	return &UserPoolClientResponse{wireClient(c)}, nil
}

func (a *API) updateUserPoolClient(ctx context.Context, in *UpdateUserPoolClientRequest) (*UserPoolClientResponse, error) {
	p, err := a.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	c, err := a.Directory.ChangeClient(ctx, p.ID, in.ClientID, func(c *provider.Client) error {
		if in.ClientName != "" {
			c.Name = in.ClientName
		}
		return applyClient(p, c, &in.UserPoolClientSettings)
	})
	if err != nil {
		return nil, err
	}
	return &UserPoolClientResponse{wireClient(c)}, nil
}

func (a *API) deleteUserPoolClient(ctx context.Context, in *DeleteUserPoolClientRequest) error {
	return a.Directory.DeleteClient(ctx, in.UserPoolID, in.ClientID)
}

// applyClient puts the settings that a create and an update share into c.
func applyClient(p *provider.Pool, c *provider.Client, in *UserPoolClientSettings) error {
	old := c.Settings
	s := provider.ClientSettings{
		RedirectURIs: in.CallbackURLs, DefaultRedirectURI: in.DefaultRedirectURI, LogoutURIs: in.LogoutURLs,
		OAuthEnabled: isTrue(in.AllowedOAuthFlowsUserPoolClient), Scopes: in.AllowedOAuthScopes,
		IdentityProviders: in.SupportedIdentityProviders, ExplicitAuthFlows: in.ExplicitAuthFlows,
		ReadAttributes: in.ReadAttributes, WriteAttributes: in.WriteAttributes,
		RevocationOff:      in.EnableTokenRevocation != nil && !*in.EnableTokenRevocation,
		RevealUnknownUsers: in.PreventUserExistenceErrors == "LEGACY",
		AuthSessionMinutes: int(value(in.AuthSessionValidity)),
		TokenProfile:       either(in.TokenProfile == "", old.TokenProfile, provider.TokenProfile(in.TokenProfile)),
		IDTokenAlg:         either(in.IDTokenSigningAlg == "", old.IDTokenAlg, in.IDTokenSigningAlg),
		RequireConsent:     kept(in.RequireConsent, old.RequireConsent),
		LogoURI:            kept(in.LogoURI, old.LogoURI),
		ClientURI:          kept(in.ClientURI, old.ClientURI),
		PolicyURI:          kept(in.PolicyURI, old.PolicyURI),
		TOSURI:             kept(in.TosURI, old.TOSURI),
	}
	for _, flow := range in.AllowedOAuthFlows {
		if flow == "code" {
			// Whether refresh tokens come with it is for ExplicitAuthFlows to say.
			s.GrantTypes = append(s.GrantTypes, "authorization_code")
		} else {
			s.GrantTypes = append(s.GrantTypes, flow)
		}
	}
	applyRotation(p, &s, in.RefreshTokenRotation)
	c.Settings = s
	return applyValidity(&c.Settings, in)
}

// applyRotation follows the client's word. Where it says nothing, tokens rotate,
// save in pools that keep to Cognito's ways: there they do not.
func applyRotation(p *provider.Pool, s *provider.ClientSettings, in *RefreshTokenRotationType) {
	profile := either(s.TokenProfile == "", p.TokenProfile, s.TokenProfile)
	s.RotationOff = profile == provider.TokenProfileCognito
	if in == nil {
		return
	}
	s.RotationOff = in.Feature != "ENABLED"
	if in.RetryGracePeriodSeconds != nil {
		grace := int(*in.RetryGracePeriodSeconds)
		s.RotationGraceSec = &grace
	}
}

func kept[T any](given *T, old T) T {
	if given == nil {
		return old
	}
	return *given
}

func wireClient(c *provider.Client) *UserPoolClientType {
	s := c.Settings
	revocation, grace := !s.RevocationOff, int64(s.RotationGrace().Seconds())
	session := int64(either(s.AuthSessionMinutes == 0, 15, s.AuthSessionMinutes))
	out := &UserPoolClientType{
		UserPoolID: c.PoolID, ClientID: c.ID, ClientName: c.Name, ClientKind: clientKind(c),
		CreationDate: Timestamp(c.CreatedAt), LastModifiedDate: Timestamp(c.UpdatedAt),
		UserPoolClientSettings: UserPoolClientSettings{
			CallbackURLs: s.RedirectURIs, DefaultRedirectURI: s.DefaultRedirectURI, LogoutURLs: s.LogoutURIs,
			AllowedOAuthFlowsUserPoolClient: &s.OAuthEnabled, AllowedOAuthScopes: s.Scopes,
			SupportedIdentityProviders: s.IdentityProviders, ExplicitAuthFlows: s.ExplicitAuthFlows,
			ReadAttributes: s.ReadAttributes, WriteAttributes: s.WriteAttributes,
			EnableTokenRevocation:      &revocation,
			PreventUserExistenceErrors: either(s.RevealUnknownUsers, "LEGACY", "ENABLED"),
			AuthSessionValidity:        &session,
			RefreshTokenRotation:       &RefreshTokenRotationType{Feature: either(s.RotationOff, "DISABLED", "ENABLED")},
			TokenProfile:               string(s.TokenProfile), IDTokenSigningAlg: s.IDTokenAlg, RequireConsent: &s.RequireConsent,
			LogoURI: &s.LogoURI, ClientURI: &s.ClientURI, PolicyURI: &s.PolicyURI, TosURI: &s.TOSURI,
		},
	}
	if !s.RotationOff {
		out.RefreshTokenRotation.RetryGracePeriodSeconds = &grace
	}
	for flow, grant := range map[string]string{"code": "authorization_code", "client_credentials": "client_credentials"} {
		if slices.Contains(s.GrantTypes, grant) {
			out.AllowedOAuthFlows = append(out.AllowedOAuthFlows, flow)
		}
	}
	wireValidity(&out.UserPoolClientSettings, s)
	return out
}

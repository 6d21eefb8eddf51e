package api

import (
	"context"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
)

const google = "accounts.google.com"

func (a *API) createIdentityPool(ctx context.Context, in *IdentityPoolSettings) (*IdentityPool, error) {
	p := &provider.IdentityPool{}
	if err := applyIdentityPool(p, in); err != nil {
		return nil, err
	}
	if err := a.Identities.CreatePool(ctx, p); err != nil {
		return nil, err
	}
	return wireIdentityPool(p), nil
}

func (a *API) listIdentityPools(ctx context.Context, in *ListIdentityPoolsInput) (*ListIdentityPoolsResponse, error) {
	pools, next, err := page(int(in.MaxResults), in.NextToken,
		func(after string, n int) ([]provider.IdentityPool, error) { return a.Identities.Pools(ctx, after, n) },
		func(p *provider.IdentityPool) string { return p.ID })
	if err != nil {
		return nil, err
	}
	return &ListIdentityPoolsResponse{NextToken: next, IdentityPools: each(pools, func(p *provider.IdentityPool) IdentityPoolShortDescription {
		return IdentityPoolShortDescription{IdentityPoolID: p.ID, IdentityPoolName: p.Name}
	})}, nil
}

func (a *API) describeIdentityPool(ctx context.Context, in *IdentityPoolRequest) (*IdentityPool, error) {
	p, err := a.Identities.Pool(ctx, in.IdentityPoolID)
	if err != nil {
		return nil, err
	}
	return wireIdentityPool(p), nil
}

func (a *API) updateIdentityPool(ctx context.Context, in *IdentityPool) (*IdentityPool, error) {
	p, err := a.Identities.UpdatePool(ctx, in.IdentityPoolID, func(p *provider.IdentityPool) error {
		return applyIdentityPool(p, &in.IdentityPoolSettings)
	})
	if err != nil {
		return nil, err
	}
	return wireIdentityPool(p), nil
}

func (a *API) deleteIdentityPool(ctx context.Context, in *IdentityPoolRequest) error {
	return a.Identities.DeletePool(ctx, in.IdentityPoolID)
}

func (a *API) getIdentityPoolRoles(ctx context.Context, in *IdentityPoolRequest) (*GetIdentityPoolRolesResponse, error) {
	p, err := a.Identities.Pool(ctx, in.IdentityPoolID)
	if err != nil {
		return nil, err
	}
	out := &GetIdentityPoolRolesResponse{IdentityPoolID: p.ID, Roles: map[string]string{}}
	for name, arn := range map[string]string{"authenticated": p.Settings.AuthenticatedRole, "unauthenticated": p.Settings.GuestRole} {
		if arn != "" {
			out.Roles[name] = arn
		}
	}
	for key, m := range p.Settings.RoleMappings {
		if out.RoleMappings == nil {
			out.RoleMappings = map[string]RoleMapping{}
		}
		out.RoleMappings[key] = wireMapping(m)
	}
	return out, nil
}

func (a *API) setIdentityPoolRoles(ctx context.Context, in *SetIdentityPoolRolesInput) error {
	mappings := map[string]provider.RoleMapping{}
	for key, m := range in.RoleMappings {
		mappings[key] = roleMapping(m)
	}
	return a.Identities.SetRoles(ctx, in.IdentityPoolID, in.Roles["authenticated"], in.Roles["unauthenticated"], mappings)
}

func roleMapping(in RoleMapping) provider.RoleMapping {
	out := provider.RoleMapping{Type: in.Type, Ambiguous: in.AmbiguousRoleResolution}
	if in.RulesConfiguration != nil {
		out.Rules = each(in.RulesConfiguration.Rules, func(r *MappingRule) provider.RoleRule {
			return provider.RoleRule{Claim: r.Claim, Match: r.MatchType, Value: r.Value, Role: r.RoleARN}
		})
	}
	return out
}

func wireMapping(m provider.RoleMapping) RoleMapping {
	out := RoleMapping{Type: m.Type, AmbiguousRoleResolution: m.Ambiguous}
	if len(m.Rules) > 0 {
		out.RulesConfiguration = &RulesConfigurationType{Rules: each(m.Rules, func(r *provider.RoleRule) MappingRule {
			return MappingRule{Claim: r.Claim, MatchType: r.Match, Value: r.Value, RoleARN: r.Role}
		})}
	}
	return out
}

// applyIdentityPool puts what an update may change into p; roles are set by
// their own operation.
func applyIdentityPool(p *provider.IdentityPool, in *IdentityPoolSettings) error {
	p.Name = in.IdentityPoolName
	s := &p.Settings
	s.AllowGuests, s.AllowClassicFlow, s.Tags = in.AllowUnauthenticatedIdentities, in.AllowClassicFlow, in.IdentityPoolTags
	old := s.Providers
	s.Providers = nil
	for _, c := range in.CognitoIdentityProviders {
		if c.ProviderName == "" || c.ClientID == "" {
			return invalidParameter("CognitoIdentityProviders: every entry needs a ProviderName and a ClientId.")
		}
		source := identitypool.UserPoolSource(c.ProviderName)
		i := slices.IndexFunc(s.Providers, func(src provider.IdentitySource) bool { return src.Name == source.Name })
		if i < 0 {
			i = len(s.Providers)
			s.Providers = append(s.Providers, source)
		}
		s.Providers[i].Audiences = append(s.Providers[i].Audiences, c.ClientID)
		s.Providers[i].ServerSideChecks = s.Providers[i].ServerSideChecks || isTrue(c.ServerSideTokenCheck)
	}
	for name, clients := range in.SupportedLoginProviders {
		if name != google {
			return invalidParameterf("SupportedLoginProviders: %q is not served here; any OpenID Connect issuer goes into OpenIdConnectProviders.", name)
		}
		s.Providers = append(s.Providers, identitypool.OIDCSource("https://"+google, strings.Split(clients, ";")...))
	}
	for _, o := range in.OpenIDConnectProviders {
		s.Providers = append(s.Providers, identitypool.OIDCSource(o.Issuer, o.ClientIDs...))
	}
	keepTags(s.Providers, old)
	return nil
}

// keepTags carries over what this operation's shape has no word for.
func keepTags(now, old []provider.IdentitySource) {
	for i := range now {
		for _, o := range old {
			if o.Name == now[i].Name {
				now[i].PrincipalTags = o.PrincipalTags
			}
		}
	}
}

func wireIdentityPool(p *provider.IdentityPool) *IdentityPool {
	s := p.Settings
	out := &IdentityPool{IdentityPoolID: p.ID, IdentityPoolSettings: IdentityPoolSettings{
		IdentityPoolName: p.Name, AllowUnauthenticatedIdentities: s.AllowGuests, AllowClassicFlow: s.AllowClassicFlow, IdentityPoolTags: s.Tags,
	}}
	for _, src := range s.Providers {
		switch {
		case src.Kind == identitypool.KindPool:
			for _, client := range src.Audiences {
				check := src.ServerSideChecks
				out.CognitoIdentityProviders = append(out.CognitoIdentityProviders,
					CognitoIdentityProvider{ProviderName: src.Name, ClientID: client, ServerSideTokenCheck: &check})
			}
		case src.Issuer == "https://"+google:
			out.SupportedLoginProviders = map[string]string{google: strings.Join(src.Audiences, ";")}
		default:
			out.OpenIDConnectProviders = append(out.OpenIDConnectProviders, OpenIDConnectProvider{Issuer: src.Issuer, ClientIDs: src.Audiences})
		}
	}
	return out
}

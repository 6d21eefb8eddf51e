package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) createResourceServer(ctx context.Context, in *ResourceServerSettings) (*ResourceServerResponse, error) {
	rs := resourceServer(in)
	if err := a.Directory.CreateResourceServer(ctx, in.UserPoolID, rs); err != nil {
		return nil, err
	}
	return wireServerResponse(rs), nil
}

func (a *API) describeResourceServer(ctx context.Context, in *ResourceServerRequest) (*ResourceServerResponse, error) {
	rs, err := a.Directory.ResourceServer(ctx, in.UserPoolID, in.Identifier)
	if err != nil {
		return nil, err
	}
	return wireServerResponse(rs), nil
}

func (a *API) listResourceServers(ctx context.Context, in *ListResourceServersRequest) (*ListResourceServersResponse, error) {
	servers, next, err := page(size(in.MaxResults), in.NextToken,
		func(after string, n int) ([]provider.ResourceServer, error) {
			return a.Directory.ListResourceServers(ctx, in.UserPoolID, after, n)
		},
		func(rs *provider.ResourceServer) string { return rs.Identifier })
	if err != nil {
		return nil, err
	}
	return &ListResourceServersResponse{NextToken: next, ResourceServers: each(servers, wireServer)}, nil
}

func (a *API) updateResourceServer(ctx context.Context, in *ResourceServerSettings) (*ResourceServerResponse, error) {
	rs := resourceServer(in)
	if err := a.Directory.UpdateResourceServer(ctx, in.UserPoolID, rs); err != nil {
		return nil, err
	}
	return wireServerResponse(rs), nil
}

func (a *API) deleteResourceServer(ctx context.Context, in *ResourceServerRequest) error {
	return a.Directory.DeleteResourceServer(ctx, in.UserPoolID, in.Identifier)
}

func resourceServer(in *ResourceServerSettings) *provider.ResourceServer {
	return &provider.ResourceServer{Identifier: in.Identifier, Name: in.Name,
		Scopes: each(in.Scopes, func(s *ResourceServerScopeType) provider.Scope {
			return provider.Scope{Name: s.ScopeName, Description: s.ScopeDescription}
		})}
}

func wireServerResponse(rs *provider.ResourceServer) *ResourceServerResponse {
	out := wireServer(rs)
	return &ResourceServerResponse{&out}
}

func wireServer(rs *provider.ResourceServer) ResourceServerType {
	return ResourceServerType{UserPoolID: rs.PoolID, Identifier: rs.Identifier, Name: rs.Name,
		Scopes: each(rs.Scopes, func(s *provider.Scope) ResourceServerScopeType {
			return ResourceServerScopeType{ScopeName: s.Name, ScopeDescription: s.Description}
		})}
}

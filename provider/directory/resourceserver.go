package directory

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// ResourceServers answers every resource server of a pool, from memory as long
// as nobody changed it. The values are shared: do not change them.
func (d *Directory) ResourceServers(ctx context.Context, pool string) ([]provider.ResourceServer, error) {
	return d.servers.Get(ctx, pool, "resource servers", func(ctx context.Context) ([]provider.ResourceServer, error) {
		return d.Store.Pool(pool).ResourceServers(ctx, "", 10_000)
	})
}

// ListResourceServers lists them by identifier: at most limit that come behind
// after.
//
// Errors: provider.ErrPoolNotFound.
func (d *Directory) ListResourceServers(ctx context.Context, pool, after string, limit int) ([]provider.ResourceServer, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).ResourceServers(ctx, after, limit)
}

// ResourceServer answers one.
//
// Errors: provider.ErrPoolNotFound, provider.ErrResourceServerNotFound.
func (d *Directory) ResourceServer(ctx context.Context, pool, identifier string) (*provider.ResourceServer, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).ResourceServer(ctx, identifier)
}

// CreateResourceServer adds one.
//
// Errors: provider.ErrPoolNotFound, provider.ErrResourceServerExists,
// provider.CodeInvalid.
func (d *Directory) CreateResourceServer(ctx context.Context, pool string, rs *provider.ResourceServer) error {
	return d.changeIn(ctx, pool, ResourceServerCreate, serverTarget(rs.Identifier), nil, func(ctx context.Context, _ *provider.Pool) error {
		if err := checkServer(rs); err != nil {
			return err
		}
		return d.Store.Pool(pool).CreateResourceServer(ctx, rs)
	})
}

// UpdateResourceServer replaces name and scopes.
//
// Errors: provider.ErrPoolNotFound, provider.ErrResourceServerNotFound,
// provider.CodeInvalid.
func (d *Directory) UpdateResourceServer(ctx context.Context, pool string, rs *provider.ResourceServer) error {
	return d.changeIn(ctx, pool, ResourceServerUpdate, serverTarget(rs.Identifier), nil, func(ctx context.Context, _ *provider.Pool) error {
		if err := checkServer(rs); err != nil {
			return err
		}
		return d.Store.Pool(pool).UpdateResourceServer(ctx, rs)
	})
}

// DeleteResourceServer removes one. Clients keep its scopes in their settings,
// but nothing issues them any more.
//
// Errors: provider.ErrPoolNotFound, provider.ErrResourceServerNotFound.
func (d *Directory) DeleteResourceServer(ctx context.Context, pool, identifier string) error {
	return d.changeIn(ctx, pool, ResourceServerDelete, serverTarget(identifier), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).DeleteResourceServer(ctx, identifier)
	})
}

func checkServer(rs *provider.ResourceServer) error {
	if rs.Identifier == OperatorResource {
		return provider.Invalid("Identifier", "%q is this server's own.", OperatorResource)
	}
	seen := map[string]bool{}
	for _, s := range rs.Scopes {
		if seen[s.Name] {
			return provider.Invalid("Scopes", "The scope %s is given twice.", s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

func serverTarget(identifier string) string { return "resource_server/" + identifier }

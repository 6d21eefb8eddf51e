package provider

import "context"

// Tenant is the user pool or identity pool that a request is for. web resolves
// it from the host or the first path segment and puts it into the context; doors
// and flows take it from there and never look at the Host header.
type Tenant struct {
	Pool         *Pool         // set for a user pool; shared, not to be changed
	IdentityPool *IdentityPool // set for an identity pool; shared, not to be changed
	Issuer       string        // the exact iss of its tokens
	URL          string        // where its pages and endpoints are: no slash at the end
	Path         string        // the path of URL: "/us-east-1_abc", "/identity/...", or "" on a host of its own
}

// ID is the id of whichever pool it is.
func (t *Tenant) ID() string {
	if t.Pool != nil {
		return t.Pool.ID
	}
	return t.IdentityPool.ID
}

type tenantKey struct{}

// WithTenant returns a context for one tenant's request.
func WithTenant(ctx context.Context, t *Tenant) context.Context {
	return context.WithValue(ctx, tenantKey{}, t)
}

// TenantFrom returns the request's tenant; nil outside one.
func TenantFrom(ctx context.Context) *Tenant {
	t, _ := ctx.Value(tenantKey{}).(*Tenant)
	return t
}

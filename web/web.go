// Package web chooses the door. It resolves the path to a tenant, strips the
// tenant from it, and calls one of three muxes: the root's, a user pool's, an
// identity pool's. Patterns therefore never name a pool. What every request
// shares (its id, its one log event, its limits) wraps all three.
package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// Mount is a door: it adds its routes to the mux of its kind of tenant.
type Mount func(mux *http.ServeMux)

// Site says which doors there are, and how tenants are found.
type Site struct {
	BaseURL      string // without a slash at the end
	Root         []Mount
	UserPool     []Mount
	IdentityPool []Mount

	FindPool         func(ctx context.Context, id string) (*provider.Pool, error)
	FindIdentityPool func(ctx context.Context, id string) (*provider.IdentityPool, error)

	// Fail answers what no door answers: no such page, no such tenant, or a
	// store that is away.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

// Handler builds the muxes once.
func (s *Site) Handler() http.Handler {
	return &router{Site: s, root: s.mux(s.Root), pool: s.mux(s.UserPool), identity: s.mux(s.IdentityPool)}
}

func (s *Site) mux(mounts []Mount) *http.ServeMux {
	mux := http.NewServeMux()
	for _, m := range mounts {
		m(mux)
	}
	return mux
}

type router struct {
	*Site
	root, pool, identity *http.ServeMux
}

var errNoPage = &provider.Error{Code: provider.CodeNotFound, Kind: "page", Message: "There is no such page."}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	first, rest := segment(r.URL.EscapedPath())
	if first == ".well-known" {
		// RFC 8414 section 3.1 puts the well-known part before the issuer's path.
		name, tail := segment(rest)
		if id, end := segment(tail); id != "" && end == "" && isPoolID(id) {
			rt.userPool(w, r, id, "/.well-known/"+name)
			return
		}
		if id, pool := segment(tail); id == "identity" {
			if p, end := segment(pool); p != "" && end == "" {
				rt.identityPool(w, r, p, "/.well-known/"+name)
				return
			}
		}
	}
	switch {
	case isPoolID(first):
		rt.userPool(w, r, first, rest)
	case first == "identity":
		id, rest := segment(rest)
		rt.identityPool(w, r, id, rest)
	default:
		rt.serve(rt.root, w, r)
	}
}

func (rt *router) userPool(w http.ResponseWriter, r *http.Request, id, rest string) {
	p, err := rt.FindPool(r.Context(), id)
	if err != nil {
		rt.Fail(w, r, err)
		return
	}
	rt.tenant(rt.pool, w, r, UserPoolTenant(rt.BaseURL, p), rest)
}

func (rt *router) identityPool(w http.ResponseWriter, r *http.Request, id, rest string) {
	id = strings.ReplaceAll(strings.ReplaceAll(id, "%3A", ":"), "%3a", ":")
	p, err := rt.FindIdentityPool(r.Context(), id)
	if err != nil {
		rt.Fail(w, r, err)
		return
	}
	path := "/identity/" + id
	rt.tenant(rt.identity, w, r, &provider.Tenant{IdentityPool: p, Issuer: rt.BaseURL + path, URL: rt.BaseURL + path, Path: path}, rest)
}

// UserPoolTenant is the tenant of a user pool that is served below base.
func UserPoolTenant(base string, p *provider.Pool) *provider.Tenant {
	path := "/" + p.ID
	return &provider.Tenant{Pool: p, Issuer: Issuer(base, p), URL: base + path, Path: path}
}

// Issuer is the exact issuer of a user pool that is served below base.
func Issuer(base string, p *provider.Pool) string {
	if p.Issuer != "" {
		return p.Issuer
	}
	return base + "/" + p.ID
}

// tenant hands the request on with the tenant's prefix taken off its path.
func (rt *router) tenant(mux *http.ServeMux, w http.ResponseWriter, r *http.Request, t *provider.Tenant, rest string) {
	if rest == "" {
		rest = "/"
	}
	inner := r.WithContext(provider.WithTenant(r.Context(), t))
	u := *r.URL
	u.RawPath = ""
	if raw, ok := unescape(rest); ok {
		u.Path = raw
		if raw != rest {
			u.RawPath = rest
		}
	}
	inner.URL = &u
	rt.serve(mux, w, inner)
}

func (rt *router) serve(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	h, pattern := mux.Handler(r)
	if pattern == "" {
		// The mux's own answers are 404 and 405; keep the status, mend the words.
		rec := &statusOnly{header: http.Header{}}
		h.ServeHTTP(rec, r)
		if rec.status == http.StatusMethodNotAllowed {
			w.Header().Set("Allow", rec.header.Get("Allow"))
			rt.Fail(w, r, errMethod)
			return
		}
		if rec.status != http.StatusNotFound && rec.status != 0 {
			mux.ServeHTTP(w, r)
			return
		}
		rt.Fail(w, r, errNoPage)
		return
	}
	note(r, pattern)
	mux.ServeHTTP(w, r)
}

var errMethod = &provider.Error{Code: provider.CodeMethod, Kind: "method", Message: "This address does not take that method."}

type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header { return s.header }
func (s *statusOnly) WriteHeader(n int)   { s.status = n }
func (s *statusOnly) Write(b []byte) (int, error) {
	if s.status == 0 {
		s.status = http.StatusOK
	}
	return len(b), nil
}

// segment splits "/a/b/c" into "a" and "/b/c".
func segment(path string) (first, rest string) {
	path = strings.TrimPrefix(path, "/")
	if i := strings.IndexByte(path, '/'); i >= 0 {
		return path[:i], path[i:]
	}
	return path, ""
}

// isPoolID tells a user pool's id by its form: region words, "_", letters and
// digits. No path of ours has an underscore in its first segment.
func isPoolID(s string) bool {
	region, id, ok := strings.Cut(s, "_")
	if !ok || region == "" || id == "" || len(s) > 55 {
		return false
	}
	for _, c := range []byte(region) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

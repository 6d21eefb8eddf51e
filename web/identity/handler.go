// Package identity is the front door of identity pools: token exchange (RFC
// 8693), and the documents that verifiers of its tokens read. An identity pool
// is an issuer of its own, at its tenant's address.
//
// It parses and answers; who gets which credential is decided by package
// identitypool. The endpoint has no clients and looks at no cookie: a request
// proves itself by the token it brings, so pages of any origin may call it.
package identity

import (
	"log/slog"
	"net/http"
	"sync"

	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/web/respond"
)

// Handler is the door. Pools and Log are needed.
type Handler struct {
	Pools *identitypool.Service
	Log   *slog.Logger

	metadata sync.Map // issuer -> respond.Document
}

// Mount adds the door's routes to an identity pool's mux.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.handle(mux, http.MethodPost, "/oauth2/token", h.exchange)
	h.handle(mux, http.MethodGet, "/.well-known/openid-configuration", h.discovery)
	h.handle(mux, http.MethodGet, "/.well-known/oauth-authorization-server", h.discovery)
	h.handle(mux, http.MethodGet, "/.well-known/jwks.json", h.jwks)
	h.handle(mux, http.MethodGet, "/policies/{hash}", h.policy)
}

// handle mounts a handler that pages of any origin may call, with its preflight.
func (h *Handler) handle(mux *http.ServeMux, method, path string, serve respond.Handler) {
	shared := respond.Shared{
		Methods: method + ", OPTIONS",
		Headers: "Authorization, Content-Type, Cache-Control, Pragma",
		Expose:  "ETag, Date, Retry-After, X-Request-Id",
	}
	mux.HandleFunc(method+" "+path, func(w http.ResponseWriter, r *http.Request) {
		shared.Allow(w.Header())
		if err := serve(w, r); err != nil {
			h.writeError(w, r, err)
		}
	})
	mux.HandleFunc(http.MethodOptions+" "+path, shared.Preflight)
}

package oidc

import (
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/web/respond"
)

// shared mounts a handler that pages of any origin may call. None of these
// endpoints looks at cookies, so any origin may: a request proves itself by what
// it brings.
func (h *Handler) shared(mux *http.ServeMux, pattern string, handle respond.Handler) {
	method, path, _ := strings.Cut(pattern, " ")
	inner := h.data(handle)
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		allowOrigin(w.Header())
		inner.ServeHTTP(w, r)
	})
	if method == http.MethodGet || path == "/oauth2/token" || path == "/oauth2/revoke" {
		mux.HandleFunc("OPTIONS "+path, preflight)
	}
}

func allowOrigin(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "WWW-Authenticate, ETag, Date, X-Request-Id")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// preflight answers what a browser asks before a request with an Authorization
// header. Amplify and the AWS SDKs send headers of their own beside it.
func preflight(w http.ResponseWriter, _ *http.Request) {
	header := w.Header()
	allowOrigin(header)
	header.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Cache-Control, Pragma, X-Amz-User-Agent, Amz-Sdk-Invocation-Id, Amz-Sdk-Request")
	header.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

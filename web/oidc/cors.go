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
		anyOrigin().Allow(w.Header())
		inner.ServeHTTP(w, r)
	})
	if method == http.MethodGet || path == "/oauth2/token" || path == "/oauth2/revoke" {
		mux.HandleFunc("OPTIONS "+path, anyOrigin().Preflight)
	}
}

// anyOrigin names what Amplify and the AWS SDKs send beside the standard's own.
func anyOrigin() respond.Shared {
	return respond.Shared{
		Methods: "GET, POST, OPTIONS",
		Headers: "Authorization, Content-Type, Cache-Control, Pragma, X-Amz-User-Agent, Amz-Sdk-Invocation-Id, Amz-Sdk-Request",
		Expose:  "WWW-Authenticate, ETag, Date, X-Request-Id",
	}
}

package oidc

import (
	"log/slog"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// Handler is the door. All fields are needed.
type Handler struct {
	OAuth *oauth.Server
	Log   *slog.Logger

	// Principal answers who is signed in in the browser, and nil for nobody. An
	// error says nothing about that: it is answered as a fault.
	Principal func(r *http.Request) (*provider.Principal, error)
	// EndSession ends the browser's session and forgets its cookie.
	EndSession func(w http.ResponseWriter, r *http.Request) error

	// SignIn shows the sign-in page for a waiting authorization, Consent the page
	// that asks whether a client may have what it asks for.
	SignIn, Consent func(w http.ResponseWriter, r *http.Request, i *oauth.Interaction) error
	// ConfirmLogout asks whether to sign out, and sees to the answer. SignedOut says
	// that it is done.
	ConfirmLogout, SignedOut func(w http.ResponseWriter, r *http.Request, d *oauth.LogoutDecision) error
	// Refuse shows why there is nowhere safe to send the browser to.
	Refuse func(w http.ResponseWriter, r *http.Request, refusal *oauth.Error) error
	// Fail shows a failure of ours, or a page that has expired.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

// Mount adds the door's routes to a user pool's mux.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.Handle("GET /oauth2/authorize", h.page(h.authorize))
	mux.Handle("POST /oauth2/authorize", h.page(h.authorize))
	mux.Handle("GET /oauth2/logout", h.page(h.endSession))
	mux.Handle("POST /oauth2/logout", h.page(h.endSession))
	mux.Handle("GET /logout", h.page(h.logout))

	h.shared(mux, "POST /oauth2/token", h.token)
	h.shared(mux, "POST /oauth2/revoke", h.revoke)
	mux.Handle("POST /oauth2/introspect", h.data(h.introspect))
	for _, path := range []string{"/oauth2/userInfo", "/oauth2/userinfo"} { // Cognito's spelling, and everybody else's
		h.shared(mux, "GET "+path, h.userInfo)
		h.shared(mux, "POST "+path, h.userInfo)
	}
	h.shared(mux, "GET /.well-known/openid-configuration", h.metadata)
	h.shared(mux, "GET /.well-known/oauth-authorization-server", h.metadata)
	h.shared(mux, "GET /.well-known/jwks.json", h.jwks)
}

// page is a handler for a browser: its failures are pages.
func (h *Handler) page(handle respond.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		if err == nil {
			return
		}
		if refusal := refusalOf(err); refusal != nil {
			err = h.Refuse(w, r, refusal)
		}
		if err != nil {
			h.Fail(w, r, err)
		}
	})
}

// data is a handler for programs: its failures are JSON.
func (h *Handler) data(handle respond.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := handle(w, r); err != nil {
			h.writeError(w, r, err)
		}
	})
}

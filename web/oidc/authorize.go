package oidc

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// authorize is the authorization endpoint (RFC 6749 section 3.1).
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodHead {
		// The mux takes HEAD for GET. It must not issue a code.
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	form, err := readQuery(w, r)
	if err != nil {
		return err
	}
	who, err := h.Principal(r)
	if err != nil {
		return err
	}
	decision, err := h.OAuth.Authorize(r.Context(), form, who)
	if err != nil {
		return err
	}
	return h.follow(w, r, decision)
}

// follow does what a decision says.
func (h *Handler) follow(w http.ResponseWriter, r *http.Request, d *oauth.Decision) error {
	switch {
	case d.SignIn != nil:
		return h.SignIn(w, r, d.SignIn)
	case d.Consent != nil:
		return h.Consent(w, r, d.Consent)
	}
	return respond.Redirect(w, d.Redirect)
}

package oidc

import (
	"net/http"

	"github.com/cognate-idp/cognate/web/respond"
)

// token is the token endpoint (RFC 6749 section 3.2).
func (h *Handler) token(w http.ResponseWriter, r *http.Request) error {
	credentials, err := readCredentials(w, r)
	if err != nil {
		return err
	}
	tokens, err := h.OAuth.Exchange(r.Context(), credentials)
	if err != nil {
		return err
	}
	return respond.JSON(w, http.StatusOK, tokens)
}

// introspect is the introspection endpoint (RFC 7662 section 2).
func (h *Handler) introspect(w http.ResponseWriter, r *http.Request) error {
	credentials, err := readCredentials(w, r)
	if err != nil {
		return err
	}
	out, err := h.OAuth.Introspect(r.Context(), credentials)
	if err != nil {
		return err
	}
	return respond.JSON(w, http.StatusOK, out)
}

// revoke is the revocation endpoint (RFC 7009 section 2).
func (h *Handler) revoke(w http.ResponseWriter, r *http.Request) error {
	credentials, err := readCredentials(w, r)
	if err != nil {
		return err
	}
	if err := h.OAuth.Revoke(r.Context(), credentials); err != nil {
		return err
	}
	return respond.Empty(w)
}

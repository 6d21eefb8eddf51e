package oidc

import (
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/respond"
)

// userInfo is the userinfo endpoint (OpenID Connect Core 1.0 section 5.3.1). The
// token comes in the header, or in the body of a POST (RFC 6750 section 2);
// never in the address, where logs would keep it.
func (h *Handler) userInfo(w http.ResponseWriter, r *http.Request) error {
	access, err := bearer(w, r)
	if err != nil {
		return err
	}
	if access == "" {
		// A request without a token is told how to bring one, and no error
		// (RFC 6750 section 3.1).
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+provider.TenantFrom(r.Context()).Issuer+`"`)
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusUnauthorized)
		return nil
	}
	claims, err := h.OAuth.UserInfo(r.Context(), access)
	if err != nil {
		return err
	}
	return respond.JSON(w, http.StatusOK, claims)
}

func bearer(w http.ResponseWriter, r *http.Request) (string, error) {
	inHeader := ""
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, value, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return "", nil
		}
		inHeader = strings.TrimSpace(value)
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") == "" {
		return inHeader, nil
	}
	form, err := readForm(w, r)
	if err != nil {
		return "", err
	}
	values := form["access_token"]
	switch {
	case len(values) > 1 || len(values) == 1 && inHeader != "":
		return "", invalidRequest(http.StatusBadRequest, "The access token is given more than once.")
	case len(values) == 1:
		return values[0], nil
	}
	return inHeader, nil
}

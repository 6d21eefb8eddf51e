package oidc

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// endSession is the end session endpoint (OpenID Connect RP-Initiated Logout 1.0
// section 2).
func (h *Handler) endSession(w http.ResponseWriter, r *http.Request) error {
	form, err := readQuery(w, r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPost && http.NewCrossOriginProtection().Check(r) != nil {
		// A client may post from its own site (section 2), but browsers leave the
		// session's Lax cookie out of that: who is signed in shows only on a GET.
		return respond.Redirect(w, provider.TenantFrom(r.Context()).Path+"/oauth2/logout?"+form.Encode())
	}
	who, err := h.Principal(r)
	if err != nil {
		return err
	}
	decision, err := h.OAuth.EndSession(r.Context(), form, who)
	if err != nil {
		return err
	}
	if decision.Confirm {
		return h.ConfirmLogout(w, r, decision)
	}
	return h.signOut(w, r, decision)
}

// logout is Cognito's logout endpoint. Without Cognito's parameters it is the
// standard's.
func (h *Handler) logout(w http.ResponseWriter, r *http.Request) error {
	form, err := readQuery(w, r)
	if err != nil {
		return err
	}
	if !form.Has("logout_uri") && !form.Has("redirect_uri") {
		return h.endSession(w, r)
	}
	decision, err := h.OAuth.Logout(r.Context(), form, provider.TenantFrom(r.Context()).URL+"/oauth2/authorize")
	if err != nil {
		return err
	}
	return h.signOut(w, r, decision)
}

func (h *Handler) signOut(w http.ResponseWriter, r *http.Request, d *oauth.LogoutDecision) error {
	if err := h.EndSession(w, r); err != nil {
		return err
	}
	if d.Redirect == "" {
		return h.SignedOut(w, r, d)
	}
	return respond.Redirect(w, d.Redirect)
}

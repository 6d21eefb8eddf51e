package oidc

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// ConfirmField is the form field by which a user confirms to sign out; its value
// is "sign_out". The page that asks posts it together with the request's own
// parameters.
const ConfirmField = "decision"

// endSession is the end session endpoint (OpenID Connect RP-Initiated Logout 1.0
// section 2).
func (h *Handler) endSession(w http.ResponseWriter, r *http.Request) error {
	form, err := readQuery(w, r)
	if err != nil {
		return err
	}
	// Another site's page cannot confirm in the user's name: browsers say where
	// a form comes from, and leave the Lax cookie out.
	confirmed := r.Method == http.MethodPost && form.Get(ConfirmField) == "sign_out" && sameOrigin(r)
	form.Del(ConfirmField)
	who, err := h.Principal(r)
	if err != nil {
		return err
	}
	decision, err := h.OAuth.EndSession(r.Context(), form, who)
	if err != nil {
		return err
	}
	if decision.Confirm && !confirmed {
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

// sameOrigin reports whether a form comes from a page of this origin.
func sameOrigin(r *http.Request) bool {
	return http.NewCrossOriginProtection().Check(r) == nil
}

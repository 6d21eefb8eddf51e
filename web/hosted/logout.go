package hosted

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// ConfirmLogout asks whether to sign out. The answer comes back to this door.
func (d *Door) ConfirmLogout(w http.ResponseWriter, r *http.Request, next *oauth.LogoutDecision) error {
	live, err := d.session(r)
	if err != nil {
		return err
	}
	if live == nil {
		return d.SignedOut(w, r, next)
	}
	sealed, err := d.sealLogout(live, next.Redirect)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, r, http.StatusOK, page.Logout{
		Chrome: chrome(r, nil, r.URL.Query().Get("ui_locales")), Action: here(r, "/logout", ""),
		Flow: sealed, Account: live.User.KnownAs(),
	})
}

// answerLogout takes the answer of the page that asked.
func (d *Door) answerLogout(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "decision")
	if err != nil {
		return err
	}
	live, err := d.session(r)
	if err != nil {
		return err
	}
	if live == nil {
		return d.SignedOut(w, r, nil)
	}
	redirect, ok := d.openLogout(live, f.Get("flow"))
	if !ok {
		return d.expired(w, r, "")
	}
	next := &oauth.LogoutDecision{Redirect: redirect}
	switch f.Get("decision") {
	case "sign_out":
		if err := d.EndSession(w, r); err != nil {
			return err
		}
		if redirect != "" {
			return respond.Redirect(w, redirect)
		}
		return d.SignedOut(w, r, next)
	case "stay":
		// Nobody was signed out, so the app's address for that is not gone to
		// (RP-Initiated Logout 1.0 section 3).
		return d.Pages.Render(w, r, http.StatusOK, page.StillSignedIn{Chrome: chrome(r, nil, ""), Account: live.User.KnownAs()})
	}
	return d.ConfirmLogout(w, r, next)
}

// EndSession ends the browser's session and forgets its cookie.
func (d *Door) EndSession(w http.ResponseWriter, r *http.Request) error {
	pool := provider.TenantFrom(r.Context()).Pool
	id := d.Browser.SessionID(r, pool.ID)
	if id == "" {
		return nil
	}
	if _, err := d.Sessions.End(r.Context(), pool, id); err != nil {
		return err
	}
	return d.Browser.SetSessionID(w, r, pool.ID, "")
}

// SignedOut says that the session is over.
func (d *Door) SignedOut(w http.ResponseWriter, r *http.Request, _ *oauth.LogoutDecision) error {
	return respond.Redirect(w, here(r, "/signed-out", ""))
}

func (d *Door) signedOut(w http.ResponseWriter, r *http.Request) error {
	return d.Pages.Render(w, r, http.StatusOK, page.SignedOut{Chrome: chrome(r, nil, ""), SignInURL: here(r, accountPage, "")})
}

// A logout page carries where to go next, sealed for the session that it asks
// about: so it cannot be made into an open redirect, and needs no row.
func logoutRow(live *signin.Live) secret.Row {
	return secret.Row{Table: "page", Tenant: live.Principal.PoolID, ID: live.Principal.SessionID, Column: "logout"}
}

type logoutState struct {
	Redirect string `json:"redirect,omitempty"`
}

func (d *Door) sealLogout(live *signin.Live, redirect string) (string, error) {
	plain, err := json.Marshal(logoutState{redirect})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(d.Sealer.Seal(logoutRow(live), plain)), nil
}

func (d *Door) openLogout(live *signin.Live, flow string) (redirect string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(flow)
	if err != nil {
		return "", false
	}
	plain, err := d.Sealer.Open(logoutRow(live), sealed)
	if err != nil {
		return "", false
	}
	var s logoutState
	if err := json.Unmarshal(plain, &s); err != nil {
		return "", false
	}
	return s.Redirect, true
}

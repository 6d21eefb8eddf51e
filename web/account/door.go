package account

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// Door serves a user pool's account pages. Fields without a comment are required.
type Door struct {
	Account *signin.Account
	OAuth   *oauth.Server
	Sealer  *secret.Sealer
	Pages   *page.Pages
	Errors  *respond.Errors
	Browser *browser.Store

	Federation *signin.Federation // links accounts at upstream providers; nil for none
}

// home is the account's first page, below the pool's path.
const home = "/account"

// Routes mounts the door on a user pool's mux.
func (d *Door) Routes(mux *http.ServeMux) {
	showIn := func(path, back string, h handler) { mux.Handle("GET "+path, d.plain(d.signedIn(back, h))) }
	show := func(path string, h handler) { showIn(path, path, h) }
	act := func(path, back string, h handler) { mux.Handle("POST "+path, d.guarded(d.signedIn(back, h))) }

	show(home, d.showHome)
	act(home+"/sign-out", home, d.signOut)
	show(home+"/profile", d.showProfile)
	act(home+"/profile", home+"/profile", d.changeProfile)
	mux.Handle("GET "+home+"/email/waiting", d.Errors.JSON(d.addressWaiting))
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		p := addressPage{addressPath(by), by}
		show(home+p.path, func(w http.ResponseWriter, v *visit) error { return d.drawAddress(w, v, p, nil) })
		act(home+p.path, home+p.path, func(w http.ResponseWriter, v *visit) error { return d.changeAddress(w, v, p) })
	}
	show(home+"/password", d.fresh(d.showPassword))
	act(home+"/password", home+"/password", d.changePassword)
	show(home+"/two-step", d.showTwoStep)
	act(home+"/two-step", home+"/two-step", d.changeTwoStep)
	// What a form leads to and only answers it: its address, opened anew, leads back.
	for path, back := range map[string]string{"/sign-out": "", "/two-step/app": "/two-step", "/recovery-codes": "/two-step"} {
		show(home+path, func(w http.ResponseWriter, v *visit) error { return respond.Redirect(w, v.at(home+back)) })
	}
	act(home+"/two-step/app", home+"/two-step", d.setUpApp)
	act(home+"/recovery-codes", home+"/two-step", d.renewCodes)
	show(home+"/passkeys", d.showPasskeys)
	act(home+"/passkeys", home+"/passkeys", d.changePasskey)
	show(home+"/passkeys/add", d.fresh(d.showPasskeyAdd))
	act(home+"/passkeys/add", home+"/passkeys/add", d.addPasskey)
	mux.Handle("POST "+home+"/passkeys/begin", browser.Guard(d.Errors.JSON(d.beginPasskey), d.Errors.JSON(foreign)))
	show(home+"/devices", d.showDevices)
	act(home+"/devices", home+"/devices", d.changeDevices)
	show(home+"/identities", d.showIdentities)
	act(home+"/identities", home+"/identities", d.unlink)
	showIn(home+"/identities/remove", home+"/identities", d.fresh(d.showUnlink))
	// What this page posts ends at an upstream, so its policy must not hold forms back.
	mux.Handle("GET "+home+"/identities/add", d.Errors.Pages(d.signedIn(home+"/identities", d.fresh(d.showLink))))
	act(home+"/identities/add", home+"/identities", d.link)
	show(home+"/apps", d.showApps)
	showIn(home+"/apps/disconnect", home+"/apps", d.showDisconnect)
	act(home+"/apps", home+"/apps", d.disconnect)
	show(home+"/activity", d.showActivity)
	show(home+"/export", d.fresh(d.showExport))
	act(home+"/export", home+"/export", d.export)
	show(home+"/delete", d.fresh(d.showDelete))
	act(home+"/delete", home+"/delete", d.delete)
}

// visit is a request of somebody who is signed in.
type visit struct {
	*http.Request
	pool *provider.Pool
	live *signin.Live
	form url.Values // of a POST
	back string     // the page that the request belongs to
}

type handler func(w http.ResponseWriter, v *visit) error

// at is the address of a page of the pool.
func (v *visit) at(path string) string { return provider.TenantFrom(v.Context()).Path + path }

// signIn is the sign-in page that leads back to where the visit belongs.
func (v *visit) signIn(again bool) string {
	q := url.Values{"return": {v.back}}
	if again {
		q.Set("again", "1")
	}
	return v.at("/login") + "?" + q.Encode()
}

// signedIn lets in who is signed in, and sends everybody else to sign in and back. A
// proof that is too old for what they do is asked for anew.
func (d *Door) signedIn(back string, h handler) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := &visit{Request: r, pool: provider.TenantFrom(r.Context()).Pool, back: back}
		var err error
		if v.live, err = d.session(r); err != nil {
			return err
		}
		if v.live == nil && strings.HasSuffix(r.URL.Path, home+"/sign-out") { // they are
			return respond.Redirect(w, v.at("/signed-out"))
		}
		if v.live == nil {
			return d.prove(w, v, false)
		}
		if r.Method == http.MethodPost {
			if v.form, err = form(r); err != nil {
				return err
			}
		}
		err = h(w, v)
		if errors.Is(err, signin.ErrProofTooOld) {
			return d.prove(w, v, true)
		}
		return err
	}
}

// prove sends somebody to sign in and back. What a form held is not kept, since it may be
// a password: the page that they come back to says so.
func (d *Door) prove(w http.ResponseWriter, v *visit, again bool) error {
	if v.Method == http.MethodPost {
		if err := d.Browser.Flash(w, v.Request, v.pool.ID, enterAgain); err != nil {
			return err
		}
	}
	return respond.Redirect(w, v.signIn(again))
}

// fresh asks for a new proof before a form is filled in, not after it is sent.
func (d *Door) fresh(h handler) handler {
	return func(w http.ResponseWriter, v *visit) error {
		if err := d.Account.Flow.Sessions.Fresh(v.live); err != nil {
			return err
		}
		return h(w, v)
	}
}

// session is who is signed in in this browser; nil for nobody.
func (d *Door) session(r *http.Request) (*signin.Live, error) {
	pool := provider.TenantFrom(r.Context()).Pool
	live, err := d.Account.Flow.Sessions.Read(r.Context(), pool, d.Browser.SessionID(r, pool.ID))
	if errors.Is(err, provider.ErrSessionNotFound) {
		return nil, nil
	}
	return live, err
}

// plain serves a page. Its forms go to this origin alone, and so do the redirects
// behind them: unlike a sign-in, nothing here ends at an app.
func (d *Door) plain(h respond.Handler) http.Handler {
	pages := d.Errors.Pages(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", respond.ContentSecurityPolicy+"; form-action 'self'")
		pages.ServeHTTP(w, r)
	})
}

func (d *Door) guarded(h respond.Handler) http.Handler {
	return browser.Guard(d.plain(h), d.plain(foreign))
}

func foreign(http.ResponseWriter, *http.Request) error {
	return &provider.Error{Code: provider.CodeForbidden, Message: "The form was sent from another site."}
}

// form reads a posted form, each field of which may be there once.
func form(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, provider.Invalid("", "The form is malformed.").With(err)
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, provider.Invalid(name, "The form holds a field more than once.")
		}
	}
	return r.PostForm, nil
}

// The notices of what was done.
const (
	enterAgain       = "enter_again"
	saved            = "saved"
	codeSent         = "code_sent"
	linkSent         = "link_sent"
	addressChanged   = "address_changed"
	addressVerified  = "address_verified"
	addressRemoved   = "address_removed"
	changeDropped    = "change_dropped"
	passwordChanged  = "password_changed"
	appAdded         = "app_added"
	appReplaced      = "app_replaced"
	factorAdded      = "factor_added"
	factorRemoved    = "factor_removed"
	preferred        = "preferred"
	passkeyAdded     = "passkey_added"
	passkeyRenamed   = "passkey_renamed"
	passkeyRemoved   = "passkey_removed"
	signedOut        = "signed_out"
	othersSignedOut  = "others_signed_out"
	deviceForgotten  = "device_forgotten"
	appDisconnected  = "app_disconnected"
	identityLinked   = "identity_linked"
	identityUnlinked = "identity_unlinked"
)

var notices = []string{enterAgain, saved, codeSent, linkSent, addressChanged, addressVerified, addressRemoved, changeDropped, passwordChanged, appAdded, appReplaced, factorAdded, factorRemoved, preferred, passkeyAdded, passkeyRenamed, passkeyRemoved,
	signedOut, othersSignedOut, deviceForgotten, appDisconnected, identityLinked, identityUnlinked}

// done says what was done, on a page.
func (d *Door) done(w http.ResponseWriter, v *visit, page, notice string) error {
	if err := d.Browser.Flash(w, v.Request, v.pool.ID, notice); err != nil {
		return err
	}
	return respond.Redirect(w, v.at(page))
}

// top is what a page shows around its content: why is what went wrong, if anything.
// The status is the page's.
func (d *Door) top(w http.ResponseWriter, v *visit, why error) (page.AccountPage, int, error) {
	out := page.AccountPage{Chrome: page.Chrome{PoolName: v.pool.Title()}, Base: v.at(home), Who: v.live.User.KnownAs()}
	if why == nil {
		notice, err := d.Browser.TakeFlash(w, v.Request, v.pool.ID)
		if slices.Contains(notices, notice) { // the cookie is not signed
			out.Notice = notice
		}
		return out, http.StatusOK, err
	}
	if errors.Is(why, signin.ErrProofTooOld) {
		return out, 0, why
	}
	failure := respond.Explain(v.Request, why)
	if failure.Status == http.StatusInternalServerError {
		return out, 0, why
	}
	if failure.Status == http.StatusUnauthorized {
		failure.Status = http.StatusUnprocessableEntity // 401 would have to name an HTTP scheme
	}
	if failure.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(failure.RetryAfter))
	}
	out.Problem, out.RetryAfter = problem(why), failure.RetryAfter
	return out, failure.Status, nil
}

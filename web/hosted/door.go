package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/browser"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// Door serves the hosted pages below a user pool's path.
type Door struct {
	Flow     *signin.Flow
	Sessions *signin.Sessions
	OAuth    *oauth.Server
	Sealer   *secret.Sealer
	Pages    *page.Pages
	Errors   *respond.Errors
	Browser  *browser.Store

	Federation *signin.Federation // sign-in at upstream providers; nil for none
}

// Routes mounts the door on a user pool's mux.
func (d *Door) Routes(mux *http.ServeMux) {
	mux.Handle("GET /{$}", d.Errors.Pages(d.front))
	mux.Handle("GET /login", d.Errors.Pages(d.showLogin))
	mux.Handle("POST /login", d.guard(d.answerLogin))
	mux.Handle("GET /login/provider", d.Errors.Pages(d.toUpstream))
	mux.Handle("GET /select-account", d.Errors.Pages(d.showChooser))
	mux.Handle("POST /select-account", d.guard(d.answerChooser))
	mux.Handle("GET /signup", d.Errors.Pages(d.showAside("/signup", d.showSignUp)))
	mux.Handle("POST /signup", d.guard(d.answerSignUp))
	mux.Handle("GET /confirm", d.Errors.Pages(d.show(signin.StepConfirm, d.showConfirm)))
	mux.Handle("POST /confirm", d.guard(d.answerConfirm))
	mux.Handle("GET /confirm/waiting", d.Errors.JSON(d.confirmWaiting))
	mux.Handle("GET /confirmUser", d.Errors.Pages(d.showConfirmUser))
	mux.Handle("POST /confirmUser", d.guard(d.answerConfirmUser))
	mux.Handle("POST /confirm/correct", d.guard(d.answerCorrect))
	mux.Handle("GET /undo", d.Errors.Pages(d.showUndo))
	mux.Handle("POST /undo", d.guard(d.answerUndo))
	mux.Handle("POST /resendcode", d.guard(d.answerResend))
	for _, path := range []string{"/resendcode", "/confirm/correct"} {
		mux.Handle("GET "+path, d.Errors.Pages(toConfirm))
	}
	mux.Handle("GET /forgotPassword", d.Errors.Pages(d.showAside("/forgotPassword", d.showForgot)))
	mux.Handle("POST /forgotPassword", d.guard(d.answerForgot))
	mux.Handle("GET /confirmforgotPassword", d.Errors.Pages(d.show(signin.StepReset, d.showReset)))
	mux.Handle("POST /confirmforgotPassword", d.guard(d.answerReset))
	d.wayRoutes(mux)
	d.workRoutes(mux)
	d.secondRoutes(mux)
	d.passkeyRoutes(mux)
	d.attributeRoutes(mux)
	d.deviceRoutes(mux)
	mux.Handle("GET /oauth2/idpresponse", d.Errors.Pages(d.fromUpstream))
	mux.Handle("GET /consent", d.Errors.Pages(d.showConsent))
	mux.Handle("POST /consent", d.guard(d.answerConsent))
	mux.Handle("POST /logout", d.guard(d.answerLogout))
	mux.Handle("GET /signed-out", d.Errors.Pages(d.signedOut))
}

func (d *Door) guard(h respond.Handler) http.Handler {
	deny := d.Errors.Pages(func(http.ResponseWriter, *http.Request) error {
		return &provider.Error{Code: provider.CodeForbidden, Message: "The form was sent from another site."}
	})
	return browser.Guard(d.Errors.Pages(h), deny)
}

// session returns who is signed in in this browser; nil for nobody. Any error is
// a fault and says nothing about the session.
func (d *Door) session(r *http.Request) (*signin.Live, error) {
	pool := provider.TenantFrom(r.Context()).Pool
	live, err := d.Sessions.Read(r.Context(), pool, d.Browser.SessionID(r, pool.ID))
	if errors.Is(err, provider.ErrSessionNotFound) {
		return nil, nil
	}
	return live, err
}

// Principal returns who is signed in in this browser; nil for nobody. Any error
// is a fault and says nothing about that.
func (d *Door) Principal(r *http.Request) (*provider.Principal, error) {
	live, err := d.session(r)
	if live == nil {
		return nil, err
	}
	return &live.Principal, err
}

// proceed goes where oauth has decided.
func (d *Door) proceed(w http.ResponseWriter, r *http.Request, next *oauth.Decision) error {
	switch {
	case next.SignIn != nil:
		return d.SignIn(w, r, next.SignIn)
	case next.Consent != nil:
		return d.Consent(w, r, next.Consent)
	}
	return respond.Redirect(w, next.Redirect)
}

// SignIn sends the browser to the sign-in page for a waiting authorization, or to the
// page that asks which account it shall be.
func (d *Door) SignIn(w http.ResponseWriter, r *http.Request, i *oauth.Interaction) error {
	if d.chooses(r, i) {
		return respond.Redirect(w, here(r, "/select-account", i.ID))
	}
	return respond.Redirect(w, here(r, "/login", i.ID))
}

// Consent sends the browser to the page that asks whether the client may have
// what it asks for.
func (d *Door) Consent(w http.ResponseWriter, r *http.Request, i *oauth.Interaction) error {
	return respond.Redirect(w, here(r, "/consent", i.ID))
}

// Refuse draws why a request goes no further: oauth refused it before there was
// anywhere safe to redirect to.
func (d *Door) Refuse(w http.ResponseWriter, r *http.Request, refusal *oauth.Error) error {
	v := page.Error{
		Chrome: chrome(r, nil, ""), Kind: page.ErrorRequest, Detail: refusal.Description,
		RequestID: provider.ActorFrom(r.Context()).RequestID,
	}
	switch {
	case errors.Is(refusal, oauth.ErrRedirect):
		v.Kind = page.ErrorRedirect
	case errors.Is(refusal, oauth.ErrNoClient):
		v.Kind = page.ErrorNoClient
	case refusal.Code == "invalid_client":
		v.Kind = page.ErrorUnknownClient
	}
	return d.Pages.Render(w, r, refusal.Status, v)
}

// here is the path of a page of this pool, for a waiting authorization request.
func here(r *http.Request, path, authorization string) string {
	path = provider.TenantFrom(r.Context()).Path + path
	if authorization != "" {
		path += "?" + url.Values{"authorization": {authorization}}.Encode()
	}
	return path
}

// toConfirm leads whoever opens the address of a form of the confirmation's page, as a
// browser does when it opens its last page again, to that page.
func toConfirm(w http.ResponseWriter, r *http.Request) error {
	to := url.URL{Path: here(r, "/confirm", ""), RawQuery: r.URL.RawQuery}
	return respond.Redirect(w, to.String())
}

// front answers the pool's own address, which is the issuer that everybody is told: a
// person who opens it finds their account, or is asked to sign in to it.
func (d *Door) front(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, here(r, accountPage, ""), http.StatusFound)
	return nil
}

// expired answers for what is over, or another browser's: the two look alike. It always
// offers a way on: to what waits, or to the account.
func (d *Door) expired(w http.ResponseWriter, r *http.Request, authorization string) error {
	return d.drawExpired(w, r, authorization, "")
}

// spent answers for a link of a message that counts no more.
func (d *Door) spent(w http.ResponseWriter, r *http.Request) error {
	return d.drawExpired(w, r, "", page.ExpiredLink)
}

func (d *Door) drawExpired(w http.ResponseWriter, r *http.Request, authorization string, why page.ExpiredReason) error {
	v := page.Expired{Chrome: chrome(r, nil, ""), AccountURL: here(r, accountPage, ""), Reason: why}
	live, err := d.session(r)
	if err != nil {
		return err
	}
	if live != nil {
		v.Account = live.User.KnownAs()
	} else if why == page.ExpiredMoved {
		v.Reason = ""
	}
	if local := ownPage(r.URL.Query().Get("return")); local != "" {
		v.RestartURL = signInURL(r, local)
	}
	if authorization != "" {
		waiting, err := d.OAuth.Pending(r.Context(), authorization)
		switch {
		case err == nil:
			v.Chrome = chrome(r, waiting.Client, waiting.UILocales)
			v.RestartURL = here(r, "/login", waiting.ID)
		case !errors.Is(err, provider.ErrAttemptNotFound):
			return err
		}
	}
	return d.Pages.Render(w, r, http.StatusGone, v)
}

// closed answers for a page that the pool's settings do not offer, and leads to the sign-in.
func (d *Door) closed(w http.ResponseWriter, r *http.Request, b *beside, why page.ErrorKind) error {
	return d.Pages.Render(w, r, http.StatusForbidden, page.Error{
		Chrome: b.chrome(r), Kind: why, HomeURL: b.to(r, "/login"), RequestID: provider.ActorFrom(r.Context()).RequestID,
	})
}

func chrome(r *http.Request, client *provider.Client, locales string) page.Chrome {
	pool := provider.TenantFrom(r.Context()).Pool
	c := page.Chrome{PoolName: pool.Title()}
	if client != nil {
		c.ClientName = client.Name
	}
	if !r.URL.Query().Has("lang") {
		c.Lang = strings.Join(strings.Fields(locales), ",")
	}
	return c
}

// form reads a posted form. The fields named must not be there twice.
func form(r *http.Request, once ...string) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, provider.Invalid("", "The form is malformed.").With(err)
	}
	for _, name := range once {
		if len(r.PostForm[name]) > 1 {
			return nil, provider.Invalid(name, "The form holds '%s' more than once.", name)
		}
	}
	return r.PostForm, nil
}

// authorization is the waiting request that a page's address names; "" for none
// or something that cannot be one.
func authorization(r *http.Request) string {
	id := r.URL.Query().Get("authorization")
	if len(id) != 43 || strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ""
	}
	return id
}

package hosted

import (
	"errors"
	"net/http"
	"regexp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

// opened is a link from a message, in the browser that opened it.
type opened struct {
	token, flow string
	link        *directory.Link
	waits       *beside        // the attempt that waits for it, in the browser that began; nil elsewhere
	user        *provider.User // whose session this browser holds, if the link is theirs; nil elsewhere
}

// showConfirmUser answers /confirmUser: the code's page for an attempt, or a link from
// a message. A link consumes nothing when it is opened.
func (d *Door) showConfirmUser(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	switch {
	case q.Has("token"):
		o, err := d.open(w, r, q.Get("token"), q.Get("flow"))
		if o == nil {
			return err
		}
		return d.drawLink(w, r, o, "")
	case q.Has("confirmation_code"):
		return d.drawCodeLink(w, r, "", q.Get("confirmation_code"))
	}
	return d.show(signin.StepConfirm, d.showConfirm)(w, r)
}

// answerConfirmUser takes the button of a link's page. It completes what the link is
// for in the browser that began it, and shows the code in any other; package directory
// says why.
func (d *Door) answerConfirmUser(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "token", "code")
	if err != nil {
		return err
	}
	switch {
	case f.Has("shown"):
		return d.drawCodeLink(w, r, f.Get("shown"), f.Get("shown"))
	case !f.Has("token"):
		return d.answerConfirm(w, r)
	}
	o, err := d.open(w, r, f.Get("token"), f.Get("flow"))
	if o == nil {
		return err
	}
	switch {
	case o.waits != nil:
		return d.confirmByLink(w, r, o)
	case o.user != nil:
		_, err := d.Flow.Directory.Verify(r.Context(), provider.TenantFrom(r.Context()).Pool, o.user, provider.ByEmail, o.link.Code)
		if err != nil {
			return d.refuseLink(w, r, err)
		}
		return d.Pages.Render(w, r, http.StatusOK, page.Link{Chrome: chrome(r, nil, ""), State: page.LinkDone, Destination: o.link.Destination})
	}
	return d.drawLink(w, r, o, o.link.Code)
}

// confirmByLink confirms the account that an attempt waits for. Mail programs open links
// in a tab of their own, and an app may know its sign-in in the first tab alone: so the
// browser stays here, and the first tab goes on, or this one when it is told to.
func (d *Door) confirmByLink(w http.ResponseWriter, r *http.Request, o *opened) error {
	b := o.waits
	bound := d.Browser.Cookies.Bound(r, b.pool.ID)
	res, err := d.Flow.Confirm(r.Context(), b.pool, b.attempt.ID, bound, d.Browser.SessionID(r, b.pool.ID), o.link.Code)
	switch {
	case err != nil:
		return d.unconfirmed(w, r, b, err)
	case res.Principal != nil:
		if err := d.hold(w, r, res); err != nil {
			return err
		}
	}
	return d.Pages.Render(w, r, http.StatusOK, page.Link{
		Chrome: b.chrome(r), State: page.LinkMoved, Destination: o.link.Destination, OnURL: stepURL(r, "/login", res.Attempt) + "&moved=1",
	})
}

// open finds out what a link is for and whether this browser began it. When it answers
// nil, the response is written.
func (d *Door) open(w http.ResponseWriter, r *http.Request, token, flow string) (*opened, error) {
	pool := provider.TenantFrom(r.Context()).Pool
	if d.Flow.Directory == nil {
		return nil, d.spent(w, r)
	}
	link, err := d.Flow.Directory.Link(r.Context(), pool, token)
	if errors.Is(err, provider.ErrCodeMismatch) {
		// One that was used leads to where this browser's sign-in stands.
		if a, err := d.Flow.Attempt(r.Context(), pool, flow, d.Browser.Cookies.Bound(r, pool.ID)); err == nil {
			return nil, respond.Redirect(w, stepURL(r, stepPath(a.Step), a))
		}
		return nil, d.spent(w, r)
	}
	if err != nil {
		return nil, err
	}
	o := &opened{token: token, flow: flow, link: link}
	if link.Purpose != provider.CodeSignUp {
		live, err := d.session(r)
		if live != nil && live.User.ID == link.UserID {
			o.user = &live.User
		}
		return o, err
	}
	a, err := d.Flow.Attempt(r.Context(), pool, flow, d.Browser.Cookies.Bound(r, pool.ID))
	if errors.Is(err, provider.ErrAttemptNotFound) || err == nil && !a.Waits(link.UserID) {
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	waiting, err := d.waiting(r.Context(), a)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return o, nil
	}
	o.waits = &beside{d, pool, a, waiting}
	return o, err
}

// drawLink shows a link's one button; after a press elsewhere, the code.
func (d *Door) drawLink(w http.ResponseWriter, r *http.Request, o *opened, code string) error {
	v := page.Link{
		Chrome: chrome(r, nil, ""), Action: here(r, "/confirmUser", ""), Flow: o.flow, Token: o.token,
		State: page.LinkElsewhere, Destination: o.link.Destination, Code: code,
	}
	switch {
	case code != "":
		v.State = page.LinkCode
	case o.waits != nil:
		v.Chrome, v.State = o.waits.chrome(r), page.LinkHere
	case o.user != nil:
		v.State = page.LinkHere
	}
	return d.Pages.Render(w, r, http.StatusOK, v)
}

// aCode is what Cognito's form of a link may carry.
var aCode = regexp.MustCompile(`^[0-9]{4,12}$`)

// drawCodeLink answers Cognito's form of a link, which names a code and no attempt.
// Nothing says that this browser began, so it shows the code, after a press.
func (d *Door) drawCodeLink(w http.ResponseWriter, r *http.Request, shown, code string) error {
	if !aCode.MatchString(code) {
		return d.spent(w, r)
	}
	v := page.Link{Chrome: chrome(r, nil, ""), Action: here(r, "/confirmUser", ""), State: page.LinkElsewhere, Held: code}
	if shown != "" {
		v.State, v.Code = page.LinkCode, code
	}
	return d.Pages.Render(w, r, http.StatusOK, v)
}

// refuseLink says that a link could not be used.
func (d *Door) refuseLink(w http.ResponseWriter, r *http.Request, why error) error {
	if errors.Is(why, provider.ErrCodeMismatch) || errors.Is(why, provider.ErrCodeExpired) {
		return d.spent(w, r)
	}
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, page.Link{Chrome: chrome(r, nil, ""), State: page.LinkRefused, Problem: codeProblem(why), RetryAfter: retryAfter(why)})
}

// showUndo asks whether a change of address shall be taken back. Any browser may: the
// link went to the old address alone, whose owner may sit anywhere.
func (d *Door) showUndo(w http.ResponseWriter, r *http.Request) error {
	return d.drawUndo(w, r, r.URL.Query().Get("token"), "")
}

// answerUndo takes a change of address back. A box has to be ticked, so that a scanner
// that presses buttons does not undo what the user meant; and if one did, the account
// would be back at an address that was proved, with nobody signed in.
func (d *Door) answerUndo(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "token", "sure")
	if err != nil {
		return err
	}
	if f.Get("sure") != "yes" {
		return d.drawUndo(w, r, f.Get("token"), page.UndoUnsure)
	}
	pool := provider.TenantFrom(r.Context()).Pool
	if d.Flow.Directory == nil {
		return d.drawExpired(w, r, "", page.ExpiredUndo)
	}
	err = d.Flow.Directory.Undo(r.Context(), pool, f.Get("token"))
	switch {
	case errors.Is(err, provider.ErrCodeMismatch):
		return d.drawExpired(w, r, "", page.ExpiredUndo)
	case errors.Is(err, provider.ErrAliasExists), errors.Is(err, provider.ErrUserExists):
		return d.drawUndo(w, r, f.Get("token"), page.UndoTaken)
	case err != nil:
		return err
	}
	return d.Pages.Render(w, r, http.StatusOK, page.Undo{Chrome: chrome(r, nil, ""), Action: here(r, "/forgotPassword", ""), Done: true})
}

func (d *Door) drawUndo(w http.ResponseWriter, r *http.Request, token string, problem page.Problem) error {
	if d.Flow.Directory == nil {
		return d.drawExpired(w, r, "", page.ExpiredUndo)
	}
	what, err := d.Flow.Directory.Undoable(r.Context(), provider.TenantFrom(r.Context()).Pool, token)
	if errors.Is(err, provider.ErrCodeMismatch) {
		return d.drawExpired(w, r, "", page.ExpiredUndo)
	}
	if err != nil {
		return err
	}
	status := http.StatusOK
	if problem != "" {
		status = http.StatusUnprocessableEntity
	}
	return d.Pages.Render(w, r, status, page.Undo{
		Chrome: chrome(r, nil, ""), Action: here(r, "/undo", ""), Token: token, Destination: what.Destination, Problem: problem,
	})
}

// answerCorrect goes back to the form of a new account.
func (d *Door) answerCorrect(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	a, err := d.Flow.Correct(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID))
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, b.waiting.ID)
	}
	if err != nil {
		return err
	}
	b.attempt = a
	return respond.Redirect(w, b.to(r, "/signup"))
}

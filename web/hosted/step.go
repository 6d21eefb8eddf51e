package hosted

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/respond"
)

// stepPath is the page that a step stands on. Several steps may share one.
func stepPath(s signin.Step) string {
	switch s {
	case signin.StepConfirm:
		return "/confirm"
	case signin.StepReset:
		return "/confirmforgotPassword"
	case signin.StepCode:
		return "/login/code"
	case signin.StepCustom:
		return "/challenge"
	case signin.StepSecond:
		return "/mfa"
	case signin.StepSetUp:
		return "/mfa/setup"
	case signin.StepRecoveryCodes:
		return "/mfa/recovery-codes"
	case signin.StepAttributes:
		return "/profile"
	case signin.StepRemember:
		return "/device"
	case signin.StepNudge:
		return "/passkeys/add"
	}
	return "/login"
}

// stepPage is a page that asks one step's question.
type stepPage struct {
	step   signin.Step
	fields []string                       // of the form, each of which may be there once
	read   func(url.Values) signin.Answer // makes the answer of the form
	// draw shows the page: at first, or again with what is wrong. f is the form that was
	// sent, nil at first.
	draw func(b *beside, w http.ResponseWriter, r *http.Request, f url.Values, why error) error
}

// mount serves a step's page at its own path.
func (d *Door) mount(mux *http.ServeMux, p stepPage) {
	mux.Handle("GET "+stepPath(p.step), d.Errors.Pages(d.show(p.step, func(b *beside, w http.ResponseWriter, r *http.Request) error {
		return p.draw(b, w, r, nil, nil)
	})))
	mux.Handle("POST "+stepPath(p.step), d.guard(d.answerStep(p)))
}

// answerStep hands a form to the step that its page belongs to, and goes where that
// leads.
func (d *Door) answerStep(p stepPage) respond.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := form(r, append([]string{"flow"}, p.fields...)...)
		if err != nil {
			return err
		}
		b, err := d.beside(w, r, f.Get("flow"))
		if b == nil {
			return err
		}
		if b.attempt.Step != p.step { // a page that is behind them
			return respond.Redirect(w, b.to(r, stepPath(b.attempt.Step)))
		}
		res, err := d.Flow.Answer(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID), d.Browser.SessionID(r, b.pool.ID), p.read(f))
		switch {
		case errors.Is(err, provider.ErrAttemptNotFound):
			return d.expired(w, r, b.waiting.ID)
		case errors.Is(err, signin.ErrChallengeFailed):
			return d.drawChallenge(b, w, r, f, err)
		case questionsAway(err) && p.step != signin.StepCustom:
			return err
		case err != nil:
			return p.draw(b, w, r, f, err)
		case res.Principal != nil:
			return d.enter(w, r, res)
		}
		b.attempt = res.Attempt
		return respond.Redirect(w, b.to(r, stepPath(b.attempt.Step)))
	}
}

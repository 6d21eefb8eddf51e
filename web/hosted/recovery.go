package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
	"github.com/cognate-idp/cognate/web/respond"
)

func (d *Door) showForgot(b *beside, w http.ResponseWriter, r *http.Request) error {
	return d.drawForgot(w, r, b, nil)
}

// answerForgot asks for a code. The next page is the same whoever the name leads
// to; asked again from there, it sends another code.
func (d *Door) answerForgot(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "username")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	again := b.attempt.Step == signin.StepReset
	if !again {
		b.attempt.Username = f.Get("username")
	}
	a, err := d.Flow.Forgot(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID), f.Get("username"))
	switch {
	case errors.Is(err, provider.ErrAttemptNotFound):
		return d.expired(w, r, b.waiting.ID)
	case a != nil: // throttled, it stands at the code's page all the same
		b.attempt = a
		if err != nil {
			return d.drawReset(w, r, b, nil, false, err)
		}
	case err != nil:
		return d.drawForgot(w, r, b, err)
	}
	to := b.to(r, "/confirmforgotPassword")
	if again {
		to += "&sent=1"
	}
	return respond.Redirect(w, to)
}

func (d *Door) drawForgot(w http.ResponseWriter, r *http.Request, b *beside, why error) error {
	if !d.Flow.OffersRecovery(b.pool, b.attempt) {
		return d.closed(w, r, b, page.ErrorNoRecovery)
	}
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	v := page.ForgotPassword{
		Chrome: b.chrome(r), Action: b.to(r, "/forgotPassword"), Flow: b.attempt.ID, Identifier: b.attempt.Username,
		IdentifierKind: identifierKind(b.pool), SignInURL: b.to(r, "/login"),
	}
	if slices.Contains(b.pool.Settings.RecoveryOrder(), provider.BySMS) {
		if v.Work, err = d.work(r, b); err != nil {
			return err
		}
	}
	switch {
	case errors.Is(why, risk.ErrWorkNeeded):
		v.Problem = page.ForgotWork
	case why != nil && provider.CodeOf(why) == provider.CodeInvalid:
		v.Problem = page.ForgotMissing
	case why != nil:
		v.Problem = page.ForgotUnavailable
	}
	return d.Pages.Render(w, r, status, v)
}

func (d *Door) showReset(b *beside, w http.ResponseWriter, r *http.Request) error {
	return d.drawReset(w, r, b, nil, r.URL.Query().Has("sent"), nil)
}

// answerReset takes the mailed code and the new password.
func (d *Door) answerReset(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r, "flow", "code", "new_password", "confirm_password")
	if err != nil {
		return err
	}
	b, err := d.beside(w, r, f.Get("flow"))
	if b == nil {
		return err
	}
	if f.Get("confirm_password") != f.Get("new_password") && b.attempt.Step == signin.StepReset {
		return d.drawReset(w, r, b, f, false, errMismatch)
	}
	_, err = d.Flow.Reset(r.Context(), b.pool, b.attempt.ID, d.Browser.Cookies.Bound(r, b.pool.ID), code(f), f.Get("new_password"))
	switch {
	case errors.Is(err, provider.ErrAttemptNotFound):
		return d.expired(w, r, b.waiting.ID)
	case err != nil:
		return d.drawReset(w, r, b, f, false, err)
	}
	return respond.Redirect(w, b.to(r, "/login"))
}

// drawReset shows the form, with the code that was typed unless that is what is wrong. f
// is the form that was sent, nil at first.
func (d *Door) drawReset(w http.ResponseWriter, r *http.Request, b *beside, f url.Values, sent bool, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	wait, err := d.Flow.ResendWait(r.Context(), b.pool, b.attempt)
	if err != nil {
		return err
	}
	v := page.ResetPassword{
		Chrome: b.chrome(r), Action: b.to(r, "/confirmforgotPassword"), ResendAction: b.to(r, "/forgotPassword"), Flow: b.attempt.ID,
		Identifier: b.attempt.Username, Required: b.attempt.ResetRequired(), Policy: page.PolicyOf(b.pool.Settings.PasswordPolicy), Sent: sent, Wait: wait, RetryAfter: retryAfter(why), SignInURL: b.start(r),
	}
	switch {
	case why != nil && errors.Is(why, signin.ErrPasswordMissing), errors.Is(why, errMismatch), provider.CodeOf(why) == provider.CodePasswordPolicy,
		provider.CodeOf(why) == provider.CodeInvalid:
		v.Problem, v.Fault = newPasswordProblem(why), provider.PasswordFaultOf(why)
	default:
		v.Problem = codeProblem(why)
	}
	if !v.CodeInvalid() {
		v.Typed = f.Get("code")
	}
	return d.Pages.Render(w, r, status, v)
}

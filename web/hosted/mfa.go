package hosted

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// secondRoutes serves what second factors need.
func (d *Door) secondRoutes(mux *http.ServeMux) {
	fields := []string{"code", "credential", "name", "address", "other", "choose", "again"}
	d.mount(mux, stepPage{step: signin.StepSecond, fields: fields, read: factorAnswer, draw: d.drawSecond})
	d.mount(mux, stepPage{step: signin.StepSetUp, fields: fields, read: factorAnswer, draw: d.drawSetUp})
	d.mount(mux, stepPage{step: signin.StepRecoveryCodes, read: func(url.Values) signin.Answer { return signin.Answer{} }, draw: d.drawRecoveryCodes})
	d.mount(mux, d.challengePage())
}

// factorAnswer reads a form of the pages about second factors.
func factorAnswer(f url.Values) signin.Answer {
	return signin.Answer{
		Code: code(f), Credential: f.Get("credential"), Name: f.Get("name"), Address: strings.TrimSpace(f.Get("address")),
		Choose: provider.Factor(f.Get("choose")), Again: f.Has("again"), Other: f.Has("other"),
	}
}

func (d *Door) drawSecond(b *beside, w http.ResponseWriter, r *http.Request, f url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	a := b.attempt
	wait, err := d.Flow.ResendWait(r.Context(), b.pool, a)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, page.SecondFactor{
		Chrome: b.chrome(r), Action: b.to(r, "/mfa"), Flow: a.ID, Method: a.Method(), Others: others(a), Options: string(a.Passkey()),
		Destination: a.Destination(), Unsent: a.Unsent(), Wait: wait, Problem: secondProblem(why), RetryAfter: retryAfter(why), StartURL: b.start(r),
	})
}

func (d *Door) drawSetUp(b *beside, w http.ResponseWriter, r *http.Request, f url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	a := b.attempt
	wait, err := d.Flow.ResendWait(r.Context(), b.pool, a)
	if err != nil {
		return err
	}
	v := page.FactorSetUp{
		Chrome: b.chrome(r), Action: b.to(r, "/mfa/setup"), Flow: a.ID, Choices: a.Choices(), Method: a.Method(), Options: string(a.Passkey()),
		Destination: a.Destination(), Address: f.Get("address"), Redirects: a.Redirects(), Unsent: a.Unsent(), Wait: wait, Problem: secondProblem(why), RetryAfter: retryAfter(why),
	}
	if app := a.Enrolment(); app != nil && v.Problem != page.SecondOver {
		if err := showApp(&v, app); err != nil {
			return err
		}
	}
	return d.Pages.Render(w, r, status, v)
}

// showApp puts an authenticator app's secret on the page that sets it up.
func showApp(v *page.FactorSetUp, app *factor.Enrolment) error {
	picture, err := app.QR()
	if err != nil {
		return err
	}
	v.URI, v.Secret, v.QR = app.URI(), app.Grouped(), base64.StdEncoding.EncodeToString(picture)
	return nil
}

func (d *Door) drawRecoveryCodes(b *beside, w http.ResponseWriter, r *http.Request, _ url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, page.RecoveryCodes{
		Chrome: b.chrome(r), Action: b.to(r, "/mfa/recovery-codes"), Flow: b.attempt.ID,
		Codes: b.attempt.RecoveryCodes(), Account: b.attempt.Username,
	})
}

// others are the second factors that the person may go over to.
func others(a *signin.Attempt) []provider.Factor {
	return slices.DeleteFunc(slices.Clone(a.Choices()), func(f provider.Factor) bool { return f == a.Method() })
}

// secondProblem says what went wrong with a second factor.
func secondProblem(why error) page.Problem {
	var e *provider.Error
	if why == nil || !errors.As(why, &e) {
		return ""
	}
	switch {
	case errors.Is(e, factor.ErrEnrolmentOver):
		return page.SecondOver
	case e.Field == "choose":
		return page.SecondChoose
	case errors.Is(e, factor.ErrPasskeyCopied):
		return page.SecondPasskeyCopied
	case errors.Is(e, provider.ErrPasskeyExists):
		return page.SecondPasskeyExists
	case errors.Is(e, factor.ErrAuthenticator):
		return page.SecondPasskeyMake
	case e.Field == "credential", errors.Is(e, factor.ErrPasskeyMalformed):
		return page.SecondPasskeyMissing
	case errors.Is(e, directory.ErrCountryUnserved):
		return page.SecondCountry
	case errors.Is(e, directory.ErrNumberUnserved):
		return page.SecondUntexted
	case e.Code == provider.CodeInvalid && (e.Field == "email" || e.Field == "phone_number"):
		return page.SecondAddress
	case e.Code == provider.CodeExists:
		return page.SecondTaken
	case e.Code == provider.CodeInvalid:
		return page.SecondMissing
	case e.Code == provider.CodeUnauthorized:
		return page.SecondWrong
	case e.Code == provider.CodeExpired:
		return page.SecondExpired
	case e.Code == provider.CodeDisabled:
		return page.SecondDisabled
	case errors.Is(e, risk.ErrSeveral):
		return page.SecondSeveral
	case e.Code == provider.CodeThrottled && e.Kind == "mail":
		return page.SecondWait
	case e.Code == provider.CodeThrottled:
		return page.SecondThrottled
	}
	return page.SecondUnavailable
}

func retryAfter(why error) int {
	var e *provider.Error
	if errors.As(why, &e) {
		return e.RetryAfter
	}
	return 0
}

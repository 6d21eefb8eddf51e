package hosted

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// passkeyRoutes serves the offer of a passkey. The pages that ask for one are the
// sign-in page and those of second factors.
func (d *Door) passkeyRoutes(mux *http.ServeMux) {
	d.mount(mux, stepPage{step: signin.StepNudge, fields: []string{"credential", "name", "skip"}, draw: d.drawNudge,
		read: func(f url.Values) signin.Answer {
			return signin.Answer{Credential: f.Get("credential"), Name: f.Get("name"), Skip: f.Has("skip")}
		}})
}

func (d *Door) drawNudge(b *beside, w http.ResponseWriter, r *http.Request, _ url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	v := page.PasskeyAdd{Chrome: b.chrome(r), Action: b.to(r, "/passkeys/add"), Flow: b.attempt.ID, Step: signin.PasskeysSecond(b.pool), Second: signin.AsksTwice(b.pool), Problem: page.PasskeyProblem(why)}
	v.Passkey = page.PasskeyForm{Action: v.Action, Flow: v.Flow, Options: string(b.attempt.Passkey()), Make: true, Label: "passkey.make"}
	return d.Pages.Render(w, r, status, v)
}

// passkeyForm is the sign-in page's button for a passkey; nil where none signs in.
// credential is the one that was just refused for why, if any.
func passkeyForm(a *signin.Attempt, action, credential string, why error) *page.PasskeyForm {
	options := a.Passkey()
	if options == nil {
		return nil
	}
	form := &page.PasskeyForm{Action: action, Flow: a.ID, Options: string(options), Conditional: true, Aside: true, Label: "passkey.use"}
	if errors.Is(why, provider.ErrPasskeyNotFound) {
		if shown, err := factor.ReadPasskey(credential); err == nil {
			form.Unknown = shown.ID
		}
	}
	return form
}

// passkeyProblem says why a passkey did not sign in; "" when it was something else.
func passkeyProblem(why error) page.Problem {
	switch {
	case errors.Is(why, factor.ErrPasskeyCopied):
		return page.SignInPasskeyCopied
	case errors.Is(why, factor.ErrPasskeyChallenge):
		return page.SignInPasskeyOver
	case errors.Is(why, signin.ErrWrongPasskey), errors.Is(why, factor.ErrPasskeyOrigin), errors.Is(why, factor.ErrPasskeyMalformed), errors.Is(why, factor.ErrNoPasskeys):
		return page.SignInPasskey
	}
	return ""
}

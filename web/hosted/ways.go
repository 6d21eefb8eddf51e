package hosted

import (
	"net/http"
	"net/url"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// wayRoutes serves the ways in beside a password. The steps before a code stand on
// the sign-in page's own path.
func (d *Door) wayRoutes(mux *http.ServeMux) {
	d.mount(mux, stepPage{step: signin.StepCode, fields: []string{"code", "choose", "again"}, read: factorAnswer, draw: d.drawCode})
}

// drawCode asks for the code that was sent in place of a password. It shows what was
// typed and nothing that it led to: the page is the same for a name that nobody has.
func (d *Door) drawCode(b *beside, w http.ResponseWriter, r *http.Request, _ url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	a := b.attempt
	wait, err := d.Flow.ResendWait(r.Context(), b.pool, a)
	if err != nil {
		return err
	}
	v := page.SignInCode{
		SecondFactor: page.SecondFactor{
			Chrome: b.chrome(r), Action: b.to(r, stepPath(signin.StepCode)), Flow: a.ID, Method: a.Method(), Others: others(a),
			Wait: wait, Problem: secondProblem(why), RetryAfter: retryAfter(why), StartURL: b.start(r),
			Sent: why == nil && r.URL.Query().Has("sent"),
		},
		Identifier: a.Username,
	}
	if provider.CodeOf(why) == provider.CodeExists {
		v.Problem = page.SecondTaken
	}
	return d.Pages.Render(w, r, status, v)
}

package hosted

import (
	"net/http"
	"net/url"
	"time"

	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// deviceRoutes serves the page that asks whether to remember a browser.
func (d *Door) deviceRoutes(mux *http.ServeMux) {
	d.mount(mux, stepPage{
		step: signin.StepRemember, fields: []string{"decision"},
		read: func(f url.Values) signin.Answer {
			return signin.Answer{Remember: f.Get("decision") == "remember", Skip: f.Get("decision") == "skip"}
		},
		draw: d.drawRemember,
	})
}

func (d *Door) drawRemember(b *beside, w http.ResponseWriter, r *http.Request, _ url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	v := page.RememberDevice{
		Chrome: b.chrome(r), Action: b.to(r, stepPath(signin.StepRemember)), Flow: b.attempt.ID,
		Days: int(b.pool.Settings.Devices.Life() / (24 * time.Hour)),
	}
	if why != nil {
		v.Problem = page.RememberDeviceChoose
	}
	return d.Pages.Render(w, r, status, v)
}

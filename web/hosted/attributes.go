package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/web/page"
)

// attributeRoutes serves the page that asks for what the pool wants to know by now.
func (d *Door) attributeRoutes(mux *http.ServeMux) {
	d.mount(mux, stepPage{step: signin.StepAttributes, read: attributeAnswer, draw: d.drawAttributes})
}

// attributeAnswer reads the fields of attributes. One that is there twice counts as
// empty: nobody knows which is meant.
func attributeAnswer(f url.Values) signin.Answer {
	a := signin.Answer{Attributes: map[string]string{}}
	for field, values := range f {
		if name, ok := strings.CutPrefix(field, "attr."); ok && len(values) == 1 {
			a.Attributes[name] = values[0]
		}
	}
	return a
}

func (d *Door) drawAttributes(b *beside, w http.ResponseWriter, r *http.Request, f url.Values, why error) error {
	status, err := refusal(w, r, why)
	if err != nil {
		return err
	}
	asked, err := d.Flow.Asked(r.Context(), b.pool, b.attempt)
	if errors.Is(err, provider.ErrAttemptNotFound) {
		return d.expired(w, r, b.waiting.ID)
	}
	if err != nil && why == nil {
		why = err
	}
	v := page.Attributes{Chrome: b.chrome(r), Action: b.to(r, "/profile"), Flow: b.attempt.ID, StartURL: b.start(r), RetryAfter: retryAfter(why)}
	for _, a := range asked {
		field := page.FieldOf(b.pool, a)
		field.Value = f.Get(field.Name)
		field.Problem = page.FieldProblemOf(why, field.Attribute)
		v.Fields = append(v.Fields, field)
	}
	if why != nil && len(v.Wrong()) == 0 {
		v.Problem = attributesProblem(why)
	}
	return d.Pages.Render(w, r, status, v)
}

func attributesProblem(why error) page.Problem {
	switch provider.CodeOf(why) {
	case provider.CodeThrottled:
		return page.AttributesThrottled
	case provider.CodeDisabled:
		return page.AttributesDisabled
	}
	return page.AttributesUnavailable
}

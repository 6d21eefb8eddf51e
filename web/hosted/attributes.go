package hosted

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
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
		field := attributeField(b.pool, a)
		field.Value = f.Get(field.Name)
		field.Problem = problemOf(why, field.Attribute)
		v.Fields = append(v.Fields, field)
	}
	if why != nil && len(v.Wrong()) == 0 {
		v.Problem = attributesProblem(why)
	}
	return d.Pages.Render(w, r, status, v)
}

// problemOf is what an error says of one attribute; empty for nothing.
func problemOf(why error, attribute string) page.Problem {
	var several directory.AttributeErrors
	var e *provider.Error
	switch {
	case why == nil:
		return ""
	case errors.As(why, &several):
		if e = several[attribute]; e == nil {
			return ""
		}
		return fieldProblem(e)
	case errors.As(why, &e) && e.Field == attribute:
		return fieldProblem(e)
	}
	return ""
}

// fieldProblem is what is wrong with a field.
func fieldProblem(why error) page.Problem {
	var e *provider.Error
	if !errors.As(why, &e) {
		return page.FieldInvalid
	}
	if e.Code == provider.CodeExists {
		return page.FieldTaken
	}
	switch p := page.Problem(e.Kind); p {
	case page.FieldMissing, page.FieldEmail, page.FieldPhone, page.FieldDate, page.FieldMoment, page.FieldNumber, page.FieldRange, page.FieldShort, page.FieldLong:
		return p
	}
	return page.FieldInvalid
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

// attributeField is how a form asks for an attribute.
func attributeField(p *provider.Pool, a provider.Attribute) page.Field {
	name := directory.WireName(a)
	f := page.Field{Name: "attr." + name, Attribute: name, Type: "text", Fill: "off", Max: 2048}
	if a.MaxLength != nil {
		f.Max = min(f.Max, *a.MaxLength)
	}
	if a.MinLength != nil {
		f.Shortest = *a.MinLength
	}
	if a.Custom {
		f.Label = spoken(a.Name)
	} else {
		f.Fill = fillToken(a.Name)
	}
	switch a.Type {
	case "Boolean":
		f.Type = "yesno"
	case "DateTime":
		f.Type, f.Hint = "datetime-local", "moment"
	case "Number":
		f.Type = "number"
		f.Least, f.Greatest, f.Hint = numberBounds(a)
	}
	switch name {
	case "email":
		f.Type = "email"
	case "birthdate":
		f.Type = "date"
	case "phone_number":
		f.Type, f.Hint = "tel", "phone"
		if p.Settings.DefaultRegion != "" {
			f.Hint = "phone_national"
		}
	}
	return f
}

func numberBounds(a provider.Attribute) (least, greatest, hint string) {
	hint = "number"
	if a.MinValue != nil {
		least, hint = *a.MinValue, "number_from"
	}
	if a.MaxValue != nil {
		greatest = *a.MaxValue
		if hint = "number_to"; least != "" {
			hint = "number_between"
		}
	}
	return least, greatest, hint
}

// spoken turns the name that a pool gave an attribute into words: favourite_bike is
// Favourite bike.
func spoken(name string) string {
	words := strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ", ".", " ").Replace(name))
	first, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return name
	}
	return string(unicode.ToUpper(first)) + words[size:]
}

// fillToken is the HTML standard's autofill word for an attribute.
func fillToken(attribute string) string {
	token, ok := map[string]string{
		"name": "name", "given_name": "given-name", "family_name": "family-name", "middle_name": "additional-name", "nickname": "nickname",
		"email": "email", "phone_number": "tel", "birthdate": "bday", "gender": "sex", "address": "street-address", "locale": "language",
		"website": "url", "picture": "photo",
	}[attribute]
	if !ok {
		return "off"
	}
	return token
}

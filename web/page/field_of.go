package page

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

// FieldProblemOf is what an error says of one attribute; empty for nothing.
func FieldProblemOf(why error, attribute string) Problem {
	var several directory.AttributeErrors
	var e *provider.Error
	switch {
	case why == nil:
		return ""
	case errors.As(why, &several):
		if e = several[attribute]; e == nil {
			return ""
		}
		return FieldFault(e)
	case errors.As(why, &e) && e.Field == attribute:
		return FieldFault(e)
	}
	return ""
}

// FieldFault is what is wrong with a field.
func FieldFault(why error) Problem {
	var e *provider.Error
	if !errors.As(why, &e) {
		return FieldInvalid
	}
	if e.Code == provider.CodeExists {
		return FieldTaken
	}
	switch p := Problem(e.Kind); p {
	case FieldMissing, FieldEmail, FieldPhone, FieldDate, FieldMoment, FieldNumber, FieldRange, FieldShort, FieldLong, FieldCountry, FieldUntexted, FieldURL, FieldZone, FieldLocale, FieldFuture:
		return p
	}
	return FieldInvalid
}

// FieldOf is how a form asks for an attribute.
func FieldOf(p *provider.Pool, a provider.Attribute) Field {
	name := directory.WireName(a)
	f := Field{Name: "attr." + name, Attribute: name, Type: "text", Fill: "off", Max: 2048}
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
	if a.Custom && f.Type == "text" {
		f.Hint = lengthHint(f.Shortest, a.MaxLength)
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

// lengthHint says how long a text may be, where that is not just any length.
func lengthHint(shortest int, longest *int) string {
	switch {
	case longest == nil && shortest > 1:
		return "length_from"
	case longest != nil && shortest > 1:
		return "length_between"
	case longest != nil && *longest <= 256:
		return "length_to"
	}
	return ""
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

package page

import (
	"html/template"
	"strings"
)

// Field is one thing about a person that a form asks for.
type Field struct {
	Name      string // on the form; an attribute's begins with attr.
	Attribute string // its words in the catalogue, below attribute.
	Label     string // in place of the catalogue's, for what a pool has made up itself
	Type      string // of the input; yesno for a choice between the two
	Fill      string // the autocomplete token
	Value     string
	Max       int    // characters; 0 where the type says it
	Least     string // of a number
	Greatest  string // of a number
	Shortest  int    // characters
	Optional  bool   // it may stay empty
	Hint      string // below field.hint.; empty for none
	Problem   Problem
}

// What a Field can say is wrong with it.
const (
	FieldMissing  Problem = "missing"
	FieldInvalid  Problem = "invalid"
	FieldEmail    Problem = "email"
	FieldPhone    Problem = "phone"
	FieldDate     Problem = "date"
	FieldMoment   Problem = "moment" // a date and a time
	FieldNumber   Problem = "number"
	FieldRange    Problem = "range" // below Least or above Greatest
	FieldShort    Problem = "short"
	FieldLong     Problem = "long"
	FieldCountry  Problem = "country"  // no text is sent to numbers of that country
	FieldUntexted Problem = "untexted" // no text reaches that number
	FieldURL      Problem = "url"
	FieldZone     Problem = "zone"
	FieldFuture   Problem = "future" // a day that has not come yet
	FieldLocale   Problem = "locale"
	FieldTaken    Problem = "taken"    // somebody else signs in by it
	FieldUsername Problem = "username" // no username may look like this
)

// ID is the field's id on the page.
func (f Field) ID() string { return "field-" + strings.ReplaceAll(f.Attribute, ":", "-") }

// Described lists the ids of what explains the field.
func (f Field) Described() string {
	var out []string
	if f.Hint != "" {
		out = append(out, f.ID()+"-hint")
	}
	if f.Problem != "" {
		out = append(out, f.ID()+"-problem")
	}
	return strings.Join(out, " ")
}

// Plain reports whether the field takes any text, so that its length can be bounded.
func (f Field) Plain() bool {
	return f.Type == "text" || f.Type == "email" || f.Type == "tel"
}

// Attributes asks for what the pool wants to know by now. The form posts flow and
// each field to Action.
type Attributes struct {
	Chrome
	Action     string
	Flow       string
	Fields     []Field // none when all was told meanwhile: then there is only the button to go on
	Problem    Problem // where no field is at fault
	RetryAfter int     // seconds, with AttributesThrottled
	StartURL   string  // to begin again, as somebody else
}

// What Attributes can say went wrong beside its fields.
const (
	AttributesThrottled   Problem = "throttled"
	AttributesDisabled    Problem = "disabled"
	AttributesUnavailable Problem = "unavailable"
)

func (Attributes) file() string { return "attributes" }

// Failed is true once a field or the page has a Problem.
func (v Attributes) Failed() bool { return v.Problem != "" || len(v.Wrong()) > 0 }

// Wording is the Problem in the unit that fits the wait.
func (v Attributes) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (v Attributes) Count() int { return secondCount(v.RetryAfter) }

// Wrong lists the fields that have a Problem.
func (v Attributes) Wrong() []Field { return wrong(v.Fields) }

func wrong(fields []Field) []Field {
	var out []Field
	for _, f := range fields {
		if f.Problem != "" {
			out = append(out, f)
		}
	}
	return out
}

// fieldLabel is what a field is called.
func (s *speaker) fieldLabel(f Field) (string, error) {
	if f.Label != "" {
		return f.Label, nil
	}
	return s.text("attribute." + f.Attribute)
}

// fieldProblem is the sentence for what is wrong with a field.
func (s *speaker) fieldProblem(f Field) (template.HTML, error) {
	switch f.Problem {
	case FieldShort:
		return s.problem("field", f.Problem, "Count", f.Shortest)
	case FieldLong:
		return s.problem("field", f.Problem, "Count", f.Max)
	}
	return s.problem("field", f.Problem)
}

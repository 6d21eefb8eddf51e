package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

// A Timestamp is a moment as the wire has it: seconds since 1970 as a number
// with a fraction.
type Timestamp provider.Time

// MarshalJSON writes seconds with millisecond precision.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%d.%03d", int64(t)/1e6, int64(t)/1e3%1e3), nil
}

// UnmarshalJSON reads seconds, whole or fractional.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	var seconds float64
	if err := json.Unmarshal(b, &seconds); err != nil {
		return err
	}
	*t = Timestamp(seconds * 1e6)
	return nil
}

// Unserved stands where Cognito has a setting that this server does not offer.
// Absent, empty and switched-off values are accepted, because clients send them
// as defaults; anything else is refused, so that nobody believes in a
// protection that is not there.
type Unserved struct{}

// Kept is a setting that is stored and answered back as it was given. It
// configures something that this server does in another way, such as which mail
// service sends.
type Kept struct{ Value any }

// MarshalJSON writes the value as it was given.
func (k Kept) MarshalJSON() ([]byte, error) { return json.Marshal(k.Value) }

// UnmarshalJSON reads any value.
func (k *Kept) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &k.Value) }

// IsZero reports whether nothing was given.
func (k Kept) IsZero() bool { return k.Value == nil }

// shapes checks input against the constraints that struct tags name:
//
//	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
type shapes struct {
	constraints map[string]constraint
}

// fill copies a parsed JSON object into out, a pointer to a struct. Members
// that the struct does not have are ignored, as Cognito ignores them.
func (s *shapes) fill(in map[string]any, out any) error {
	var problems []string
	if err := s.structure("", in, reflect.ValueOf(out).Elem(), &problems); err != nil {
		return err
	}
	switch len(problems) {
	case 0:
		return nil
	case 1:
		return invalidParameter("1 validation error detected: " + problems[0])
	}
	return invalidParameter(fmt.Sprintf("%d validation errors detected: %s", len(problems), strings.Join(problems, "; ")))
}

func (s *shapes) structure(path string, in map[string]any, out reflect.Value, problems *[]string) error {
	for i := range out.NumField() {
		f := out.Type().Field(i)
		if f.Anonymous {
			if err := s.structure(path, in, out.Field(i), problems); err != nil {
				return err
			}
			continue
		}
		tag := parseTag(f)
		at := join(path, tag.member)
		v := in[tag.member]
		if v == nil {
			if tag.required {
				*problems = append(*problems, failed(at, "Member must not be null"))
			}
			continue
		}
		if err := s.value(at, v, out.Field(i), s.constraints[tag.constraint], problems); err != nil {
			return err
		}
	}
	return nil
}

func (s *shapes) value(at string, in any, out reflect.Value, c constraint, problems *[]string) error {
	if kept, ok := out.Addr().Interface().(*Kept); ok {
		kept.Value = in
		return nil
	}
	if _, ok := out.Interface().(Unserved); ok {
		if !empty(in) {
			*problems = append(*problems, failed(at, "Member is not served here and must be absent or switched off"))
		}
		return nil
	}
	switch out.Kind() {
	case reflect.Pointer:
		out.Set(reflect.New(out.Type().Elem()))
		return s.value(at, in, out.Elem(), c, problems)
	case reflect.String:
		text, ok := in.(string)
		if !ok {
			return serialization(at + " must be a string")
		}
		out.SetString(text)
		c.text(at, text, problems)
	case reflect.Bool:
		b, ok := in.(bool)
		if !ok {
			return serialization(at + " must be true or false")
		}
		out.SetBool(b)
	case reflect.Int64:
		n, ok := in.(json.Number)
		if !ok {
			return serialization(at + " must be a number")
		}
		whole, err := n.Int64()
		if err != nil {
			return serialization(at + " must be a whole number")
		}
		out.SetInt(whole)
		c.size(at, whole, "Member must have value", problems)
	case reflect.Slice:
		return s.list(at, in, out, c, problems)
	case reflect.Map:
		return s.mapping(at, in, out, c, problems)
	case reflect.Struct:
		object, ok := in.(map[string]any)
		if !ok {
			return serialization(at + " must be an object")
		}
		return s.structure(at, object, out, problems)
	default:
		return fmt.Errorf("shape of %s: no rule for %s", at, out.Type())
	}
	return nil
}

func (s *shapes) list(at string, in any, out reflect.Value, c constraint, problems *[]string) error {
	array, ok := in.([]any)
	if !ok {
		return serialization(at + " must be a list")
	}
	c.size(at, int64(len(array)), "Member must have length", problems)
	out.Set(reflect.MakeSlice(out.Type(), len(array), len(array)))
	for i, v := range array {
		member := fmt.Sprintf("%s.%d.member", at, i+1)
		if v == nil {
			*problems = append(*problems, failed(member, "Member must not be null"))
			continue
		}
		if err := s.value(member, v, out.Index(i), s.constraints[c.member], problems); err != nil {
			return err
		}
	}
	return nil
}

func (s *shapes) mapping(at string, in any, out reflect.Value, c constraint, problems *[]string) error {
	object, ok := in.(map[string]any)
	if !ok {
		return serialization(at + " must be an object")
	}
	c.size(at, int64(len(object)), "Member must have length", problems)
	out.Set(reflect.MakeMap(out.Type()))
	for name, v := range object {
		s.constraints[c.key].text(at, name, problems)
		if v == nil {
			continue
		}
		element := reflect.New(out.Type().Elem()).Elem()
		if err := s.value(at+"."+name+".member", v, element, s.constraints[c.member], problems); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(name), element)
	}
	return nil
}

type fieldTag struct {
	member     string // name on the wire
	constraint string
	required   bool
}

func parseTag(f reflect.StructField) fieldTag {
	member, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	name, rest, _ := strings.Cut(f.Tag.Get("shape"), ",")
	return fieldTag{member: member, constraint: name, required: rest == "required"}
}

// join names a member as Cognito's messages do: userPoolId, policies.passwordPolicy.
func join(path, member string) string {
	if member == "" {
		return path
	}
	first, n := utf8.DecodeRuneInString(member)
	name := string(unicode.ToLower(first)) + member[n:]
	if path == "" {
		return name
	}
	return path + "." + name
}

func failed(at, why string) string {
	return "Value at '" + at + "' failed to satisfy constraint: " + why
}

// empty says whether a JSON value asks for nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return slices.Contains([]string{"", "OFF", "INACTIVE", "DISABLED", "COGNITO_DEFAULT"}, v)
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, member := range v {
			if !empty(member) {
				return false
			}
		}
		return true
	}
	return false
}

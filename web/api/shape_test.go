package api

import (
	"reflect"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

// Whatever the bytes, a shape is filled or the caller is told; nothing panics
// and nothing is our fault.
func FuzzShapes(f *testing.F) {
	s := shapes{constraints()}
	for _, seed := range []string{
		`{"UserPoolId":"us-east-1_abc","ClientName":"x","CallbackURLs":["https://a"],"TokenValidityUnits":{"IdToken":"days"}}`,
		`{"ClientName":null,"AllowedOAuthFlows":[null,1,{}],"RefreshTokenRotation":[]}`,
		`{"a":{"a":{"a":[[[[]]]]}}}`, `{"UserPoolTags":{"a":"b","c":1}}`, "{\"\xff\":1}", `{"Policies":{"PasswordPolicy":{"MinimumLength":1e3}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, out := range []any{&CreateUserPoolRequest{}, &CreateUserPoolClientRequest{}, &AdminCreateUserRequest{}, &SetIdentityPoolRolesInput{}} {
			parsed, err := parseJSON(body)
			if err == nil {
				err = s.fill(parsed, out)
			}
			if err != nil && wireError(err, "").Status >= 500 {
				t.Errorf("%q: %v", body, err)
			}
		}
	})
}

// A tag that names a constraint which does not exist would check nothing.
func TestEveryConstraintExists(t *testing.T) {
	t.Parallel()
	known := constraints()
	for _, o := range (&API{}).Operations() {
		checkTags(t, o.Input, known, map[string]bool{})
	}
	for name, c := range known {
		for _, other := range []string{c.key, c.member} {
			if _, ok := known[other]; other != "" && !ok {
				t.Errorf("%s names %s, which does not exist", name, other)
			}
		}
	}
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	for in, want := range map[provider.Time]string{0: "0.000", 1_500_000: "1.500", 1_700_000_000_123_456: "1700000000.123"} {
		if got, err := Timestamp(in).MarshalJSON(); err != nil || string(got) != want {
			t.Errorf("%d: %s %v", in, got, err)
		}
	}
}

func checkTags(t *testing.T, typ reflect.Type, known map[string]constraint, seen map[string]bool) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ.Name()] {
		return
	}
	seen[typ.Name()] = true
	for i := range typ.NumField() {
		f := typ.Field(i)
		name := parseTag(f).constraint
		if _, ok := known[name]; name != "" && !ok {
			t.Errorf("%s.%s names the constraint %s, which does not exist", typ.Name(), f.Name, name)
		}
		checkTags(t, f.Type, known, seen)
	}
}

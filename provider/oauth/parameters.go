package oauth

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxParameter bounds one parameter's value in bytes.
const maxParameter = 8 << 10

// single checks that a parameter is there at most once and is clean text
// (RFC 6749 section 3.1: parameters must not be included more than once).
func single(form url.Values, name string) (string, *Error) {
	values := form[name]
	switch {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", invalidRequest("The parameter '" + name + "' is given more than once.")
	case len(values[0]) > maxParameter:
		return "", invalidRequest("The parameter '" + name + "' is too long.")
	case !clean(values[0]):
		return "", invalidRequest("The parameter '" + name + "' is not clean UTF-8 text.")
	}
	return values[0], nil
}

// clean reports whether s is text: UTF-8 without NUL.
func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// checkParameters checks every parameter with single. resource and audience may
// come more than once (RFC 8707 section 2).
func checkParameters(form url.Values) *Error {
	for name := range form {
		if name == "resource" || name == "audience" {
			continue
		}
		if _, err := single(form, name); err != nil {
			return err
		}
	}
	return nil
}

// words splits a space-separated list without doubles, in order.
func words(list string) []string {
	var out []string
	seen := map[string]bool{}
	for word := range strings.SplitSeq(list, " ") {
		if word != "" && !seen[word] {
			seen[word] = true
			out = append(out, word)
		}
	}
	return out
}

// flat copies the named parameters for fosite, which reads many more than this
// server supports and would act on them.
func flat(form url.Values, names ...string) url.Values {
	out := make(url.Values, len(names))
	for _, name := range names {
		if v := form.Get(name); v != "" {
			out[name] = []string{v}
		}
	}
	return out
}

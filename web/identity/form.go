package identity

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
)

// maxForm bounds a request's body in bytes: two tokens of the longest kind.
const maxForm = 64 << 10

// readForm reads the body of a POST (RFC 6749 appendix B). Parameters in the
// address are not looked at: tokens must not stand there. No parameter may come
// twice (RFC 6749 section 3.2), except the two that RFC 8693 lets repeat.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, provider.Invalid("", "The body must be application/x-www-form-urlencoded.")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, err
	case err != nil:
		return nil, provider.Invalid("", "The body could not be read.").With(err)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, provider.Invalid("", "The body is not well-formed.").With(err)
	}
	for name, values := range form {
		if !clean(name) || slices.ContainsFunc(values, func(v string) bool { return !clean(v) }) {
			return nil, provider.Invalid("", "The body holds NUL or text that is not UTF-8.")
		}
		// An empty parameter counts as left out (RFC 6749 section 3.2).
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
		if len(values) > 1 && name != "resource" && name != "audience" {
			return nil, provider.Invalid(name, "A parameter comes more than once.")
		}
		if form[name] = values; len(values) == 0 {
			delete(form, name)
		}
	}
	return form, nil
}

func clean(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

package oauth

import (
	"errors"
	"net/http"
	"strings"

	"github.com/ory/fosite"
)

// Error is an error of the OAuth 2.0 family, ready for the wire: the code of
// RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1 or OpenID Connect Core
// 1.0 section 3.1.2.6.
type Error struct {
	Code        string // such as invalid_grant
	Description string // plain words in ASCII, without quotes or backslashes
	Status      int    // HTTP status where it is not carried by a redirect
	cause       error
}

func (e *Error) Error() string {
	s := e.Code + ": " + e.Description
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// Is matches another *Error by its code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

func fail(status int, code, description string) *Error {
	return &Error{Code: code, Description: describe(description), Status: status}
}

// Two refusals that a page explains in its own words, because there is no safe
// place to send the person. Each is the cause of an *Error, which they match by
// errors.Is.
var (
	ErrRedirect = errors.New("the address to return to is not registered for the client")
	ErrNoClient = errors.New("the request names no client")
)

func (e *Error) because(cause error) *Error {
	e.cause = cause
	return e
}

func invalidRequest(description string) *Error {
	return fail(http.StatusBadRequest, "invalid_request", description)
}

func invalidGrant(description string) *Error {
	return fail(http.StatusBadRequest, "invalid_grant", description)
}

func invalidClient(description string) *Error {
	return fail(http.StatusUnauthorized, "invalid_client", description)
}

// invalidToken is what a protected resource answers (RFC 6750 section 3.1).
func invalidToken(description string) *Error {
	return fail(http.StatusUnauthorized, "invalid_token", description)
}

// maxDescription bounds a description: parts of it may come from the request.
const maxDescription = 300

// describe keeps to the characters that error_description may have (RFC 6749
// section 5.2).
func describe(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '"' || r == '`':
			return '\''
		case r == '\\':
			return '/'
		case r < 0x20 || r > 0x7e:
			return '?'
		}
		return r
	}, s)
	if len(s) > maxDescription {
		s = s[:maxDescription]
	}
	return strings.TrimSpace(s)
}

// translate turns what fosite answered into an error of ours. What our own side
// refused or failed with comes first: fosite wraps it beyond recognition.
func (x *exchange) translate(err error) error {
	if err == nil {
		return nil
	}
	if x.refusal != nil {
		return x.refusal
	}
	if x.fault != nil {
		return x.fault
	}
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var known *fosite.RFC6749Error
	if !errors.As(err, &known) || known.CodeField >= http.StatusInternalServerError {
		return err
	}
	description := known.HintField
	if description == "" {
		description = known.DescriptionField
	}
	return &Error{Code: known.ErrorField, Description: describe(description), Status: known.CodeField, cause: err}
}

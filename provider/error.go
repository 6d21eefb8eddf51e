package provider

import (
	"errors"
	"fmt"
)

// Code names a kind of failure that the outside may see. Only doors turn it
// into a protocol's own error.
type Code string

// The codes. Each door has one table from them to its protocol's errors.
const (
	CodeInvalid        Code = "invalid"         // the request is malformed or breaks a rule; Field may say where
	CodeUnauthorized   Code = "unauthorized"    // no proof, or wrong proof, of who is asking
	CodeForbidden      Code = "forbidden"       // known, but not allowed
	CodeNotFound       Code = "not_found"       // the thing is not there
	CodeExists         Code = "exists"          // a thing of that name is there already
	CodeConflict       Code = "conflict"        // the state moved under the request
	CodeLimit          Code = "limit"           // a fixed limit is reached
	CodeThrottled      Code = "throttled"       // too many tries; RetryAfter may say how long
	CodeExpired        Code = "expired"         // was valid once, no longer
	CodeUnavailable    Code = "unavailable"     // the database or an upstream is away; try again
	CodeUpstream       Code = "upstream"        // an upstream provider answered wrongly or refused
	CodeDisabled       Code = "disabled"        // the user or client is disabled
	CodePasswordPolicy Code = "password_policy" // the password breaks the pool's policy
	CodeMethod         Code = "method"          // the address is right, the HTTP method is not
	CodeInternal       Code = "internal"        // unexpected; the cause is for the log alone
)

// Error is the one error type that crosses packages: what the outside may see
// and, in Cause, what only the log sees.
type Error struct {
	Code       Code
	Kind       string // the noun it is about, such as "user" or "client"; may be empty
	Field      string // the input that is wrong, in the caller's own words; may be empty
	Message    string // plain words for whoever asked; never holds a secret
	RetryAfter int    // seconds, with CodeThrottled; 0 when unknown
	Cause      error
}

func (e *Error) Error() string {
	s := string(e.Code)
	if e.Kind != "" {
		s = e.Kind + ": " + s
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Cause }

// Is matches another *Error by code, and by kind where the target names one, so
// errors.Is(err, provider.ErrUserNotFound) holds however the message reads.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Kind == "" || t.Kind == e.Kind)
}

// With returns a copy of e that keeps cause for the log.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// CodeOf returns the code of the first *Error in err's chain, CodeInternal when
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Invalid reports that field breaks a rule.
func Invalid(field, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Errors that several packages speak of.
var (
	ErrPoolNotFound           = &Error{Code: CodeNotFound, Kind: "pool", Message: "There is no such user pool."}
	ErrClientNotFound         = &Error{Code: CodeNotFound, Kind: "client", Message: "There is no such app client."}
	ErrUserNotFound           = &Error{Code: CodeNotFound, Kind: "user", Message: "There is no such user."}
	ErrUserExists             = &Error{Code: CodeExists, Kind: "user", Message: "A user with that name exists already."}
	ErrAliasExists            = &Error{Code: CodeExists, Kind: "alias", Message: "Another user has that e-mail address, phone number or preferred username."}
	ErrUserDisabled           = &Error{Code: CodeDisabled, Kind: "user", Message: "The user is disabled."}
	ErrGroupNotFound          = &Error{Code: CodeNotFound, Kind: "group", Message: "There is no such group."}
	ErrGroupExists            = &Error{Code: CodeExists, Kind: "group", Message: "A group with that name exists already."}
	ErrResourceServerNotFound = &Error{Code: CodeNotFound, Kind: "resource server", Message: "There is no such resource server."}
	ErrResourceServerExists   = &Error{Code: CodeExists, Kind: "resource server", Message: "A resource server with that identifier exists already."}
	ErrIdPNotFound            = &Error{Code: CodeNotFound, Kind: "identity provider", Message: "There is no such identity provider."}
	ErrIdPExists              = &Error{Code: CodeExists, Kind: "identity provider", Message: "An identity provider with that name exists already."}
	ErrIdentityPoolNotFound   = &Error{Code: CodeNotFound, Kind: "identity pool", Message: "There is no such identity pool."}
	ErrIdentityNotFound       = &Error{Code: CodeNotFound, Kind: "identity", Message: "There is no such identity."}
	ErrRoleNotFound           = &Error{Code: CodeNotFound, Kind: "role", Message: "There is no such role."}
	ErrRoleExists             = &Error{Code: CodeExists, Kind: "role", Message: "A role with that name exists already."}
	ErrSessionNotFound        = &Error{Code: CodeNotFound, Kind: "session", Message: "There is no such session."}
	ErrDeviceNotFound         = &Error{Code: CodeNotFound, Kind: "device", Message: "There is no such device."}
	ErrAttemptNotFound        = &Error{Code: CodeNotFound, Kind: "attempt", Message: "This sign-in is over. Start again."}
	ErrGrantNotFound          = &Error{Code: CodeNotFound, Kind: "grant", Message: "There is no such grant."}
	ErrWrongPassword          = &Error{Code: CodeUnauthorized, Kind: "password", Message: "Incorrect username or password."}
	ErrCodeMismatch           = &Error{Code: CodeUnauthorized, Kind: "code", Message: "The code is wrong, used or no longer valid."}
	ErrCodeExpired            = &Error{Code: CodeExpired, Kind: "code", Message: "The code has expired. Ask for another."}
	ErrFactorNotFound         = &Error{Code: CodeNotFound, Kind: "factor", Message: "The user has not set this factor up."}
	ErrPasskeyNotFound        = &Error{Code: CodeNotFound, Kind: "passkey", Message: "There is no such passkey."}
	ErrPasskeyExists          = &Error{Code: CodeExists, Kind: "passkey", Message: "This passkey is registered already."}
	ErrTemplateNotFound       = &Error{Code: CodeNotFound, Kind: "message template", Message: "The pool has no words of its own for that message."}
	ErrDatasetNotFound        = &Error{Code: CodeNotFound, Kind: "dataset", Message: "There is no such dataset."}
	ErrUnavailable            = &Error{Code: CodeUnavailable, Message: "The service is busy for a moment. Try again."}
)

package federation

import (
	"errors"
	"fmt"
)

// Kind says whose matter a failure is, and so what a person can do about it.
type Kind string

const (
	// Denied: the person, or the upstream's policy, said no.
	Denied Kind = "denied"
	// Refused: the upstream answered with an error of its own.
	Refused Kind = "refused"
	// Misconfigured: our settings and the upstream's do not fit together; an
	// operator has to mend them.
	Misconfigured Kind = "misconfigured"
	// BadToken: the answer, token or assertion does not prove what it must.
	BadToken Kind = "bad token"
	// Unreachable: the upstream did not answer; trying again may help.
	Unreachable Kind = "unreachable"
)

// Error is a failure at the border. Its text is for the log: it may quote the
// upstream, so it is never shown to the person.
type Error struct {
	Kind Kind
	Code string // the upstream's own error code, where it gave one
	Err  error
}

func (e *Error) Error() string {
	if e.Code != "" {
		return fmt.Sprintf("upstream %s (%s): %v", e.Kind, e.Code, e.Err)
	}
	return fmt.Sprintf("upstream %s: %v", e.Kind, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of one kind; format takes %w.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// KindOf returns the kind of the first *Error in err's chain, "" if there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}

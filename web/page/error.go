package page

import (
	"cmp"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/respond"
)

// Error says that a request cannot go on, and what to do.
type Error struct {
	Chrome
	Kind      ErrorKind
	Detail    string // for the app's developer, such as the parameter at fault; may be empty
	RequestID string
	HomeURL   string // a way out; empty for none
}

// ErrorKind chooses an error page's words.
type ErrorKind string

// The kinds of error page.
const (
	ErrorGeneric       ErrorKind = "generic"
	ErrorRequest       ErrorKind = "request"
	ErrorNoClient      ErrorKind = "no_client" // the request does not say which app it is from
	ErrorUnknownClient ErrorKind = "unknown_client"
	ErrorRedirect      ErrorKind = "redirect" // the redirect URI is not one of the client's
	ErrorForbidden     ErrorKind = "forbidden"
	ErrorNoSignUp      ErrorKind = "no_sign_up"  // people do not make their own accounts
	ErrorNoRecovery    ErrorKind = "no_recovery" // nor reset their own passwords
	ErrorNotFound      ErrorKind = "not_found"
	ErrorThrottled     ErrorKind = "throttled"
	ErrorUnavailable   ErrorKind = "unavailable"
	ErrorTooLarge      ErrorKind = "too_large"
)

func (Error) file() string { return "error" }

// Failed is true.
func (Error) Failed() bool { return true }

// Failure draws a failure as an error page. It is what respond.Errors calls once
// a door has no better page for it. A chrome without a name takes the request's
// pool's.
func (p *Pages) Failure(w http.ResponseWriter, r *http.Request, c Chrome, f respond.Failure) error {
	if t := provider.TenantFrom(r.Context()); c.Owner() == unowned && t != nil && t.Pool != nil {
		c.PoolName = cmp.Or(t.Pool.Settings.DisplayName, t.Pool.Name)
	}
	v := Error{Chrome: c, Kind: kindOf(f), RequestID: f.RequestID}
	if v.Kind == ErrorRequest {
		v.Detail = f.Message
	}
	return p.Render(w, r, f.Status, v)
}

func kindOf(f respond.Failure) ErrorKind {
	if f.Status == http.StatusRequestEntityTooLarge {
		return ErrorTooLarge
	}
	switch f.Code {
	case provider.CodeNotFound:
		return ErrorNotFound
	case provider.CodeForbidden, provider.CodeDisabled, provider.CodeUnauthorized:
		return ErrorForbidden
	case provider.CodeThrottled:
		return ErrorThrottled
	case provider.CodeUnavailable, provider.CodeUpstream:
		return ErrorUnavailable
	case provider.CodeInvalid, provider.CodeExpired, provider.CodeConflict, provider.CodeLimit, provider.CodeExists,
		provider.CodeMethod, provider.CodePasswordPolicy:
		return ErrorRequest
	}
	return ErrorGeneric
}

package respond

import (
	"context"
	"errors"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
)

// Failure is what the outside may see of an error.
type Failure struct {
	Status     int           // HTTP status
	Code       provider.Code // what kind of failure
	Field      string        // the input that is wrong; may be empty
	Message    string        // plain words, ending in a full stop; never a cause
	RetryAfter int           // seconds; 0 when unknown
	RequestID  string        // finds the log's line; may be empty
}

// Explain reads err for the outside. An error that nobody expected becomes
// CodeInternal with a message that gives nothing away.
func Explain(r *http.Request, err error) Failure {
	f := Failure{RequestID: provider.ActorFrom(r.Context()).RequestID}
	var known *provider.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		f.Status, f.Code = http.StatusRequestEntityTooLarge, provider.CodeLimit
		f.Message = "The request is too large."
		return f
	case errors.As(err, &known) && known.Code != provider.CodeInternal:
		f.Code, f.Field, f.Message, f.RetryAfter = known.Code, known.Field, known.Message, known.RetryAfter
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		f.Code = provider.CodeUnavailable
	default:
		f.Code = provider.CodeInternal
	}
	f.Status = Status(f.Code)
	if f.Message == "" {
		f.Message = message(f.Code)
	}
	return f
}

// Status is the HTTP status that goes with a code where the protocol has no
// status of its own.
func Status(code provider.Code) int {
	switch code {
	case provider.CodeInvalid, provider.CodePasswordPolicy, provider.CodeExpired, provider.CodeLimit:
		return http.StatusBadRequest
	case provider.CodeMethod:
		return http.StatusMethodNotAllowed
	case provider.CodeUnauthorized:
		return http.StatusUnauthorized
	case provider.CodeForbidden, provider.CodeDisabled:
		return http.StatusForbidden
	case provider.CodeNotFound:
		return http.StatusNotFound
	case provider.CodeExists, provider.CodeConflict:
		return http.StatusConflict
	case provider.CodeThrottled:
		return http.StatusTooManyRequests
	case provider.CodeUpstream:
		return http.StatusBadGateway
	case provider.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

func message(code provider.Code) string {
	switch code {
	case provider.CodeInvalid:
		return "The request is malformed."
	case provider.CodeUnauthorized:
		return "The request carries no valid proof of who is asking."
	case provider.CodeForbidden:
		return "This is not allowed."
	case provider.CodeNotFound:
		return "There is nothing at this address."
	case provider.CodeThrottled:
		return "Too many requests. Wait a moment and try again."
	case provider.CodeUnavailable:
		return "The service is busy for a moment. Try again."
	case provider.CodeUpstream:
		return "The other service did not answer as it should. Try again."
	case provider.CodeInternal:
		return "Something went wrong here. Try again, and quote the request id if it stays."
	}
	return "The request was refused: " + string(code) + "."
}

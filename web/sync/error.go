package sync

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/web/respond"
	"github.com/cognate-idp/cognate/web/sigv4"
)

// exception is a failure in AWS's REST form: the name stands in the body and in
// a header. Records is ours: what the server holds where a batch did not fit.
type exception struct {
	Type    string   `json:"__type"`
	Message string   `json:"message"`
	Records []record `json:"Records,omitempty"`
	status  int
}

func (e *exception) Error() string { return e.Type + ": " + e.Message }

func serialization(message string) error {
	return &exception{Type: "SerializationException", Message: message, status: http.StatusBadRequest}
}

// fail answers err. What it does not know is our fault and tells nothing.
func (d *Door) fail(w http.ResponseWriter, r *http.Request, err error) {
	var gone *respond.WriteError
	if errors.As(err, &gone) || r.Context().Err() != nil {
		return
	}
	e := explain(err)
	if e.status >= http.StatusInternalServerError {
		d.Log.ErrorContext(r.Context(), "sync request failed", "request_id", provider.ActorFrom(r.Context()).RequestID, "error", err)
	}
	var own *provider.Error
	if errors.As(err, &own) && own.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(own.RetryAfter))
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	}
	w.Header().Set("X-Amzn-Errortype", e.Type)
	if err := respond.JSON(w, e.status, e); err != nil && !errors.As(err, &gone) {
		d.Log.ErrorContext(r.Context(), "answer failure", "error", err)
	}
}

// explain finds AWS's name and status for a failure.
func explain(err error) *exception {
	var (
		e         *exception
		signature *sigv4.Error
		bearer    *badBearer
		conflict  *dataset.Conflict
		tooLarge  *http.MaxBytesError
		own       *provider.Error
	)
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &signature):
		status := http.StatusForbidden
		if signature.Code == sigv4.IncompleteSignature {
			status = http.StatusBadRequest
		}
		return &exception{Type: string(signature.Code), Message: signature.Message, status: status}
	case errors.As(err, &bearer):
		return &exception{Type: "NotAuthorizedException", Message: "The credential is not valid or has expired. Get a new one.", status: http.StatusUnauthorized}
	case errors.As(err, &tooLarge):
		return &exception{Type: "RequestTooLargeException", Message: "The body is longer than " + strconv.FormatInt(tooLarge.Limit, 10) + " bytes.",
			status: http.StatusRequestEntityTooLarge}
	case errors.As(err, &conflict):
		return &exception{Type: "ResourceConflictException", Message: "A record was changed by another call. Records holds what the server has.",
			Records: newRecords(conflict.Records), status: http.StatusConflict}
	case errors.As(err, &own):
		return named(own)
	}
	return &exception{Type: "InternalErrorException", Message: "Something failed on our side.", status: http.StatusInternalServerError}
}

// named is the one table from our codes to Cognito Sync's exceptions.
func named(own *provider.Error) *exception {
	e := &exception{Message: own.Message}
	switch own.Code {
	case provider.CodeInvalid, provider.CodeExpired:
		e.Type, e.status = "InvalidParameterException", http.StatusBadRequest
		if own.Field != "" {
			e.Message = own.Field + ": " + own.Message
		}
	case provider.CodeUnauthorized, provider.CodeForbidden, provider.CodeDisabled:
		e.Type, e.status = "NotAuthorizedException", http.StatusForbidden
	case provider.CodeNotFound:
		e.Type, e.status = "ResourceNotFoundException", http.StatusNotFound
	case provider.CodeConflict, provider.CodeExists:
		e.Type, e.status = "ResourceConflictException", http.StatusConflict
	case provider.CodeLimit:
		e.Type, e.status = "LimitExceededException", http.StatusBadRequest
	case provider.CodeThrottled:
		e.Type, e.status = "TooManyRequestsException", http.StatusTooManyRequests
	case provider.CodeUnavailable:
		e.Type, e.status = "ServiceUnavailableException", http.StatusServiceUnavailable
	default:
		e.Type, e.Message, e.status = "InternalErrorException", "Something failed on our side.", http.StatusInternalServerError
	}
	return e
}

package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/sigv4"
)

// An Error is a failure as the wire has it. Cognito answers every one of its
// own with status 400; only what is our fault is more.
type Error struct {
	Type    string // the exception's name
	Message string
	Status  int
}

func (e *Error) Error() string { return e.Type + ": " + e.Message }

func exception(kind, message string) *Error {
	return &Error{Type: kind, Message: message, Status: http.StatusBadRequest}
}

func serialization(message string) error { return exception("SerializationException", message) }

func invalidParameter(message string) error { return exception("InvalidParameterException", message) }

func invalidParameterf(format string, args ...any) error {
	return invalidParameter(fmt.Sprintf(format, args...))
}

// wireError turns any error into the one the caller sees. What it does not know
// is our fault: a 500 that tells nothing.
func wireError(err error, requestID string) *Error {
	var wire *Error
	var signature *sigv4.Error
	var tooLarge *http.MaxBytesError
	var e *provider.Error
	switch {
	case errors.As(err, &wire):
		return wire
	case errors.As(err, &signature):
		return exception(string(signature.Code), signature.Message)
	case errors.As(err, &tooLarge):
		return exception("SerializationException", fmt.Sprintf("the body is longer than %d bytes", tooLarge.Limit))
	case errors.As(err, &e) && e.Code == provider.CodeUnavailable:
		return &Error{Type: "ServiceUnavailableException", Message: e.Message, Status: http.StatusServiceUnavailable}
	case e != nil && e.Code != provider.CodeInternal:
		return exception(exceptionName(e), told(e))
	}
	return &Error{
		Type:    "InternalErrorException",
		Message: "Something failed on our side. Request id: " + requestID,
		Status:  http.StatusInternalServerError,
	}
}

// exceptionName is Cognito's name for one of our codes.
func exceptionName(e *provider.Error) string {
	switch {
	case errors.Is(e, provider.ErrCodeMismatch):
		return "CodeMismatchException"
	case errors.Is(e, provider.ErrCodeExpired):
		return "ExpiredCodeException"
	case e.Code == provider.CodeThrottled && (e.Kind == "mail" || e.Kind == "attempts"):
		return "LimitExceededException"
	}
	if name, ok := map[string]string{
		"passkeys":          "WebAuthnNotEnabledException",
		"passkey challenge": "WebAuthnChallengeNotFoundException",
		"passkey origin":    "WebAuthnOriginNotAllowedException",
		"authenticator":     "WebAuthnCredentialNotSupportedException",
	}[e.Kind]; ok {
		return name
	}
	switch e.Code {
	case provider.CodeNotFound:
		switch e.Kind {
		case "user":
			return "UserNotFoundException"
		case "scope":
			return "ScopeDoesNotExistException"
		}
		return "ResourceNotFoundException"
	case provider.CodeExists:
		switch e.Kind {
		case "user":
			return "UsernameExistsException"
		case "alias":
			return "AliasExistsException"
		case "group":
			return "GroupExistsException"
		case "identity provider":
			return "DuplicateProviderException"
		case "resource server":
			return "InvalidParameterException"
		}
		return "ResourceConflictException"
	case provider.CodeUnauthorized, provider.CodeForbidden, provider.CodeDisabled, provider.CodeExpired:
		return "NotAuthorizedException"
	case provider.CodeConflict:
		return "ResourceConflictException"
	case provider.CodeLimit:
		return "LimitExceededException"
	case provider.CodeThrottled:
		return "TooManyRequestsException"
	case provider.CodePasswordPolicy:
		if provider.PasswordFaultOf(e) == provider.PasswordReused {
			return "PasswordHistoryPolicyViolationException"
		}
		return "InvalidPasswordException"
	case provider.CodeUpstream:
		return "ExternalServiceException"
	}
	if e.Kind == "oauth flow" {
		return "InvalidOAuthFlowException"
	}
	return "InvalidParameterException"
}

func told(e *provider.Error) string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// writeError answers in the form that AWS SDKs read: the type in the body and
// in a header.
func writeError(w http.ResponseWriter, e *Error) {
	body, err := json.Marshal(map[string]string{"__type": e.Type, "message": e.Message})
	if err != nil {
		body = []byte(`{"__type":"InternalErrorException"}`)
	}
	w.Header().Set("X-Amzn-Errortype", e.Type)
	w.Header().Set("X-Amzn-Errormessage", headerText(e.Message))
	if e.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeBody(w, e.Status, body)
}

// headerText keeps a message inside what a header field may hold.
func headerText(s string) string {
	text := []byte(s)
	for i, b := range text {
		if b < ' ' || b > '~' {
			text[i] = ' '
		}
	}
	return string(text[:min(len(text), 1024)])
}

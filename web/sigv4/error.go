package sigv4

import "errors"

// Code is AWS's own name for a way a signature can be wrong.
type Code string

// The codes Verify answers. JSON doors send them with status 400; REST doors
// with 403, except IncompleteSignature, which is 400 everywhere. UnrecognizedClient
// is spelled InvalidClientTokenId by AWS's query protocol.
const (
	MissingAuthenticationToken Code = "MissingAuthenticationTokenException"
	IncompleteSignature        Code = "IncompleteSignatureException"
	InvalidSignature           Code = "InvalidSignatureException" // also expired and not yet current
	UnrecognizedClient         Code = "UnrecognizedClientException"
	ExpiredToken               Code = "ExpiredTokenException"
)

// What a LookupFunc answers for keys it will not accept.
var (
	ErrUnknownKey = errors.New("unknown access key")
	ErrExpiredKey = errors.New("expired access key")
)

// Error is something the signer did wrong. Message is meant for them and
// holds nothing that they did not send, save our time and service names.
type Error struct {
	Code    Code
	Message string
	cause   error
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }
func (e *Error) Unwrap() error { return e.cause }

func invalid(message string) *Error {
	return &Error{Code: InvalidSignature, Message: message}
}

func incomplete(message string) *Error {
	return &Error{Code: IncompleteSignature, Message: message}
}

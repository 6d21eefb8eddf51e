// Package sigv4 verifies AWS Signature Version 4 on a request, in the form that
// carries the signature in the Authorization header. It owns the parsing, the
// canonical request and the comparison. It knows no keys and no operations: a
// lookup function hands it the secret behind an access key id, and the door
// that called it turns its error codes into an answer.
//
// Source: "Authenticating Requests (AWS Signature Version 4)" in the AWS
// reference "Signing AWS API requests", for every service except S3 (the path
// is encoded twice and the payload is always signed).
package sigv4

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Skew is how far a request's time may lie from ours, either way.
const Skew = 15 * time.Minute

// Services are the credential scope services that our doors stand for: the
// three Cognito names that AWS SDKs sign with, and our own.
func Services() []string {
	return []string{"cognito-idp", "cognito-identity", "cognito-sync", "cognate"}
}

// LookupFunc answers the secret behind an access key id and who holds it.
// sessionToken is the x-amz-security-token header, empty for a long-term key;
// the function must check that it belongs to the key. It answers
// ErrUnknownKey or ErrExpiredKey (wrapped or bare) for a key it will not
// accept; any other error is passed through Verify unchanged.
type LookupFunc func(ctx context.Context, accessKeyID, sessionToken string) (secret string, principal any, err error)

// Verifier checks signatures. All fields are required except MaxBody.
type Verifier struct {
	Lookup   LookupFunc
	Services []string // accepted credential scope services
	Now      func() time.Time
	MaxBody  int64 // bytes; 0 means 1 MiB
}

// Verify checks the signature of r and answers the principal that Lookup gave
// for its key. It reads the whole body, because the payload is part of what is
// signed, and leaves an equal one in r.Body.
//
// Errors: *Error for everything the caller did wrong; *http.MaxBytesError
// (wrapped) for a body over MaxBody; whatever Lookup or reading the body gave.
func (v *Verifier) Verify(r *http.Request) (principal any, err error) {
	auth, err := parseAuthorization(r.Header)
	if err != nil {
		return nil, err
	}
	if err := v.checkScope(r, auth); err != nil {
		return nil, err
	}
	canonical, err := newCanonical(r, auth.signedHeaders)
	if err != nil {
		return nil, err
	}
	secret, principal, err := v.Lookup(r.Context(), auth.accessKeyID, r.Header.Get("X-Amz-Security-Token"))
	switch {
	case errors.Is(err, ErrUnknownKey):
		return nil, &Error{Code: UnrecognizedClient, Message: "The security token included in the request is invalid.", cause: err}
	case errors.Is(err, ErrExpiredKey):
		return nil, &Error{Code: ExpiredToken, Message: "The security token included in the request is expired.", cause: err}
	case err != nil:
		return nil, fmt.Errorf("look up access key: %w", err)
	case secret == "":
		// An empty secret would let anybody sign.
		return nil, fmt.Errorf("look up access key: empty secret for %q", auth.accessKeyID)
	}
	payloadHash, err := v.hashBody(r)
	if err != nil {
		return nil, err
	}
	want := auth.sign(secret, canonical.hash(payloadHash))
	if !hmac.Equal(want, auth.signature) {
		return nil, invalid("The request signature we calculated does not match the signature you provided. " +
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return principal, nil
}

// checkScope holds the parts of the credential scope against the request's
// time and our services.
func (v *Verifier) checkScope(r *http.Request, auth *authorization) error {
	if auth.date != auth.amzDate[:8] {
		return invalid(fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.",
			auth.date, auth.amzDate[:8], auth.amzDate))
	}
	if !slices.Contains(v.Services, auth.service) {
		return invalid(fmt.Sprintf("Credential should be scoped to correct service: '%s'.", strings.Join(v.Services, "', '")))
	}
	now := v.Now()
	switch {
	case auth.time.Before(now.Add(-Skew)):
		return invalid(fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 15 min.)",
			auth.amzDate, now.Add(-Skew).UTC().Format(timeFormat), now.UTC().Format(timeFormat)))
	case auth.time.After(now.Add(Skew)):
		return invalid(fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 15 min.)",
			auth.amzDate, now.Add(Skew).UTC().Format(timeFormat), now.UTC().Format(timeFormat)))
	}
	return nil
}

// hashBody answers the payload hash in lower-case hex. A declared hash that
// differs from the body's is refused here, so that UNSIGNED-PAYLOAD and the
// streaming forms, which only S3 offers, never stand for a body.
func (v *Verifier) hashBody(r *http.Request) (string, error) {
	var body []byte
	if r.Body != nil {
		limit := v.MaxBody
		if limit == 0 {
			limit = 1 << 20
		}
		var err error
		if body, err = io.ReadAll(http.MaxBytesReader(nil, r.Body, limit)); err != nil {
			return "", fmt.Errorf("read signed body: %w", err)
		}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if declared := r.Header.Values("X-Amz-Content-Sha256"); len(declared) > 0 && !slices.Equal(declared, []string{hash}) {
		return "", invalid("The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	return hash, nil
}

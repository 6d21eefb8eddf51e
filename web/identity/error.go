package identity

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/web/respond"
)

// unsupportedGrant is the Kind of the error for another grant_type.
const unsupportedGrant = "grant type"

// writeError answers a failure as RFC 6749 section 5.2 and RFC 8693 section 2.2.2
// have it. What was unexpected is logged and told by the request's id alone.
func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var gone *respond.WriteError
	if errors.As(err, &gone) || r.Context().Err() != nil {
		return
	}
	f := respond.Explain(r, err)
	if f.Code == provider.CodeInternal {
		h.Log.ErrorContext(r.Context(), "request failed", "request_id", f.RequestID, "err", err)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	var known *provider.Error
	code, status := oauthError(f, errors.As(err, &known) && known.Kind == unsupportedGrant)
	body := struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
		RequestID   string `json:"request_id,omitempty"`
	}{code, printable(f.Message), f.RequestID}
	if err := respond.JSON(w, status, body); err != nil && !errors.As(err, &gone) {
		h.Log.ErrorContext(r.Context(), "answer failure", "request_id", f.RequestID, "err", err)
	}
}

// oauthError is the one table from our codes to the protocol's. A bad subject
// token is invalid_request, a bad audience or resource invalid_target (RFC 8693
// section 2.2.2); identity_conflict is our own word.
func oauthError(f respond.Failure, grant bool) (code string, status int) {
	switch {
	case grant:
		return "unsupported_grant_type", http.StatusBadRequest
	case f.Code == provider.CodeInvalid && (f.Field == "audience" || f.Field == "resource"):
		return "invalid_target", http.StatusBadRequest
	}
	switch f.Code {
	case provider.CodeUnauthorized, provider.CodeInvalid, provider.CodeExpired:
		return "invalid_request", http.StatusBadRequest
	case provider.CodeForbidden, provider.CodeDisabled:
		return "access_denied", http.StatusForbidden
	case provider.CodeNotFound:
		return "invalid_request", http.StatusNotFound
	case provider.CodeConflict, provider.CodeExists:
		return "identity_conflict", http.StatusConflict
	case provider.CodeThrottled:
		return "slow_down", http.StatusTooManyRequests
	case provider.CodeUnavailable, provider.CodeUpstream:
		return "temporarily_unavailable", http.StatusServiceUnavailable
	case provider.CodeInternal:
		return "server_error", http.StatusInternalServerError
	}
	return "invalid_request", f.Status
}

// printable keeps to the characters that error_description may hold (RFC 6749
// section 5.2): visible ASCII without the quote and the backslash.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '"':
			return '\''
		case c < 0x20 || c > 0x7e || c == '\\':
			return '?'
		}
		return c
	}, s)
}

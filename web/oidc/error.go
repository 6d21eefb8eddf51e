package oidc

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// refusalOf is the standard's own error in err, or nil.
func refusalOf(err error) *oauth.Error {
	var refusal *oauth.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return nil
}

// writeError answers a failure as RFC 6749 section 5.2 does. What was unexpected
// is logged and answered as server_error with the request's id.
func (h *Handler) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var gone *respond.WriteError
	if errors.As(err, &gone) || r.Context().Err() != nil {
		return
	}
	refusal := refusalOf(err)
	if refusal == nil {
		refusal = h.fault(w, r, err)
	}
	challenge(w.Header(), r, refusal)
	body := struct {
		Error       string `json:"error"`
		Description string `json:"error_description,omitempty"`
	}{refusal.Code, refusal.Description}
	if err := respond.JSON(w, refusal.Status, body); err != nil && !errors.As(err, &gone) {
		h.Log.ErrorContext(r.Context(), "answer failure", "err", err)
	}
}

// fault is what the outside learns of a failure of ours.
func (h *Handler) fault(w http.ResponseWriter, r *http.Request, err error) *oauth.Error {
	f := respond.Explain(r, err)
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	out := &oauth.Error{Code: "server_error", Status: f.Status, Description: f.Message}
	switch f.Code {
	case provider.CodeUnavailable, provider.CodeThrottled:
		out.Code = "temporarily_unavailable"
	case provider.CodeInternal:
		h.Log.ErrorContext(r.Context(), "request failed", "request_id", f.RequestID, "err", err)
		out.Description = "Something went wrong here. The request id is " + f.RequestID + "."
	default:
		out.Code = "invalid_request"
	}
	return out
}

// challenge sets WWW-Authenticate where the answer must have one: Basic for a
// client that failed to authenticate (RFC 6749 section 5.2), Bearer at userinfo
// (RFC 6750 section 3).
func challenge(header http.Header, r *http.Request, refusal *oauth.Error) {
	realm := `realm="` + provider.TenantFrom(r.Context()).Issuer + `"`
	switch refusal.Code {
	case "invalid_client":
		if refusal.Status == http.StatusUnauthorized {
			header.Set("WWW-Authenticate", "Basic "+realm)
		}
	case "invalid_token", "insufficient_scope":
		header.Set("WWW-Authenticate", "Bearer "+realm+`, error="`+refusal.Code+`", error_description="`+refusal.Description+`"`)
	}
}

func invalidRequest(status int, description string) *oauth.Error {
	return &oauth.Error{Code: "invalid_request", Description: description, Status: status}
}

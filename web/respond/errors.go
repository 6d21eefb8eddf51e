package respond

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
)

// Handler is a handler that may fail. An error it returns is answered by Errors,
// so it must not have written anything before.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Errors is the one error writer. It logs what only the log may see and answers
// what the outside may.
type Errors struct {
	Log  *slog.Logger
	Page func(w http.ResponseWriter, r *http.Request, f Failure) error // draws a failure
}

// Pages turns h into a handler whose failures are pages.
func (e *Errors) Pages(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			e.WritePage(w, r, err)
		}
	})
}

// JSON turns h into a handler whose failures are JSON.
func (e *Errors) JSON(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			e.WriteJSON(w, r, err)
		}
	})
}

// Write answers err as a page to whoever accepts one, and as JSON to everybody
// else. It is for addresses that belong to no door.
func (e *Errors) Write(w http.ResponseWriter, r *http.Request, err error) {
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		e.WritePage(w, r, err)
		return
	}
	e.WriteJSON(w, r, err)
}

// WritePage answers err as a page.
func (e *Errors) WritePage(w http.ResponseWriter, r *http.Request, err error) {
	f, gone := e.read(w, r, err)
	if gone {
		return
	}
	if err := e.Page(w, r, f); err != nil && !clientGone(err) {
		e.Log.ErrorContext(r.Context(), "draw failure", "request_id", f.RequestID, "err", err)
		http.Error(w, f.Message, f.Status)
	}
}

// WriteJSON answers err as {"error", "error_description", "request_id"}.
func (e *Errors) WriteJSON(w http.ResponseWriter, r *http.Request, err error) {
	f, gone := e.read(w, r, err)
	if gone {
		return
	}
	body := struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		RequestID   string `json:"request_id,omitempty"`
	}{string(f.Code), f.Message, f.RequestID}
	if err := JSON(w, f.Status, body); err != nil && !clientGone(err) {
		e.Log.ErrorContext(r.Context(), "answer failure", "request_id", f.RequestID, "err", err)
	}
}

// read explains err, logs it when it is ours to mend, and reports whether there
// is nobody left to answer.
func (e *Errors) read(w http.ResponseWriter, r *http.Request, err error) (f Failure, gone bool) {
	if clientGone(err) || r.Context().Err() != nil {
		return Failure{}, true
	}
	f = Explain(r, err)
	if f.Status >= http.StatusInternalServerError {
		e.Log.ErrorContext(r.Context(), "request failed", "request_id", f.RequestID, "code", f.Code, "err", err)
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	return f, false
}

func clientGone(err error) bool {
	var gone *WriteError
	return errors.As(err, &gone)
}

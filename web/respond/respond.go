package respond

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// JSON answers v as application/json, never cached. It encodes before it writes,
// so a value that cannot be encoded is an error and the answer is still open.
func JSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	dataHeaders(h)
	return write(w, status, append(body, '\n'))
}

// Empty answers 200 without a body, as RFC 7009 section 2.2 asks of revocation.
func Empty(w http.ResponseWriter) error {
	dataHeaders(w.Header())
	return write(w, http.StatusOK, nil)
}

// HTML answers a finished page under the strict headers of a hosted page.
func HTML(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	PageHeaders(h)
	return write(w, status, body)
}

// Redirect sends the browser to location with 303, so that a form's body, which
// may hold a password, is never sent on (RFC 9700 section 4.12). The caller has
// checked location.
func Redirect(w http.ResponseWriter, location string) error {
	h := w.Header()
	h.Set("Location", location)
	PageHeaders(h)
	return write(w, http.StatusSeeOther, nil)
}

func write(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return &WriteError{Err: err}
	}
	return nil
}

// WriteError says that the client went away while the answer was written.
// Nothing more can be said to it.
type WriteError struct{ Err error }

func (e *WriteError) Error() string { return "write answer: " + e.Err.Error() }

// Unwrap returns the connection's own error.
func (e *WriteError) Unwrap() error { return e.Err }

// Attach begins an answer that the browser keeps as a file of that name, which is
// plain letters, digits, dots and dashes. The body follows.
func Attach(w http.ResponseWriter, name, mediaType string) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`) // RFC 6266
	PageHeaders(h)
	w.WriteHeader(http.StatusOK)
}

package respond

import (
	"net/http"
	"strconv"
	"strings"
)

// Document is a public document as it is served: bytes that are made once.
type Document struct {
	Body []byte
	ETag string // quoted, as RFC 9110 section 8.8.3 has it
	Type string // media type
	Keep string // Cache-Control
}

// Serve answers the document, or 304 to whoever has it already (RFC 9110 section
// 13.1.2).
func (d Document) Serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Cache-Control", d.Keep)
	h.Set("ETag", d.ETag)
	h.Set("X-Content-Type-Options", "nosniff")
	for candidate := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == d.ETag || candidate == "*" {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Type", d.Type)
	h.Set("Content-Length", strconv.Itoa(len(d.Body)))
	w.WriteHeader(http.StatusOK)
	if _, err := w.Write(d.Body); err != nil {
		return &WriteError{Err: err}
	}
	return nil
}

package respond

import "net/http"

// Shared is how an address lets pages of any origin call it (the CORS protocol,
// Fetch section 3.3). It suits addresses that look at no cookie: there is
// nothing that a foreign page could borrow.
type Shared struct {
	Methods string // that a page may use, by commas
	Headers string // that a page may send, by commas
	Expose  string // headers of the answer that a page may read, by commas
}

// Allow lets the page read this answer.
func (s Shared) Allow(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", s.Expose)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// Preflight answers what a browser asks first.
func (s Shared) Preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	s.Allow(h)
	h.Set("Access-Control-Allow-Methods", s.Methods)
	h.Set("Access-Control-Allow-Headers", s.Headers)
	h.Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

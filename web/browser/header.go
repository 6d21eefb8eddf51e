package browser

import "net/http"

// SecureTransport tells browsers to come back by https alone (RFC 6797), on every
// answer of next. Leave it out where the service speaks plain http on loopback:
// the rule would be ignored there (section 8.1). Subdomains are not ours to bind.
func SecureTransport(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		next.ServeHTTP(w, r)
	})
}

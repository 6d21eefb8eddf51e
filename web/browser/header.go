package browser

import "net/http"

// Policy is the kind of page that the security headers are for.
type Policy int

const (
	// FlowPage may be followed by a redirect to an app or an upstream. It has no
	// form-action: browsers apply that to the whole chain of redirects.
	FlowPage Policy = iota
	// OwnPage posts to this host alone: the account pages and the console.
	OwnPage
)

const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// Headers writes the security headers of an HTML page. plain is set on plain-http
// loopback only, where Strict-Transport-Security has no meaning (RFC 6797
// section 7.2). Cross-Origin-Opener-Policy is left out: apps open these pages in
// popups and wait for them.
func Headers(h http.Header, p Policy, plain bool) {
	policy := contentPolicy
	if p == OwnPage {
		policy += "; form-action 'self'"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Permissions-Policy", "publickey-credentials-get=(self), publickey-credentials-create=(self), "+
		"camera=(), geolocation=(), microphone=()")
	if !plain {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// Secure wraps HTML routes with Headers.
func Secure(next http.Handler, p Policy, plain bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Headers(w.Header(), p, plain)
		next.ServeHTTP(w, r)
	})
}

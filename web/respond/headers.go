package respond

import "net/http"

// ContentSecurityPolicy of every page: everything from this origin, nothing
// inline, never framed. It names no form-action, because browsers apply that to
// the whole chain of redirects after a form, which ends at the app.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// PageHeaders sets what every page and every redirect between pages carries.
func PageHeaders(h http.Header) {
	if h.Get("Content-Security-Policy") == "" { // a door may have set a stricter one
		h.Set("Content-Security-Policy", ContentSecurityPolicy)
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "publickey-credentials-get=(self), publickey-credentials-create=(self), "+
		"camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// dataHeaders are for answers to programs. A caching rule that the door has set,
// as discovery does, stays.
func dataHeaders(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
		h.Set("Pragma", "no-cache") // RFC 6749 section 5.1 names both
	}
}

package browser

import "net/http"

// Guard refuses what another site's page makes a browser send: every method but
// GET, HEAD and OPTIONS, by Sec-Fetch-Site or else by Origin. It belongs on HTML
// routes only. deny answers what was refused.
//
// The exceptions are the doors that other sites post to on purpose, which check
// a state of their own; they stay outside the guard.
func Guard(next, deny http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(deny)
	return protection.Handler(next)
}

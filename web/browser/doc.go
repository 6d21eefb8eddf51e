// Package browser is what every HTML door knows about browsers: cookies and
// their names, sessions over gorilla/sessions, cross-origin protection, and the
// address a request came from. The headers of pages are package respond's.
//
// It keeps opaque values only. What a session id or a binding stands for is a
// row that package signin owns.
package browser

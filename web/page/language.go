package page

import (
	"net/http"
	"strings"
)

// Language chooses the language of an answer: the lang parameter, then
// ui_locales (OpenID Connect Core 1.0 section 3.1.2.1), then Accept-Language,
// then English.
func (p *Pages) Language(r *http.Request) string {
	q := r.URL.Query()
	return p.catalogue.match(
		q.Get("lang"),
		strings.Join(strings.Fields(q.Get("ui_locales")), ","),
		r.Header.Get("Accept-Language"),
	)
}

package sync

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"

	"github.com/cognate-idp/cognate/provider"
)

// query reads the parameters of a request's query string, each at most once.
type query struct {
	values url.Values
	err    error
}

func newQuery(r *http.Request) *query {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		err = provider.Invalid("", "The query string is not well-formed.")
	}
	return &query{values: values, err: err}
}

func (q *query) text(name string) string {
	values := q.values[name]
	if len(values) > 1 {
		q.err = provider.Invalid(name, "The parameter comes more than once.")
	}
	if len(values) != 1 {
		return ""
	}
	return values[0]
}

// number reads an integer of at least least; absent is 0.
func (q *query) number(name string, least int64) int64 {
	s := q.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least {
		q.err = provider.Invalid(name, "The parameter is a whole number of at least %d.", least)
	}
	return n
}

// limit reads maxResults; absent is 0.
func (q *query) limit() int { return int(min(q.number("maxResults", 1), 1<<30)) }

// after reads the nextToken that token wrote.
func (q *query) after() string {
	s := q.text("nextToken")
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		q.err = provider.Invalid("nextToken", "The token is not one that a page ended with.")
	}
	return string(raw)
}

// token makes a nextToken of the last name of a page.
func token(last string) string { return base64.RawURLEncoding.EncodeToString([]byte(last)) }

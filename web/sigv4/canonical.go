package sigv4

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonical is the canonical request without its payload hash.
type canonical struct {
	method, path, query, headers, signedHeaders string
}

// newCanonical reads the request line as it came, before any mux stripped a
// prefix. The raw path is encoded once more, so "%3A" becomes "%253A"; it is
// not normalised: no client sends dot segments, and two spellings of one path
// must not share a signature.
func newCanonical(r *http.Request, signed []string) (*canonical, error) {
	path, query := r.URL.EscapedPath(), r.URL.RawQuery
	if strings.HasPrefix(r.RequestURI, "/") {
		path, query, _ = strings.Cut(r.RequestURI, "?")
	}
	if path == "" {
		path = "/"
	}
	c := &canonical{method: r.Method, path: encode(path, true), signedHeaders: strings.Join(signed, ";")}
	var err error
	if c.query, err = canonicalQuery(query); err != nil {
		return nil, err
	}
	if c.headers, err = canonicalHeaders(r, signed); err != nil {
		return nil, err
	}
	return c, nil
}

// hash is the lower-case hex SHA-256 of the canonical request.
func (c *canonical) hash(payloadHash string) string {
	sum := sha256.Sum256([]byte(strings.Join(
		[]string{c.method, c.path, c.query, c.headers, c.signedHeaders, payloadHash}, "\n")))
	return hex.EncodeToString(sum[:])
}

// canonicalQuery sorts by encoded name, then by encoded value. Values are
// decoded and encoded again, because clients differ in what they leave bare.
func canonicalQuery(raw string) (string, error) {
	type pair struct{ name, value string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return "", invalid("The query string is not well-formed percent-encoding.")
		}
		pairs = append(pairs, pair{encode(name, false), encode(value, false)})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + p.value)
	}
	return b.String(), nil
}

// canonicalHeaders answers "name:value\n" for each signed header. Repeated
// headers are joined by commas in the order they came.
func canonicalHeaders(r *http.Request, signed []string) (string, error) {
	var b strings.Builder
	for _, name := range signed {
		values := headerValues(r, name)
		if len(values) == 0 {
			return "", invalid("The signed header '" + name + "' is missing from the request.")
		}
		b.WriteString(name + ":")
		for i, value := range values {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(squeeze(value))
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// headerValues looks where net/http keeps a header: Host is never in the map,
// and Content-Length is not always.
func headerValues(r *http.Request, name string) []string {
	switch {
	case name == "host":
		return []string{r.Host}
	case name == "content-length" && r.ContentLength >= 0:
		return []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	return r.Header.Values(name)
}

// squeeze trims blanks and turns each run of them into one.
func squeeze(s string) string {
	s = strings.Trim(s, " ")
	if !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	for word := range strings.SplitSeq(s, " ") {
		if word == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	return b.String()
}

// encode percent-encodes all bytes but the unreserved ones of RFC 3986
// section 2.3, and the slash if keepSlash.
func encode(s string, keepSlash bool) string {
	const upperHex = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	timeFormat = "20060102T150405Z"

	// Real headers are about 300 bytes; this leaves room for long key ids and
	// many signed headers, and keeps the work for a hostile one small.
	maxAuthorization = 4096
)

// authorization is a parsed Authorization header with the time it belongs to.
type authorization struct {
	accessKeyID           string
	date, region, service string
	signedHeaders         []string // lower case, sorted, unique
	signature             []byte
	amzDate               string // as signed, in timeFormat
	time                  time.Time
}

// IsSigned tells whether r claims to be signed, so that a door which also
// takes other proofs knows which to check.
func IsSigned(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return scheme == algorithm
}

func parseAuthorization(h http.Header) (*authorization, error) {
	values := h.Values("Authorization")
	if len(values) == 0 || values[0] == "" {
		return nil, &Error{Code: MissingAuthenticationToken, Message: "Missing Authentication Token"}
	}
	if len(values) > 1 || len(values[0]) > maxAuthorization {
		return nil, incomplete("Authorization header must be given once, in at most 4096 bytes.")
	}
	scheme, rest, _ := strings.Cut(values[0], " ")
	if scheme != algorithm {
		return nil, incomplete("Authorization header requires the algorithm " + algorithm + ".")
	}
	fields, err := parseFields(rest)
	if err != nil {
		return nil, err
	}
	a := &authorization{}
	if err := a.parseCredential(fields["Credential"]); err != nil {
		return nil, err
	}
	if err := a.parseSignedHeaders(fields["SignedHeaders"], h); err != nil {
		return nil, err
	}
	a.signature, err = hex.DecodeString(fields["Signature"])
	if err != nil || len(a.signature) != sha256.Size {
		return nil, incomplete("Authorization header requires 'Signature' parameter of 64 hexadecimal digits.")
	}
	if err := a.parseDate(h); err != nil {
		return nil, err
	}
	return a, nil
}

// parseFields splits "Credential=..., SignedHeaders=..., Signature=...", where
// some signers leave out the blank after the comma.
func parseFields(s string) (map[string]string, error) {
	fields := make(map[string]string, 3)
	for part := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(strings.Trim(part, " "), "=")
		if !ok || value == "" {
			return nil, incomplete("Authorization header must hold key=value pairs separated by commas.")
		}
		if _, twice := fields[name]; twice {
			return nil, incomplete("Authorization header holds a parameter twice.")
		}
		fields[name] = value
	}
	for _, name := range []string{"Credential", "Signature", "SignedHeaders"} {
		if fields[name] == "" {
			return nil, incomplete("Authorization header requires '" + name + "' parameter.")
		}
	}
	return fields, nil
}

func (a *authorization) parseCredential(s string) error {
	parts := strings.Split(s, "/")
	if len(parts) != 5 || slices.Contains(parts, "") || parts[4] != terminator {
		return incomplete("Credential must have the form keyid/YYYYMMDD/region/service/" + terminator + ".")
	}
	if strings.ContainsFunc(parts[0], func(c rune) bool { return c <= ' ' || c > '~' }) {
		return incomplete("An access key id holds printable ASCII alone.")
	}
	a.accessKeyID, a.date, a.region, a.service = parts[0], parts[1], parts[2], parts[3]
	return nil
}

// parseSignedHeaders demands what must not change on the way: the host, and
// every x-amz-* header, since those choose the operation and carry the session
// token. A content delivery network of AWS adds x-amz-cf-* after signing.
func (a *authorization) parseSignedHeaders(s string, h http.Header) error {
	a.signedHeaders = strings.Split(s, ";")
	for i, name := range a.signedHeaders {
		if name == "" || name != strings.ToLower(name) || i > 0 && name <= a.signedHeaders[i-1] {
			return incomplete("SignedHeaders must be lower case, sorted and unique.")
		}
	}
	if !slices.Contains(a.signedHeaders, "host") {
		return invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.")
	}
	for name := range h {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !strings.HasPrefix(name, "x-amz-cf-") && !slices.Contains(a.signedHeaders, name) {
			return invalid("'" + name + "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	return nil
}

// parseDate takes x-amz-date only: the Date header, which the protocol allows
// in its place, is one that browsers and proxies rewrite.
func (a *authorization) parseDate(h http.Header) error {
	values := h.Values("X-Amz-Date")
	if len(values) != 1 {
		return incomplete("Authorization header requires existence of one 'X-Amz-Date' header.")
	}
	t, err := time.Parse(timeFormat, values[0])
	if err != nil || len(values[0]) != len(timeFormat) {
		return incomplete("Date must be in ISO-8601 'basic format', as YYYYMMDD'T'HHMMSS'Z'.")
	}
	a.amzDate, a.time = values[0], t
	return nil
}

// sign derives the signing key from secret and answers the signature of the
// string to sign.
func (a *authorization) sign(secret, canonicalHash string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{a.date, a.region, a.service, terminator} {
		key = mac(key, part)
	}
	scope := strings.Join([]string{a.date, a.region, a.service, terminator}, "/")
	return mac(key, strings.Join([]string{algorithm, a.amzDate, scope, canonicalHash}, "\n"))
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

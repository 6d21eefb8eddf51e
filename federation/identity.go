package federation

import (
	"encoding/json"
	"strconv"
)

// Identity is a person as one upstream vouches for them. Issuer and Subject
// together name the person for ever; nothing else does. An e-mail address may
// change hands and is no key.
type Identity struct {
	Issuer        string
	Subject       string
	Email         string
	EmailVerified bool           // as the upstream claims; whether it may say so is the caller's choice
	Claims        map[string]any // everything it said, as decoded JSON with json.Number for numbers
	AMR           []string       // how the person proved themselves there (RFC 8176)
	AuthTime      int64          // when, in seconds since 1970; 0 when not told
	IDToken       string         // the raw token, empty where the upstream gives none
	AccessToken   string
	RefreshToken  string
}

// Attribute returns a claim as text: strings as they are, numbers and booleans
// as JSON writes them, lists and objects as JSON. It reports false where the
// claim is absent or null.
func (i *Identity) Attribute(claim string) (string, bool) {
	switch v := i.Claims[claim].(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	default:
		b, err := json.Marshal(v)
		return string(b), err == nil
	}
}

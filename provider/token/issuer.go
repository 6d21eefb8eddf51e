package token

import (
	"encoding/base64"
	"encoding/json"
	"path"
	"strings"
	"unicode/utf8"
)

// IssuerName is the last part of what a token says its issuer is, which is the id of
// the pool whose keys must be asked about it. Nothing is verified here. It is empty
// for what is no token.
func IssuerName(compact string) string {
	if len(compact) > maxCompact {
		return ""
	}
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var named struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(payload, &named) != nil || !utf8.ValidString(named.Issuer) || strings.ContainsRune(named.Issuer, 0) {
		return ""
	}
	if name := path.Base(named.Issuer); name != "." && name != "/" {
		return name
	}
	return ""
}

package token

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Use says what a token is for, in its token_use claim. Every token made here
// has one, so that none passes for another.
type Use string

// The uses.
const (
	UseAccess     Use = "access"     // at a user pool's and its clients' resources
	UseID         Use = "id"         // tells a client who signed in
	UseCredential Use = "credential" // an identity pool's scoped credential
	UseIdentity   Use = "identity"   // an identity pool's OpenID token
	UseSession    Use = "session"    // a credential that counts only with the temporary keys it names
	UseLogout     Use = "logout"     // tells a client who signed out
)

// allows reports whether a token with this typ may have the use.
func (u Use) allows(typ Type) bool {
	switch u {
	case UseAccess:
		return typ == TypeAccess || typ == TypeNone
	case UseID:
		return typ == TypeJWT || typ == TypeNone
	case UseCredential:
		return typ == TypeAccess
	case UseIdentity, UseSession:
		return typ == TypeJWT
	case UseLogout:
		return typ == TypeLogout
	}
	return false
}

// maxCompact bounds the bytes of a token that is looked at.
const maxCompact = 16 << 10

// clockSkew is how far two nodes' clocks may differ.
const clockSkew = 10 * time.Second

// Why a token is refused. Expired is told apart because some callers (an
// id_token_hint, OpenID Connect RP-Initiated Logout 1.0 section 2) accept it.
var (
	ErrInvalid = errors.New("token is not valid")
	ErrExpired = fmt.Errorf("%w: it has expired", ErrInvalid)
)

// Expect is what a token has to be. Issuer and Use are obligatory.
type Expect struct {
	Issuer   string
	Use      Use
	Audience string // when set, aud must contain it
	Now      time.Time
}

// Claims are those that verification reads, with all of them as they came.
type Claims struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Audience  Audience    `json:"aud"`
	ExpiresAt NumericDate `json:"exp"`
	NotBefore NumericDate `json:"nbf"`
	IssuedAt  NumericDate `json:"iat"`
	ID        string      `json:"jti"`
	Use       Use         `json:"token_use"`
	ClientID  string      `json:"client_id"`
	Grant     string      `json:"origin_jti"` // the grant behind the token; empty where there is none
	Scope     string      `json:"scope"`

	Raw  json.RawMessage `json:"-"` // the whole payload
	Type Type            `json:"-"` // the header's typ
}

// NumericDate is seconds since 1970 UTC (RFC 7519 section 2).
type NumericDate int64

// Time is the date as a time; the zero NumericDate is the zero time.
func (d NumericDate) Time() time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Unix(int64(d), 0)
}

// Audience is the aud claim: one string or several (RFC 7519 section 4.1.3).
type Audience []string

// UnmarshalJSON accepts both forms.
func (a *Audience) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var one string
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*a = Audience{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(data, &many); err != nil {
		return err
	}
	*a = many
	return nil
}

// MarshalJSON writes a single audience as a string, which the most verifiers
// understand.
func (a Audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// Verify answers a token's claims if one of the issuer's keys signed it and it
// is what want says. On ErrExpired, and only then, the claims come with the
// error: all else about that token was right. Claims are shared: do not change
// them.
//
// The header must be, byte for byte, one that Sign writes. So nothing in it is
// ever interpreted: no alg is chosen, no key is fetched from a jku or x5u, no
// crit is overlooked (RFC 8725 section 3.1).
func (s *KeySet) Verify(compact string, want Expect) (*Claims, error) {
	if len(compact) > maxCompact {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrInvalid, maxCompact)
	}
	head, rest, _ := strings.Cut(compact, ".")
	body, mac, ok := strings.Cut(rest, ".")
	if !ok || strings.Contains(mac, ".") {
		return nil, fmt.Errorf("%w: not three parts", ErrInvalid)
	}
	known, ok := s.byHeader[head]
	if !ok {
		return nil, fmt.Errorf("%w: no key of this issuer fits its header", ErrInvalid)
	}
	if !want.Use.allows(known.typ) {
		return nil, fmt.Errorf("%w: typ %q is not for %s", ErrInvalid, string(known.typ), want.Use)
	}
	claims, sum := s.verified.get(compact)
	if claims == nil {
		var err error
		if claims, err = known.open(compact, body, mac); err != nil {
			return nil, err
		}
		s.verified.put(sum, claims)
	}
	if err := claims.check(want); err != nil {
		if errors.Is(err, ErrExpired) {
			return claims, err
		}
		return nil, err
	}
	return claims, nil
}

// open checks a token's signature and reads its payload.
func (h header) open(compact, body, mac string) (*Claims, error) {
	signature, err := base64.RawURLEncoding.Strict().DecodeString(mac)
	if err != nil {
		return nil, fmt.Errorf("%w: signature is not base64url", ErrInvalid)
	}
	if err := verify(h.key.public, []byte(compact[:len(compact)-len(mac)-1]), signature); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return nil, fmt.Errorf("%w: payload is not base64url", ErrInvalid)
	}
	claims := &Claims{Type: h.typ, Raw: payload}
	if err := json.Unmarshal(payload, claims); err != nil {
		return nil, fmt.Errorf("%w: payload: %w", ErrInvalid, err)
	}
	return claims, nil
}

// check compares the claims with what is wanted; expiry comes last.
func (c *Claims) check(want Expect) error {
	switch {
	case want.Issuer == "" || c.Issuer != want.Issuer:
		return fmt.Errorf("%w: iss is %q", ErrInvalid, c.Issuer)
	case c.Use != want.Use:
		return fmt.Errorf("%w: token_use is %q, not %q", ErrInvalid, c.Use, want.Use)
	case want.Audience != "" && !slices.Contains(c.Audience, want.Audience):
		return fmt.Errorf("%w: aud is %q", ErrInvalid, []string(c.Audience))
	case c.NotBefore != 0 && want.Now.Add(clockSkew).Before(c.NotBefore.Time()):
		return fmt.Errorf("%w: not before %s", ErrInvalid, c.NotBefore.Time().UTC())
	case c.IssuedAt != 0 && want.Now.Add(clockSkew).Before(c.IssuedAt.Time()):
		return fmt.Errorf("%w: issued in the future", ErrInvalid)
	case c.ExpiresAt == 0:
		return fmt.Errorf("%w: no exp", ErrInvalid)
	case !want.Now.Before(c.ExpiresAt.Time()):
		return ErrExpired
	}
	return nil
}

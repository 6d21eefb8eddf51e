package token

import (
	"crypto"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
)

// Type is a JWS header's typ (RFC 7515 section 4.1.9). The list is closed: a
// token with any other header was not made here.
type Type string

// The types that tokens are made with.
const (
	TypeAccess Type = "at+jwt"     // RFC 9068 section 2.1
	TypeJWT    Type = "JWT"        // ID tokens
	TypeLogout Type = "logout+jwt" // OpenID Connect Back-Channel Logout 1.0 section 2.4
	TypeNone   Type = ""           // Cognito's tokens carry no typ
)

// types answers every Type.
func types() [4]Type { return [4]Type{TypeAccess, TypeJWT, TypeLogout, TypeNone} }

// KeySet is an issuer's keys at one moment. It never changes, so it is read
// without locks; a rotation makes a new one.
type KeySet struct {
	active   map[Algorithm]*signingKey
	byHeader map[string]header // encoded header -> what it stands for
	jwks     []byte
	etag     string
	verified *verified
}

// header is what the first part of a token says.
type header struct {
	key *signingKey
	typ Type
}

type signingKey struct {
	*Key
	public  crypto.PublicKey
	headers map[Type]string // base64url of the header, with the dot that follows it
}

// NewKeySet makes a snapshot of an issuer's keys.
// At most one key of an algorithm may be active.
func NewKeySet(keys []*Key) (*KeySet, error) {
	set := &KeySet{active: map[Algorithm]*signingKey{}, byHeader: map[string]header{}, verified: &verified{}}
	document := struct {
		Keys []jwk `json:"keys"`
	}{Keys: []jwk{}}
	for _, key := range keys {
		k := &signingKey{Key: key, public: key.Private.Public(), headers: map[Type]string{}}
		for _, typ := range types() {
			encoded, err := encodeHeader(key, typ)
			if err != nil {
				return nil, err
			}
			k.headers[typ] = encoded + "."
			set.byHeader[encoded] = header{key: k, typ: typ}
		}
		if key.State == Active {
			if other := set.active[key.Algorithm]; other != nil {
				return nil, fmt.Errorf("keys %s and %s are both active for %s", other.ID, key.ID, key.Algorithm)
			}
			set.active[key.Algorithm] = k
		}
		public, err := newJWK(k.public)
		if err != nil {
			return nil, err
		}
		public.Alg, public.Kid, public.Use = key.Algorithm, key.ID, "sig"
		document.Keys = append(document.Keys, public)
	}
	var err error
	if set.jwks, err = json.Marshal(document); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(set.jwks)
	set.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	return set, nil
}

// encodeHeader writes a key's JOSE header. Tokens are recognised by exactly
// these bytes, so their form may never change while tokens are alive.
func encodeHeader(key *Key, typ Type) (string, error) {
	raw, err := json.Marshal(struct {
		Alg Algorithm `json:"alg"`
		Kid string    `json:"kid"`
		Typ Type      `json:"typ,omitempty"`
	}{key.Algorithm, key.ID, typ})
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// JWKS answers the key set document (RFC 7517 section 5): every key, the next
// ones too, so that verifiers know them before the first signature. The bytes
// are shared: do not change them.
func (s *KeySet) JWKS() []byte { return s.jwks }

// ETag names the document's content, quoted as HTTP wants it.
func (s *KeySet) ETag() string { return s.etag }

// Signs reports whether the set has an active key for the algorithm.
func (s *KeySet) Signs(algorithm Algorithm) bool { return s.active[algorithm] != nil }

func (s *KeySet) signs(algorithms []Algorithm) bool {
	return !slices.ContainsFunc(algorithms, func(a Algorithm) bool { return !s.Signs(a) })
}

// Sign answers the compact JWS (RFC 7515 section 7.1) over claims, a JSON
// object, by the algorithm's active key.
func (s *KeySet) Sign(algorithm Algorithm, typ Type, claims []byte) (string, error) {
	key := s.active[algorithm]
	if key == nil {
		return "", fmt.Errorf("sign token: the issuer has no active %s key", algorithm)
	}
	head, ok := key.headers[typ]
	if !ok {
		return "", fmt.Errorf("sign token: unknown typ %q", string(typ))
	}
	enc := base64.RawURLEncoding
	compact := make([]byte, 0, len(head)+enc.EncodedLen(len(claims))+1+enc.EncodedLen(signatureSize(key.public)))
	compact = append(compact, head...)
	compact = enc.AppendEncode(compact, claims)
	signature, err := sign(key.Private, compact)
	if err != nil {
		return "", fmt.Errorf("sign token with key %s: %w", key.ID, err)
	}
	compact = append(compact, '.')
	compact = enc.AppendEncode(compact, signature)
	return string(compact), nil
}

// has reports whether the set holds a key of the algorithm in that state.
func (s *KeySet) has(algorithm Algorithm, state State) bool {
	for _, h := range s.byHeader {
		if h.key.Algorithm == algorithm && h.key.State == state {
			return true
		}
	}
	return false
}

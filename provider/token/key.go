package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// State says what a key is used for.
type State string

// A key is next until it is put to use, active while it signs, and retired
// from then on. All three are published and verified with: a retired key is
// deleted once no token that it signed can still be alive.
const (
	Next    State = "next"
	Active  State = "active"
	Retired State = "retired"
)

// Key is one signing key, opened.
type Key struct {
	ID        string // the JWK thumbprint (RFC 7638), as kid
	Algorithm Algorithm
	State     State
	Private   crypto.Signer
}

// NewKey names a private key and pins it to its algorithm.
func NewKey(algorithm Algorithm, state State, private crypto.Signer) (*Key, error) {
	if !algorithm.fits(private.Public()) {
		return nil, fmt.Errorf("a %T is no %s key", private, algorithm)
	}
	id, err := thumbprint(private.Public())
	if err != nil {
		return nil, err
	}
	return &Key{ID: id, Algorithm: algorithm, State: state, Private: private}, nil
}

// Marshal answers the private key as PKCS #8. It must be sealed before it
// is stored.
func (k *Key) Marshal() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.Private) }

// ParsePrivate reads what Marshal wrote.
func ParsePrivate(pkcs8 []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(pkcs8)
	if err != nil {
		return nil, fmt.Errorf("read signing key: %w", err)
	}
	private, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("read signing key: %T cannot sign", parsed)
	}
	return private, nil
}

// jwk is a public key as RFC 7517 has it. The members stand in lexicographic
// order, as RFC 7638 wants them for the thumbprint; those that the thumbprint
// leaves out are dropped by omitempty.
type jwk struct {
	Alg Algorithm `json:"alg,omitempty"`
	Crv string    `json:"crv,omitempty"`
	E   string    `json:"e,omitempty"`
	Kid string    `json:"kid,omitempty"`
	Kty string    `json:"kty"`
	N   string    `json:"n,omitempty"`
	Use string    `json:"use,omitempty"`
	X   string    `json:"x,omitempty"`
	Y   string    `json:"y,omitempty"`
}

// newJWK answers the members of a public key that its thumbprint is made of.
func newJWK(public crypto.PublicKey) (jwk, error) {
	b64 := base64.RawURLEncoding.EncodeToString
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes() // 04 || X || Y
		if err != nil {
			return jwk{}, fmt.Errorf("publish key: %w", err)
		}
		half := (len(point) - 1) / 2
		return jwk{Kty: "EC", Crv: k.Params().Name, X: b64(point[1 : 1+half]), Y: b64(point[1+half:])}, nil
	case *rsa.PublicKey:
		return jwk{Kty: "RSA", N: b64(k.N.Bytes()), E: b64(bigEndian(k.E))}, nil
	case ed25519.PublicKey:
		return jwk{Kty: "OKP", Crv: "Ed25519", X: b64(k)}, nil
	}
	return jwk{}, fmt.Errorf("publish key: no JWK form of %T", public)
}

// thumbprint is the SHA-256 JWK thumbprint of a public key (RFC 7638).
func thumbprint(public crypto.PublicKey) (string, error) {
	members, err := newJWK(public)
	if err != nil {
		return "", err
	}
	canonical, err := json.Marshal(members)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(canonical)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

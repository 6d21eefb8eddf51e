package token

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/big"
)

// Algorithm is a JWS algorithm by its registered name (RFC 7518 section 3.1,
// RFC 8037 section 3.1). Only asymmetric ones exist here, so that no verifier
// can be talked into taking a public key for a shared secret.
type Algorithm string

// The algorithms that keys are made for.
const (
	ES256 Algorithm = "ES256" // ECDSA on P-256 with SHA-256
	RS256 Algorithm = "RS256" // RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits
	EdDSA Algorithm = "EdDSA" // Ed25519
)

// rsaBits is the least that NIST SP 800-57 allows until 2030; each doubling
// makes a signature about seven times slower.
const rsaBits = 2048

// errSignature says that a signature does not fit its key.
var errSignature = errors.New("signature does not verify")

// Generate makes a private key for the algorithm, from the random source.
// RSA takes some hundred milliseconds; the others microseconds.
func (a Algorithm) Generate(random io.Reader) (crypto.Signer, error) {
	if random == nil {
		random = rand.Reader
	}
	switch a {
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), random)
	case RS256:
		return rsa.GenerateKey(random, rsaBits)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(random)
		return private, err
	}
	return nil, fmt.Errorf("no signing algorithm %q: use ES256, RS256 or EdDSA", string(a))
}

// fits reports whether a public key belongs to the algorithm. A key never
// serves two algorithms.
func (a Algorithm) fits(public crypto.PublicKey) bool {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		return a == ES256 && k.Curve == elliptic.P256()
	case *rsa.PublicKey:
		return a == RS256 && k.N.BitLen() >= rsaBits
	case ed25519.PublicKey:
		return a == EdDSA && len(k) == ed25519.PublicKeySize
	}
	return false
}

// signatureSize is the length of a signature in bytes.
func signatureSize(public crypto.PublicKey) int {
	if k, ok := public.(*rsa.PublicKey); ok {
		return k.Size()
	}
	return 64
}

// sign answers the JWS signature over input.
func sign(private crypto.Signer, input []byte) ([]byte, error) {
	switch k := private.(type) {
	case *ecdsa.PrivateKey:
		digest := sha256.Sum256(input)
		der, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err != nil {
			return nil, err
		}
		return rawFromDER(der)
	case ed25519.PrivateKey:
		return ed25519.Sign(k, input), nil
	default:
		digest := sha256.Sum256(input)
		return k.Sign(nil, digest[:], crypto.SHA256)
	}
}

// verify answers nil only if signature is the key's over input.
func verify(public crypto.PublicKey, input, signature []byte) error {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if len(signature) != 64 {
			return errSignature
		}
		digest := sha256.Sum256(input)
		var der [derSize]byte
		if !ecdsa.VerifyASN1(k, digest[:], derFromRaw(der[:0], signature)) {
			return errSignature
		}
	case *rsa.PublicKey:
		digest := sha256.Sum256(input)
		if rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], signature) != nil {
			return errSignature
		}
	case ed25519.PublicKey:
		if !ed25519.Verify(k, input, signature) {
			return errSignature
		}
	default:
		return errSignature
	}
	return nil
}

// derSize bounds a P-256 signature in DER: two integers of at most 33 bytes,
// each with two bytes of tag and length, in a sequence with two more.
const derSize = 2 + 2*(2+33)

// rawFromDER turns the SEQUENCE of two INTEGERs that crypto/ecdsa answers into
// the 64 bytes R || S that JWS wants (RFC 7518 section 3.4).
func rawFromDER(der []byte) ([]byte, error) {
	bad := errors.New("ECDSA signature is not in DER")
	if len(der) < 2 || len(der) > derSize || der[0] != 0x30 || int(der[1]) != len(der)-2 {
		return nil, bad
	}
	raw, rest := make([]byte, 64), der[2:]
	for half := range 2 {
		if len(rest) < 2 || rest[0] != 0x02 || int(rest[1]) > len(rest)-2 {
			return nil, bad
		}
		number := rest[2 : 2+int(rest[1])]
		rest = rest[2+len(number):]
		for len(number) > 0 && number[0] == 0 {
			number = number[1:]
		}
		if len(number) > 32 {
			return nil, bad
		}
		copy(raw[32*(half+1)-len(number):], number)
	}
	return raw, nil
}

// derFromRaw appends the DER form of R || S to dst.
func derFromRaw(dst, raw []byte) []byte {
	dst = append(dst, 0x30, 0)
	for _, number := range [2][]byte{raw[:32], raw[32:]} {
		for len(number) > 1 && number[0] == 0 {
			number = number[1:]
		}
		length := byte(len(number))
		if number[0]&0x80 != 0 {
			dst = append(dst, 0x02, length+1, 0)
		} else {
			dst = append(dst, 0x02, length)
		}
		dst = append(dst, number...)
	}
	dst[1] = byte(len(dst) - 2)
	return dst
}

// bigEndian is an RSA exponent as the shortest big-endian bytes.
func bigEndian(n int) []byte { return big.NewInt(int64(n)).Bytes() }

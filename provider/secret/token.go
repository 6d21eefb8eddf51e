package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Token returns 256 random bits in base64url without padding: 43 characters.
func Token() string {
	return base64.RawURLEncoding.EncodeToString(Bytes(32))
}

// Bytes returns n random bytes.
func Bytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// Hash is SHA-256. It fits tokens that Token made and nothing weaker: a value
// with 256 random bits needs no salt and no slowness.
func Hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// MAC is HMAC-SHA-256 of the parts, each behind its length. It fits short codes
// and names, which a plain hash would leave open to guessing: the key comes from
// Sealer.Derive.
func MAC(key []byte, parts ...string) []byte {
	m := hmac.New(sha256.New, key)
	var size [8]byte
	for _, p := range parts {
		putLength(&size, len(p))
		m.Write(size[:])
		m.Write([]byte(p))
	}
	return m.Sum(nil)
}

// Equal compares two secrets of public length in constant time. An empty value
// equals nothing: a missing hash must never match a missing secret.
func Equal(a, b []byte) bool {
	return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1
}

// EqualHash reports whether hash is Hash(token), in constant time.
func EqualHash(hash []byte, token string) bool {
	return token != "" && Equal(hash, Hash(token))
}

func putLength(size *[8]byte, n int) {
	for i := range size {
		size[i] = byte(uint64(n) >> (56 - 8*i))
	}
}

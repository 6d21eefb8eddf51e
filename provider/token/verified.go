package token

import (
	"crypto/sha256"
	"sync"
)

// maxVerified bounds the tokens that are remembered, a few kilobytes each.
const maxVerified = 8192

// verified remembers tokens whose signature was found good, so that a token that
// comes with every request is checked once. Only what can never change is kept:
// the header names its key by thumbprint, and key and bytes decide the rest.
// Expiry, audience and revocation are asked anew each time.
type verified struct {
	mu    sync.RWMutex
	known map[[sha256.Size]byte]*Claims
}

func (v *verified) get(compact string) (*Claims, [sha256.Size]byte) {
	sum := sha256.Sum256([]byte(compact))
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.known[sum], sum
}

func (v *verified) put(sum [sha256.Size]byte, claims *Claims) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.known == nil {
		v.known = map[[sha256.Size]byte]*Claims{}
	}
	for old := range v.known {
		if len(v.known) < maxVerified {
			break
		}
		delete(v.known, old) // any one: map order is random enough
	}
	v.known[sum] = claims
}

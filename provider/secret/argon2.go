package secret

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are Argon2id's costs (RFC 9106 section 3.1).
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultParams is the least that current guidance accepts for Argon2id.
var DefaultParams = Params{Memory: 19 * 1024, Time: 2, Threads: 1}

const (
	maxArgon2Passes  = 16
	maxArgon2Threads = 16
)

func (p Params) valid() bool {
	return p.Time >= 1 && p.Time <= maxArgon2Passes && p.Threads >= 1 && p.Threads <= maxArgon2Threads &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory>>10 && uint64(p.Memory)*uint64(p.Time) <= maxWork>>10
}

// The variants of Argon2 that can be computed here. Argon2d is not among them: no
// library that we keep has it.
const (
	argon2i  = "argon2i"
	argon2id = "argon2id"
)

// argon2Hash is a password hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>.
type argon2Hash struct {
	Params
	variant    string
	salt, hash []byte
}

func (h argon2Hash) key(password string, size int) []byte {
	derive := argon2.IDKey
	if h.variant == argon2i {
		derive = argon2.Key
	}
	return derive([]byte(password), h.salt, h.Time, h.Memory, h.Threads, uint32(size))
}

func (h argon2Hash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", h.variant, argon2.Version,
		h.Memory, h.Time, h.Threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.hash))
}

func parseArgon2(f []string) (*knownHash, error) {
	if f[0] == "argon2d" {
		return nil, unreadable("Argon2d is not supported")
	}
	if len(f) != 5 || f[1] != "v="+strconv.Itoa(argon2.Version) {
		return nil, unreadable("of Argon2, version 19 is understood")
	}
	v, ok := costs(f[2], "m", "t", "p")
	if !ok || v[2] > maxArgon2Threads {
		return nil, unreadable("its costs cannot be read")
	}
	h := argon2Hash{Params: Params{Memory: v[0], Time: v[1], Threads: uint8(v[2])}, variant: f[0]}
	if !h.valid() {
		return nil, errTooDear
	}
	var err error
	if h.salt, h.hash, err = saltAndSum(f[3], f[4], strictBase64); err != nil {
		return nil, err
	}
	k := &knownHash{kind: h.variant, same: func(password string) bool { return Equal(h.hash, h.key(password, len(h.hash))) }}
	if h.variant == argon2id {
		k.params = h.Params
	}
	return k, nil
}

// costs reads a list such as m=19456,t=2,p=1, whose names and order are fixed.
func costs(list string, names ...string) ([]uint32, bool) {
	parts := strings.Split(list, ",")
	if len(parts) != len(names) {
		return nil, false
	}
	out := make([]uint32, len(names))
	for i, name := range names {
		digits, ok := strings.CutPrefix(parts[i], name+"=")
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil {
			return nil, false
		}
		out[i] = uint32(n)
	}
	return out, true
}

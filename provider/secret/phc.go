package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// ErrPasswordHash means that a stored password hash cannot be read.
var ErrPasswordHash = errors.New("unreadable password hash")

// Params are Argon2id's costs (RFC 9106 section 3.1).
type Params struct {
	Memory  uint32 // KiB
	Time    uint32 // passes
	Threads uint8  // lanes
}

// DefaultParams is the least that current guidance accepts for Argon2id.
var DefaultParams = Params{Memory: 19 * 1024, Time: 2, Threads: 1}

// A stored hash may come from an import. These bounds keep one row from taking
// the machine.
const (
	maxMemory  = 256 * 1024
	maxTime    = 16
	maxThreads = 16
	maxField   = 128
)

func (p Params) valid() bool {
	return p.Time >= 1 && p.Time <= maxTime && p.Threads >= 1 && p.Threads <= maxThreads &&
		p.Memory >= 8*uint32(p.Threads) && p.Memory <= maxMemory
}

// phc is a password hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>.
type phc struct {
	Params
	salt, hash []byte
}

func (h phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.Memory, h.Time, h.Threads, b64.EncodeToString(h.salt), b64.EncodeToString(h.hash))
}

func parsePHC(s string) (phc, error) {
	f := strings.Split(s, "$")
	if len(s) > 512 || len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, ErrPasswordHash
	}
	costs := strings.Split(f[3], ",")
	if len(costs) != 3 {
		return phc{}, ErrPasswordHash
	}
	var v [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(costs[i], name)
		n, err := strconv.ParseUint(digits, 10, 32)
		if !ok || err != nil {
			return phc{}, ErrPasswordHash
		}
		v[i] = n
	}
	if v[2] > maxThreads {
		return phc{}, ErrPasswordHash
	}
	h := phc{Params: Params{Memory: uint32(v[0]), Time: uint32(v[1]), Threads: uint8(v[2])}}
	var errSalt, errHash error
	h.salt, errSalt = base64.RawStdEncoding.Strict().DecodeString(f[4])
	h.hash, errHash = base64.RawStdEncoding.Strict().DecodeString(f[5])
	if errSalt != nil || errHash != nil || !h.valid() ||
		len(h.salt) < 8 || len(h.salt) > maxField || len(h.hash) < 16 || len(h.hash) > maxField {
		return phc{}, ErrPasswordHash
	}
	return h, nil
}

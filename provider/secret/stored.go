package secret

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrPasswordHash means that a stored password hash cannot be read.
var ErrPasswordHash = errors.New("unreadable password hash")

// A stored hash may come from an import. These bounds keep one row from taking the
// machine: on one core the dearest hash takes seconds, not minutes.
const (
	maxHash       = 1024      // characters
	maxMemory     = 256 << 20 // bytes at once
	maxWork       = 1 << 30   // bytes of memory, times the passes over it
	maxIterations = 4_000_000 // of PBKDF2
	maxField      = 256       // bytes of a salt, a key or a sum
	minSum        = 16
)

var (
	errForm = unreadable("its form is not known; these are: $argon2id$ and $argon2i$, $2a$, $2b$ and $2y$ (bcrypt), $scrypt$, $firebase-scrypt$, " +
		"$pbkdf2-sha1$, -sha256$ and -sha512$, pbkdf2_sha1$ and pbkdf2_sha256$ (Django)")
	errTooDear = unreadable("its costs are out of bounds: a cost of 14 of bcrypt, 4,000,000 iterations of PBKDF2, 16 passes of Argon2, " +
		"and 256 MiB at once, 1 GiB over all passes, of Argon2 and scrypt at most")
)

func unreadable(why string) error { return fmt.Errorf("%w: %s", ErrPasswordHash, why) }

// knownHash is a stored hash that can be checked.
type knownHash struct {
	kind   string
	params Params // Argon2id's; zero for all others
	same   func(password string) bool
}

// HashKind names the algorithm of a stored password hash:
//
//	argon2id, argon2i   $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, in unpadded base64
//	bcrypt              $2a$, $2b$ or $2y$
//	scrypt              $scrypt$ln=15,r=8,p=1$<salt>$<hash>
//	firebase-scrypt     $firebase-scrypt$ln=14,r=8$<salt>$<salt separator>$<signer key>$<hash>
//	pbkdf2              $pbkdf2-sha256$i=600000$<salt>$<hash>, with -sha1 and -sha512 too,
//	                    the same without i=, or Django's pbkdf2_sha256$600000$<salt>$<hash>
//
// The error is ErrPasswordHash with the reason: an unknown form, or costs so high that
// a few sign-ins would take the machine.
func HashKind(stored string) (string, error) {
	k, err := parseHash(stored)
	if err != nil {
		return "", err
	}
	return k.kind, nil
}

func parseHash(stored string) (*knownHash, error) {
	if len(stored) > maxHash {
		return nil, unreadable("it is too long")
	}
	if strings.HasPrefix(stored, "$2") {
		return parseBcrypt(stored)
	}
	if strings.HasPrefix(stored, "pbkdf2_") {
		return parseDjango(strings.Split(stored, "$"))
	}
	rest, ok := strings.CutPrefix(stored, "$")
	if !ok {
		return nil, errForm
	}
	f := strings.Split(rest, "$")
	switch f[0] {
	case argon2i, argon2id, "argon2d":
		return parseArgon2(f)
	case "scrypt":
		return parseScrypt(f)
	case "firebase-scrypt":
		return parseFirebase(f)
	case "pbkdf2", "pbkdf2-sha1", "pbkdf2-sha256", "pbkdf2-sha512":
		return parsePBKDF2(f)
	}
	return nil, errForm
}

// strictBase64 is the base64 of PHC strings.
func strictBase64(s string) ([]byte, error) { return base64.RawStdEncoding.Strict().DecodeString(s) }

// anyBase64 reads what other systems write: either alphabet, padded or not, and a dot
// in place of the plus.
func anyBase64(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", ".", "+").Replace(strings.TrimRight(s, "=")))
}

// saltAndSum decodes the last two fields of most forms and bounds them.
func saltAndSum(salt, sum string, decode func(string) ([]byte, error)) ([]byte, []byte, error) {
	a, errSalt := decode(salt)
	b, errSum := decode(sum)
	if errSalt != nil || errSum != nil || len(a) < 1 || len(a) > maxField || len(b) < minSum || len(b) > maxField {
		return nil, nil, unreadable("its salt or sum cannot be read")
	}
	return a, b, nil
}

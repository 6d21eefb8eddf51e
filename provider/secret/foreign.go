package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1" // what other systems have used
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// maxBcrypt is bcrypt's cost at most: about a second.
const maxBcrypt = 14

func parseBcrypt(stored string) (*knownHash, error) {
	// $2x$ marks hashes of a broken implementation, which nothing computes any more.
	if len(stored) != 60 || !strings.ContainsRune("aby", rune(stored[2])) || stored[3] != '$' {
		return nil, unreadable("of bcrypt, $2a$, $2b$ and $2y$ are understood")
	}
	cost, err := bcrypt.Cost([]byte(stored))
	if err != nil {
		return nil, unreadable("its cost cannot be read")
	}
	if cost > maxBcrypt {
		return nil, errTooDear
	}
	return &knownHash{kind: "bcrypt", same: func(password string) bool {
		// bcrypt reads no more than 72 bytes; the systems that made the hash cut there.
		cut := password[:min(len(password), 72)]
		return bcrypt.CompareHashAndPassword([]byte(stored), []byte(cut)) == nil
	}}, nil
}

// parseDjango reads pbkdf2_sha256$<iterations>$<salt as it is>$<base64>.
func parseDjango(f []string) (*knownHash, error) {
	if len(f) != 4 || f[2] == "" || len(f[2]) > maxField {
		return nil, errForm
	}
	sum, err := anyBase64(f[3])
	if err != nil {
		return nil, unreadable("its sum cannot be read")
	}
	return newPBKDF2(strings.TrimPrefix(f[0], "pbkdf2_"), f[1], []byte(f[2]), sum)
}

func parsePBKDF2(f []string) (*knownHash, error) {
	if len(f) != 4 {
		return nil, errForm
	}
	salt, sum, err := saltAndSum(f[2], f[3], anyBase64)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(f[0], "pbkdf2-")
	if name == "pbkdf2" {
		name = "sha1"
	}
	return newPBKDF2(name, strings.TrimPrefix(f[1], "i="), salt, sum)
}

func newPBKDF2(name, iterations string, salt, sum []byte) (*knownHash, error) {
	digest, ok := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}[name]
	n, err := strconv.ParseUint(iterations, 10, 32)
	if !ok || err != nil || n < 1 || len(sum) < minSum {
		return nil, unreadable("of PBKDF2, SHA-1, SHA-256 and SHA-512 are understood")
	}
	// Each block of the output costs all the iterations again.
	blocks := uint64((len(sum) + digest().Size() - 1) / digest().Size())
	if n*blocks > maxIterations {
		return nil, errTooDear
	}
	return &knownHash{kind: "pbkdf2", same: func(password string) bool {
		got, err := pbkdf2.Key(digest, password, salt, int(n), len(sum))
		return err == nil && Equal(sum, got)
	}}, nil
}

func parseScrypt(f []string) (*knownHash, error) {
	if len(f) != 4 {
		return nil, errForm
	}
	v, ok := costs(f[1], "ln", "r", "p")
	if !ok {
		return nil, unreadable("its costs cannot be read")
	}
	if !scryptBounded(v[0], v[1], v[2]) {
		return nil, errTooDear
	}
	salt, sum, err := saltAndSum(f[2], f[3], anyBase64)
	if err != nil {
		return nil, err
	}
	return &knownHash{kind: "scrypt", same: func(password string) bool {
		got, err := scrypt.Key([]byte(password), salt, 1<<v[0], int(v[1]), int(v[2]), len(sum))
		return err == nil && Equal(sum, got)
	}}, nil
}

// scryptBounded says whether costs are sane (RFC 7914 section 2): scrypt holds
// 128*r*2^ln bytes, p times one after the other.
func scryptBounded(ln, r, p uint32) bool {
	if ln < 1 || ln > 24 || r < 1 || r > 64 || p < 1 || p > 64 {
		return false
	}
	held := uint64(128) * uint64(r) << ln
	return held <= maxMemory && held*uint64(p) <= maxWork
}

// parseFirebase reads a hash of Firebase Authentication, whose export tells apart what
// is one string here: the user's salt and hash, and the project's parameters. Its
// rounds are scrypt's r and its memory cost is ln. The key that scrypt derives
// encrypts the project's signer key (AES-256, counter mode from zero), and that is
// the hash.
func parseFirebase(f []string) (*knownHash, error) {
	if len(f) != 6 {
		return nil, errForm
	}
	v, ok := costs(f[1], "ln", "r")
	if !ok {
		return nil, unreadable("its costs cannot be read")
	}
	if !scryptBounded(v[0], v[1], 1) {
		return nil, errTooDear
	}
	salt, sum, err := saltAndSum(f[2], f[5], anyBase64)
	if err != nil {
		return nil, err
	}
	separator, errSeparator := anyBase64(f[3])
	signer, errSigner := anyBase64(f[4])
	if errSeparator != nil || errSigner != nil || len(separator) > maxField || len(signer) != len(sum) {
		return nil, unreadable("its salt separator or signer key cannot be read")
	}
	salt = append(salt, separator...)
	return &knownHash{kind: "firebase-scrypt", same: func(password string) bool {
		key, err := scrypt.Key([]byte(password), salt, 1<<v[0], int(v[1]), 1, 32)
		if err != nil {
			return false
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return false
		}
		got := make([]byte, len(signer))
		cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(got, signer)
		return Equal(sum, got)
	}}, nil
}

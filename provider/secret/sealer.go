package secret

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

var (
	// ErrSealed means that a sealed value cannot be opened: it was altered,
	// moved to another row, or is not a sealed value at all.
	ErrSealed = errors.New("sealed value does not open")
	// ErrUnknownKey means that no configured master key has the version asked for.
	ErrUnknownKey = errors.New("no master key of this version")
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// MasterKey is one key from the configuration. Versions are positive and never
// reused: sealed values name the version that opens them.
type MasterKey struct {
	Version uint32
	Key     []byte
}

// Row is the place a sealed value belongs to. A value copied to another row,
// tenant or column does not open there.
type Row struct {
	Table, Tenant, ID, Column string
}

// Sealer encrypts values at rest under versioned master keys and derives
// purpose-bound keys from them. It is safe for concurrent use.
type Sealer struct {
	current uint32
	keys    map[uint32]sealingKey
}

type sealingKey struct {
	master []byte
	aead   cipher.AEAD
}

// NewSealer takes the master keys, the current one first; the others only open
// what they once sealed.
func NewSealer(keys ...MasterKey) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("a sealer needs at least one master key")
	}
	s := &Sealer{current: keys[0].Version, keys: make(map[uint32]sealingKey, len(keys))}
	for _, k := range keys {
		if k.Version == 0 {
			return nil, errors.New("master key versions start at 1")
		}
		if len(k.Key) != KeySize {
			return nil, fmt.Errorf("master key %d has %d bytes, not %d", k.Version, len(k.Key), KeySize)
		}
		if _, twice := s.keys[k.Version]; twice {
			return nil, fmt.Errorf("master key version %d is given twice", k.Version)
		}
		master := append([]byte(nil), k.Key...)
		sealing, err := derive(master, "seal")
		if err != nil {
			return nil, fmt.Errorf("derive sealing key %d: %w", k.Version, err)
		}
		aead, err := chacha20poly1305.NewX(sealing)
		if err != nil {
			return nil, fmt.Errorf("sealing key %d: %w", k.Version, err)
		}
		s.keys[k.Version] = sealingKey{master: master, aead: aead}
	}
	return s, nil
}

// A sealed value is: format (1 byte), key version (4 bytes, big endian), nonce
// (24 bytes), ciphertext and tag. XChaCha20-Poly1305's long nonce may be drawn
// at random for as many values as a deployment will ever seal; AES-GCM's may not.
const (
	sealFormat = 1
	headerSize = 1 + 4
	nonceSize  = chacha20poly1305.NonceSizeX
)

// Seal encrypts plain under the current master key and binds it to its row.
func (s *Sealer) Seal(at Row, plain []byte) []byte {
	out := make([]byte, headerSize+nonceSize, headerSize+nonceSize+len(plain)+chacha20poly1305.Overhead)
	out[0] = sealFormat
	binary.BigEndian.PutUint32(out[1:], s.current)
	nonce := out[headerSize:]
	rand.Read(nonce)
	return s.keys[s.current].aead.Seal(out, nonce, plain, at.bind(out[:headerSize]))
}

// Open decrypts a value that Seal made for the same row. The error is ErrSealed
// or ErrUnknownKey.
func (s *Sealer) Open(at Row, sealed []byte) ([]byte, error) {
	version, err := sealedVersion(sealed)
	if err != nil {
		return nil, err
	}
	key, ok := s.keys[version]
	if !ok {
		return nil, fmt.Errorf("open sealed value of key version %d: %w", version, ErrUnknownKey)
	}
	nonce := sealed[headerSize : headerSize+nonceSize]
	plain, err := key.aead.Open(nil, nonce, sealed[headerSize+nonceSize:], at.bind(sealed[:headerSize]))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// NeedsRewrap reports whether a sealed value was made under a master key that
// is no longer the current one.
func (s *Sealer) NeedsRewrap(sealed []byte) bool {
	version, err := sealedVersion(sealed)
	return err == nil && version != s.current
}

// Rewrap seals the value anew under the current master key.
func (s *Sealer) Rewrap(at Row, sealed []byte) ([]byte, error) {
	plain, err := s.Open(at, sealed)
	if err != nil {
		return nil, err
	}
	return s.Seal(at, plain), nil
}

// Version is the version of the current master key.
func (s *Sealer) Version() uint32 { return s.current }

// Derive returns a 32-byte key for one purpose, from the current master key
// (HKDF-SHA-256, RFC 5869). Store Version beside what was made with it, and ask
// DeriveFrom later: the current key changes.
func (s *Sealer) Derive(purpose string) ([]byte, error) {
	return s.DeriveFrom(s.current, purpose)
}

// DeriveFrom is Derive for one version of the master key. The error is
// ErrUnknownKey when that version is not configured.
func (s *Sealer) DeriveFrom(version uint32, purpose string) ([]byte, error) {
	key, ok := s.keys[version]
	if !ok {
		return nil, fmt.Errorf("derive from key version %d: %w", version, ErrUnknownKey)
	}
	return derive(key.master, "derive:"+purpose)
}

func derive(master []byte, info string) ([]byte, error) {
	return hkdf.Key(sha256.New, master, nil, "cognate/v1/"+info, KeySize)
}

func sealedVersion(sealed []byte) (uint32, error) {
	if len(sealed) < headerSize+nonceSize+chacha20poly1305.Overhead || sealed[0] != sealFormat {
		return 0, ErrSealed
	}
	return binary.BigEndian.Uint32(sealed[1:]), nil
}

// bind writes each part behind its length, so that no two rows share their
// associated data.
func (r Row) bind(header []byte) []byte {
	out := append([]byte(nil), header...)
	for _, part := range []string{r.Table, r.Tenant, r.ID, r.Column} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

package dataset

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// SessionLife is how long after a page of records a batch may name its session.
const SessionLife = 15 * time.Minute

const (
	sessionPurpose = "sync session"
	sessionHead    = 4 + 8 + 8 // key version, expiry, nonce
	sessionMAC     = 32
)

// newSession makes the token that a read hands to the write that follows: it
// proves that the caller has looked at this dataset lately. It holds no secret.
func (s *Service) newSession(who Owner, name string) (string, error) {
	head := make([]byte, sessionHead, sessionHead+sessionMAC)
	binary.BigEndian.PutUint32(head, s.Sealer.Version())
	binary.BigEndian.PutUint64(head[4:], uint64(s.Now().Add(SessionLife).Unix()))
	copy(head[12:], secret.Bytes(8))
	mac, err := s.sessionMAC(who, name, head)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(append(head, mac...)), nil
}

func (s *Service) sessionMAC(who Owner, name string, head []byte) ([]byte, error) {
	key, err := s.Sealer.DeriveFrom(binary.BigEndian.Uint32(head), sessionPurpose)
	if err != nil {
		return nil, err
	}
	return secret.MAC(key, who.PoolID, who.IdentityID, name, string(head)), nil
}

func (s *Service) checkSession(who Owner, name, token string) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != sessionHead+sessionMAC {
		return errSession
	}
	mac, err := s.sessionMAC(who, name, raw[:sessionHead])
	switch {
	case errors.Is(err, secret.ErrUnknownKey):
		return errSession
	case err != nil:
		return err
	case !secret.Equal(mac, raw[sessionHead:]):
		return errSession
	case s.Now().Unix() >= int64(binary.BigEndian.Uint64(raw[4:])):
		return &provider.Error{Code: provider.CodeExpired, Kind: "sync session", Field: "SyncSessionToken",
			Message: "The sync session has expired. List the records again."}
	}
	return nil
}

var errSession = provider.Invalid("SyncSessionToken", "The sync session token is not one that was given for this dataset and identity.")

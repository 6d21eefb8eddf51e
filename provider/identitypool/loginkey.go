package identitypool

import (
	"encoding/json"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// loginKeys are the keys that hash a pool's logins, by version. Old ones stay:
// a login is found by each and rehashed when it is next used.
type loginKeys struct {
	Current int            `json:"current"`
	Keys    map[int][]byte `json:"keys"`
}

func newLoginKeys() loginKeys {
	return loginKeys{Current: 1, Keys: map[int][]byte{1: secret.Bytes(secret.KeySize)}}
}

// next adds a key and makes it the current one.
func (k loginKeys) next() loginKeys {
	out := loginKeys{Current: k.Current + 1, Keys: map[int][]byte{k.Current + 1: secret.Bytes(secret.KeySize)}}
	for v, key := range k.Keys {
		out.Keys[v] = key
	}
	return out
}

// The purposes a pool's keys serve. Each is the first part of what is hashed, so
// that no hash made for one purpose is worth anything in another.
const (
	purposeLogin  = "login"
	purposeGuest  = "guest"
	purposeSecret = "secret access key"
)

// hash is the current key's hash of a person, by which their login is stored.
func (k loginKeys) hash(p *Proof) []byte { return k.hashBy(k.Current, p) }

func (k loginKeys) hashBy(version int, p *Proof) []byte {
	return secret.MAC(k.Keys[version], purposeLogin, p.Source.Kind, p.realm, p.Subject)
}

// hashes is a person's hash by every key.
func (k loginKeys) hashes(p *Proof) [][]byte {
	out := make([][]byte, 0, len(k.Keys))
	for v := range k.Keys {
		out = append(out, k.hashBy(v, p))
	}
	return out
}

func keysRow(pool string) secret.Row {
	return secret.Row{Table: "identity_pools", Tenant: pool, ID: pool, Column: "sealed_hmac"}
}

func (s *Service) sealKeys(pool string, k loginKeys) ([]byte, error) {
	plain, err := json.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("encode login keys: %w", err)
	}
	return s.Sealer.Seal(keysRow(pool), plain), nil
}

func (s *Service) openKeys(p *provider.IdentityPool) (loginKeys, error) {
	var k loginKeys
	plain, err := s.Sealer.Open(keysRow(p.ID), p.SealedHMAC)
	if err != nil {
		return k, fmt.Errorf("open login keys of %s: %w", p.ID, err)
	}
	if err := json.Unmarshal(plain, &k); err != nil {
		return k, fmt.Errorf("decode login keys of %s: %w", p.ID, err)
	}
	if len(k.Keys[k.Current]) == 0 {
		return k, fmt.Errorf("login keys of %s: no key %d", p.ID, k.Current)
	}
	return k, nil
}

package identitypool

import (
	"context"
	"encoding/base32"
	"encoding/base64"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// TemporaryKeys is a credential in the form that request signing by AWS
// Signature Version 4 needs. The session token is the credential itself.
type TemporaryKeys struct {
	AccessKeyID  string
	SecretKey    string
	SessionToken string
	ExpiresAt    time.Time
}

// newKeys makes an access key id and the secret that belongs to it. The secret
// is a MAC of the id under the pool's own key, so it is stored nowhere and any
// node finds it again.
func newKeys(p *openPool) *TemporaryKeys {
	id := "ASIA" + base32.StdEncoding.EncodeToString(secret.Bytes(10))
	return &TemporaryKeys{AccessKeyID: id, SecretKey: p.keys.secretKey(p.keys.Current, p.ID, id)}
}

func (k loginKeys) secretKey(version int, pool, id string) string {
	return base64.RawURLEncoding.EncodeToString(secret.MAC(k.Keys[version], purposeSecret, pool, id))
}

// SecretKeyFor answers the secret access key that goes with a credential which
// is the session token of temporary keys.
//
// Errors: provider.CodeUnauthorized for a credential that is none.
func (s *Service) SecretKeyFor(ctx context.Context, c *Credential) (string, error) {
	p, err := s.open(ctx, c.PoolID)
	if err != nil {
		return "", err
	}
	if c.AccessKeyID == "" || p.keys.Keys[c.keyVersion] == nil {
		return "", &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential", Message: "The session token does not go with temporary keys."}
	}
	return p.keys.secretKey(c.keyVersion, c.PoolID, c.AccessKeyID), nil
}

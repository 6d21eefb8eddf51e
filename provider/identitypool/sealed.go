package identitypool

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

// sealedPolicy is a long sealed policy that is known to be in the store.
type sealedPolicy struct {
	body  []byte
	until provider.Time
}

// sealedSlack is how much longer than needed a long policy is kept, so that not
// every credential that names it has to write.
const sealedSlack = time.Hour

// fit puts a sealed policy that is too long for a token into the store, and
// answers the reference that stands in for it.
func (s *Service) fit(ctx context.Context, p *openPool, d policy.Detail, expires provider.Time) (policy.Detail, error) {
	body, hash, err := d.Document()
	if err != nil || len(body) <= policy.MaxDetail {
		return d, err
	}
	keep := func(ctx context.Context) (*sealedPolicy, error) {
		kept := &sealedPolicy{body, expires.Add(sealedSlack)}
		return kept, s.Store.IdentityPool(p.ID).PutSealedPolicy(ctx, hash, body, kept.until)
	}
	kept, err := s.Caches.sealed.Get(ctx, p.ID, hash, keep)
	if err == nil && kept.until.Before(expires) {
		_, err = keep(ctx)
	}
	if err != nil {
		return d, fmt.Errorf("keep sealed policy: %w", err)
	}
	return policy.Detail{Type: policy.DetailType, URI: s.Issuer(p.ID) + "/policies/" + url.PathEscape(hash), SHA256: hash}, nil
}

// SealedPolicy answers the document that a credential refers to by its hash.
//
// Errors: provider.CodeNotFound.
func (s *Service) SealedPolicy(ctx context.Context, pool, hash string) ([]byte, error) {
	return s.Store.IdentityPool(pool).SealedPolicy(ctx, hash)
}

// unseal parses a credential's policies. The credential is signed, so what does
// not parse is our own fault.
func (s *Service) unseal(ctx context.Context, pool string, d policy.Detail) (*policy.Document, error) {
	if d.SHA256 == "" {
		return s.Policies.Open(d)
	}
	kept, err := s.Caches.sealed.Get(ctx, pool, d.SHA256, func(ctx context.Context) (*sealedPolicy, error) {
		body, err := s.SealedPolicy(ctx, pool, d.SHA256)
		return &sealedPolicy{body: body}, err
	})
	if err != nil {
		return nil, err
	}
	var whole policy.Detail
	if err := json.Unmarshal(kept.body, &whole); err != nil {
		return nil, fmt.Errorf("decode sealed policy: %w", err)
	}
	return s.Policies.Open(whole)
}

package identitypool

import (
	"context"
	"time"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
)

// Service is the identity pools of one installation.
type Service struct {
	Store    *store.Store
	Sealer   *secret.Sealer
	Keys     *token.Keys
	Audit    *audit.Log
	Caches   *Caches
	Policies *policy.Cache // parsed sealed policies
	Now      func() time.Time

	BaseURL string // without a slash at the end
	Region  string // the region word of new ids

	// UserPoolIssuer is the exact issuer of one of our own user pools.
	UserPoolIssuer func(*provider.Pool) string

	// OpenVerifier connects an OpenID Connect issuer that an identity pool
	// trusts. Its errors are of type *federation.Error.
	OpenVerifier func(ctx context.Context, issuer string, audiences []string) (federation.TokenVerifier, error)

	// MergeDatasets carries a guest's datasets over to the identity that the
	// guest merges into, in the transaction that ctx carries.
	MergeDatasets func(ctx context.Context, pool, from, to string) error

	// Ended, if set, hears of each identity whose credentials were ended, once
	// that is committed. It must be quick.
	Ended func(pool, identity string)
}

// Caches is what the service remembers for as long as the pools do not change.
type Caches struct {
	pools     *store.Cache[*openPool]
	roles     *store.Cache[*openRole]
	userPools *store.Cache[*provider.Pool]
	clients   *store.Cache[*provider.Client]
	sealed    *store.Cache[*sealedPolicy]
}

// NewCaches makes the caches that a Service needs.
func NewCaches(st *store.Store) *Caches {
	return &Caches{
		pools:     store.NewCache[*openPool](st, 1024),
		roles:     store.NewCache[*openRole](st, 4096),
		userPools: store.NewCache[*provider.Pool](st, 1024),
		clients:   store.NewCache[*provider.Client](st, 4096),
		sealed:    store.NewCache[*sealedPolicy](st, 4096),
	}
}

// Issuer is the iss of an identity pool's tokens.
func (s *Service) Issuer(pool string) string { return s.BaseURL + "/identity/" + pool }

// openPool is an identity pool with its login keys opened. Shared; not to be
// changed.
type openPool struct {
	*provider.IdentityPool
	keys loginKeys
}

// openRole is a role with its policies parsed.
type openRole struct {
	*provider.Role
	doc *policy.Document
}

func (s *Service) open(ctx context.Context, pool string) (*openPool, error) {
	return s.Caches.pools.Get(ctx, pool, "", func(ctx context.Context) (*openPool, error) {
		row, err := s.Store.IdentityPool(pool).Get(ctx)
		if err != nil {
			return nil, err
		}
		keys, err := s.openKeys(row)
		if err != nil {
			return nil, err
		}
		return &openPool{row, keys}, nil
	})
}

func (s *Service) openRole(ctx context.Context, pool, name string) (*openRole, error) {
	return s.Caches.roles.Get(ctx, pool, name, func(ctx context.Context) (*openRole, error) {
		row, err := s.Store.IdentityPool(pool).Role(ctx, name)
		if err != nil {
			return nil, err
		}
		doc, err := policy.Parse(row.Policies)
		if err != nil {
			return nil, err
		}
		return &openRole{row, doc}, nil
	})
}

func (s *Service) userPool(ctx context.Context, id string) (*provider.Pool, error) {
	return s.Caches.userPools.Get(ctx, id, "", func(ctx context.Context) (*provider.Pool, error) {
		return s.Store.Pool(id).Get(ctx)
	})
}

func (s *Service) client(ctx context.Context, pool, id string) (*provider.Client, error) {
	return s.Caches.clients.Get(ctx, pool, id, func(ctx context.Context) (*provider.Client, error) {
		return s.Store.Pool(pool).Client(ctx, id)
	})
}

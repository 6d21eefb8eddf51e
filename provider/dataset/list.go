package dataset

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

// maxList is the longest page of datasets or usages.
const maxList = 64

// List answers an identity's datasets by name, at most limit of those after the
// name given, and whether there are more. Limit 0 takes the longest page.
//
// Errors: CodeInvalid, and as Update about the identity.
func (s *Service) List(ctx context.Context, who Owner, after string, limit int) (page []provider.Dataset, more bool, err error) {
	if limit, err = checkLimit(limit, maxList); err != nil {
		return nil, false, err
	}
	if after != "" && checkName(after) != nil {
		return nil, false, provider.Invalid("NextToken", "The token is not one that a page ended with.")
	}
	pool := s.Store.IdentityPool(who.PoolID)
	if err := pool.CheckIdentity(ctx, who.IdentityID, who.Issued); err != nil {
		return nil, false, err
	}
	page, err = pool.Datasets(ctx, who.IdentityID, after, limit+1)
	if err != nil {
		return nil, false, err
	}
	return page[:min(limit, len(page))], len(page) > limit, nil
}

// Describe answers one dataset.
//
// Errors: CodeInvalid, provider.ErrDatasetNotFound, and as Update about the identity.
func (s *Service) Describe(ctx context.Context, who Owner, name string) (*provider.Dataset, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	pool := s.Store.IdentityPool(who.PoolID)
	if err := pool.CheckIdentity(ctx, who.IdentityID, who.Issued); err != nil {
		return nil, err
	}
	family, err := pool.DatasetFamily(ctx, who.IdentityID, name)
	if err != nil {
		return nil, err
	}
	for i := range family {
		if family[i].Name == name && !family[i].Deleted {
			return &family[i], nil
		}
	}
	return nil, provider.ErrDatasetNotFound
}

// Usage answers how many datasets an identity has and what they weigh.
//
// Errors: as Update about the identity.
func (s *Service) Usage(ctx context.Context, who Owner) (store.Usage, error) {
	pool := s.Store.IdentityPool(who.PoolID)
	if err := pool.CheckIdentity(ctx, who.IdentityID, who.Issued); err != nil {
		return store.Usage{}, err
	}
	return pool.IdentityUsage(ctx, who.IdentityID)
}

// PoolUsage answers how many datasets a pool's identities have and what they weigh.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (s *Service) PoolUsage(ctx context.Context, poolID string) (store.Usage, error) {
	return s.Store.IdentityPool(poolID).DatasetUsage(ctx)
}

// PoolUsages answers the usage of every identity pool by id, at most limit of
// those after the id given, and whether there are more.
//
// Errors: CodeInvalid.
func (s *Service) PoolUsages(ctx context.Context, after string, limit int) (page []store.Usage, more bool, err error) {
	if limit, err = checkLimit(limit, maxList); err != nil {
		return nil, false, err
	}
	if !text(after) {
		return nil, false, provider.Invalid("NextToken", "The token is not one that a page ended with.")
	}
	page, err = s.Store.All().DatasetUsage(ctx, after, limit+1)
	if err != nil {
		return nil, false, err
	}
	return page[:min(limit, len(page))], len(page) > limit, nil
}

// Check says whether the owner is there and the credential still stands for it.
//
// Errors: provider.ErrIdentityNotFound, CodeUnauthorized.
func (s *Service) Check(ctx context.Context, who Owner) error {
	return s.Store.IdentityPool(who.PoolID).CheckIdentity(ctx, who.IdentityID, who.Issued)
}

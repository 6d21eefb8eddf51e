package directory

import (
	"cmp"
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// Pool answers a user pool, from memory as long as nobody changed it. The value
// is shared: do not change it.
//
// Errors: provider.ErrPoolNotFound.
func (d *Directory) Pool(ctx context.Context, id string) (*provider.Pool, error) {
	return d.pools.Get(ctx, id, "pool", d.Store.Pool(id).Get)
}

// Pools lists user pools by id: at most limit that come behind after.
func (d *Directory) Pools(ctx context.Context, after string, limit int) ([]provider.Pool, error) {
	return d.Store.All().Pools(ctx, after, limit)
}

// OnlyPool is the user pool of an installation that has one, the operators' aside.
//
// Errors: provider.ErrPoolNotFound where there are none or several.
func (d *Directory) OnlyPool(ctx context.Context) (*provider.Pool, error) {
	pools, err := d.Pools(ctx, "", 3)
	if err != nil {
		return nil, err
	}
	pools = slices.DeleteFunc(pools, func(p provider.Pool) bool { return p.Kind == provider.PoolKindOperators })
	if len(pools) != 1 {
		return nil, provider.ErrPoolNotFound
	}
	return &pools[0], nil
}

// CreatePool adds a user pool. It makes an id unless p has one (imports keep
// theirs).
//
// Errors: provider.CodeInvalid; provider.CodeExists when the id is taken.
func (d *Directory) CreatePool(ctx context.Context, p *provider.Pool) error {
	if p.ID == "" {
		p.ID = secret.UserPoolID(d.Region)
	}
	if p.Kind == "" {
		p.Kind = provider.PoolKindUsers
	}
	if p.TokenProfile == "" {
		p.TokenProfile = provider.TokenProfileStandard
	}
	if err := checkPool(p); err != nil {
		return err
	}
	if err := d.checkReach(&provider.PoolSettings{}, &p.Settings); err != nil {
		return err
	}
	return d.change(ctx, p.ID, PoolCreate, "pool/"+p.ID, map[string]string{"name": p.Name}, func(ctx context.Context) error {
		return d.Store.All().CreatePool(ctx, p)
	})
}

// ChangePool lets f alter a pool.
//
// Errors: provider.ErrPoolNotFound, provider.CodeInvalid, and what f returns.
func (d *Directory) ChangePool(ctx context.Context, id string, f func(*provider.Pool) error) error {
	return d.change(ctx, id, PoolUpdate, "pool/"+id, nil, func(ctx context.Context) error {
		return d.Store.Pool(id).Change(ctx, func(p *provider.Pool) error {
			before := p.Settings
			if err := f(p); err != nil {
				return err
			}
			if err := checkPool(p); err != nil {
				return err
			}
			return d.checkReach(&before, &p.Settings)
		})
	})
}

// DeletePool removes a pool with all that is in it.
//
// Errors: provider.ErrPoolNotFound; provider.CodeInvalid while deletion
// protection is on; provider.CodeForbidden for the operators' pool.
func (d *Directory) DeletePool(ctx context.Context, id string) error {
	return d.changeIn(ctx, id, PoolDelete, "pool/"+id, nil, func(ctx context.Context, p *provider.Pool) error {
		if p.Kind == provider.PoolKindOperators {
			return &provider.Error{Code: provider.CodeForbidden, Kind: "pool", Message: "The operators' pool cannot be deleted."}
		}
		if p.DeletionProtection {
			return provider.Invalid("", "The user pool is protected from deletion. Set DeletionProtection to INACTIVE first.")
		}
		return d.Store.Pool(id).Delete(ctx)
	})
}

func checkPool(p *provider.Pool) error {
	s := p.Settings
	if len(s.UsernameAttrs) > 0 && len(s.AliasAttrs) > 0 {
		return provider.Invalid("AliasAttributes", "Only one of AliasAttributes and UsernameAttributes may be set.")
	}
	if repeated(s.UsernameAttrs) || repeated(s.AliasAttrs) || repeated(s.AutoVerified) {
		return provider.Invalid("", "A list of attributes names one twice.")
	}
	if err := checkWays(&s); err != nil {
		return err
	}
	if err := checkCountries(&s); err != nil {
		return err
	}
	return checkSchema(s.Schema)
}

func repeated[T cmp.Ordered](list []T) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) < len(list)
}

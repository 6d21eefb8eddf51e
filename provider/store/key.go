package store

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// Keys is the handle of one issuer's signing keys. User pools and identity pools
// have them alike.
type Keys struct {
	s      *Store
	tenant string
	table  string
}

// Keys returns the handle of a tenant's keys. Only identity pools have a colon
// in their ids.
func (s *Store) Keys(tenant string) *Keys {
	table := "pools"
	if strings.Contains(tenant, ":") {
		table = "identity_pools"
	}
	return &Keys{s: s, tenant: tenant, table: table}
}

// List answers every key, oldest first, those made at one moment by algorithm.
func (k *Keys) List(ctx context.Context) ([]provider.Key, error) {
	var out []provider.Key
	err := k.s.db(ctx).Where("pool = ?", k.tenant).Order("created_at, alg, id").Find(&out).Error
	return out, translate(err)
}

// Add stores a new key, unless one of the same algorithm and state is there:
// then it answers false, and the other key stands.
func (k *Keys) Add(ctx context.Context, key *provider.Key) (added bool, err error) {
	err = k.s.Tx(ctx, func(ctx context.Context) error {
		r := k.s.db(ctx).Exec("insert into keys (pool, id, alg, state, public, sealed, created_at, active_at) "+
			"values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
			k.tenant, key.ID, key.Alg, key.State, key.Public, key.Sealed, key.CreatedAt, key.ActiveAt)
		if added = r.RowsAffected == 1; r.Error != nil || !added {
			return r.Error
		}
		return k.touch(ctx)
	})
	return added, err
}

// Promote makes the next key of an algorithm the active one and retires the
// active one, which verifiers forget at forgetAt. It answers false when there is
// no next key.
func (k *Keys) Promote(ctx context.Context, alg string, forgetAt provider.Time) (promoted bool, err error) {
	now := k.s.Now()
	err = k.s.Tx(ctx, func(ctx context.Context) error {
		var next []string
		q := "select id from keys where pool = ? and alg = ? and state = ?"
		if err := k.s.db(ctx).Raw(q, k.tenant, alg, provider.KeyNext).Scan(&next).Error; err != nil {
			return err
		}
		if promoted = len(next) == 1; !promoted {
			return nil
		}
		q = "update keys set state = ?, retired_at = ?, forget_at = ? where pool = ? and alg = ? and state = ?"
		if err := k.s.db(ctx).Exec(q, provider.KeyRetired, now, forgetAt, k.tenant, alg, provider.KeyActive).Error; err != nil {
			return err
		}
		q = "update keys set state = ?, active_at = ? where pool = ? and id = ? and state = ?"
		r := k.s.db(ctx).Exec(q, provider.KeyActive, now, k.tenant, next[0], provider.KeyNext)
		if promoted = r.RowsAffected == 1; r.Error != nil {
			return r.Error
		}
		return k.touch(ctx)
	})
	return promoted, err
}

// Forget deletes the retired keys whose time is over and answers how many.
func (k *Keys) Forget(ctx context.Context) (forgotten int64, err error) {
	err = k.s.Tx(ctx, func(ctx context.Context) error {
		r := k.s.db(ctx).Exec("delete from keys where pool = ? and state = ? and forget_at <= ?", k.tenant, provider.KeyRetired, k.s.Now())
		if forgotten = r.RowsAffected; r.Error != nil || forgotten == 0 {
			return r.Error
		}
		return k.touch(ctx)
	})
	return forgotten, err
}

// Reseal replaces a private key's sealed form; the key itself stays.
func (k *Keys) Reseal(ctx context.Context, id string, sealed []byte) error {
	return k.s.Tx(ctx, func(ctx context.Context) error {
		return k.s.db(ctx).Exec("update keys set sealed = ? where pool = ? and id = ?", sealed, k.tenant, id).Error
	})
}

func (k *Keys) touch(ctx context.Context) error { return k.s.touch(ctx, k.table, k.tenant) }

package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// OwnedLogin is a login with the identity that it leads to.
type OwnedLogin struct {
	Login provider.IdentityLogin
	Owner provider.Identity
}

// Logins finds logins by any of their hashes, each with its identity, in one
// statement.
func (p *IdentityPool) Logins(ctx context.Context, hashes [][]byte) ([]OwnedLogin, error) {
	rows, err := p.s.db(ctx).Raw("select l.subject_hash, l.provider, l.hash_version, l.created_at, "+
		"i.id, i.state, i.merged_into, i.valid_after, i.created_at, i.updated_at from identity_logins l "+
		"join identities i on i.pool = l.pool and i.id = l.identity where l.pool = ? and l.subject_hash in ?", p.ID, hashes).Rows()
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var out []OwnedLogin
	for rows.Next() {
		var o OwnedLogin
		l, i := &o.Login, &o.Owner
		err := rows.Scan(&l.SubjectHash, &l.Provider, &l.HashVersion, &l.CreatedAt,
			&i.ID, &i.State, &i.MergedInto, &i.ValidAfter, &i.CreatedAt, &i.UpdatedAt)
		if err != nil {
			return nil, translate(err)
		}
		l.PoolID, l.IdentityID, i.PoolID = p.ID, i.ID, p.ID
		out = append(out, o)
	}
	return out, translate(rows.Err())
}

// Identity reads one identity.
//
// Errors: provider.ErrIdentityNotFound.
func (p *IdentityPool) Identity(ctx context.Context, id string) (*provider.Identity, error) {
	var out provider.Identity
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrIdentityNotFound)
	}
	return &out, nil
}

// Identity finds an identity by its id alone, as the Cognito API names it. Ids
// are random; no two pools share one. Those of deleted pools are not found.
//
// Errors: provider.ErrIdentityNotFound.
func (a *All) Identity(ctx context.Context, id string) (*provider.Identity, error) {
	var out provider.Identity
	err := a.s.db(ctx).Select("identities.*").
		Joins("join identity_pools p on identities.pool = p.id and p.deleted_at = 0").
		Where("identities.id = ?", id).Take(&out).Error
	if err != nil {
		return nil, found(err, provider.ErrIdentityNotFound)
	}
	return &out, nil
}

// Identities lists identities by id: at most limit that come behind after.
func (p *IdentityPool) Identities(ctx context.Context, after string, limit int) ([]provider.Identity, error) {
	var out []provider.Identity
	err := p.s.db(ctx).Where("pool = ? and id > ?", p.ID, after).Order("id").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// LoginsOf lists an identity's logins, the oldest first.
func (p *IdentityPool) LoginsOf(ctx context.Context, identity string) ([]provider.IdentityLogin, error) {
	var out []provider.IdentityLogin
	err := p.s.db(ctx).Where("pool = ? and identity = ?", p.ID, identity).Order("created_at, subject_hash").Find(&out).Error
	return out, translate(err)
}

// CreateIdentity adds an identity. It fills the owner and the times.
func (p *IdentityPool) CreateIdentity(ctx context.Context, i *provider.Identity) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		i.PoolID, i.CreatedAt = p.ID, p.s.Now()
		i.UpdatedAt = i.CreatedAt
		return translate(db.Create(i).Error)
	})
}

// AddLogin links a login, and answers false if it is linked already, to whichever
// identity. Of two transactions that race, the second waits for the first.
func (p *IdentityPool) AddLogin(ctx context.Context, l *provider.IdentityLogin) (added bool, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		l.PoolID, l.CreatedAt = p.ID, p.s.Now()
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(l)
		added = r.RowsAffected == 1
		return translate(r.Error)
	})
	return added, err
}

// ChangeIdentity moves an identity from one state to another and answers false
// if it was in neither or is not there. mergedInto is set for IdentityMerged
// only. Until the transaction ends, the identity's row is held.
func (p *IdentityPool) ChangeIdentity(ctx context.Context, id string, from []provider.IdentityState, to provider.IdentityState, mergedInto string) (changed bool, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("update identities set state = ?, merged_into = ?, updated_at = ? where pool = ? and id = ? and state in ?",
			to, mergedInto, p.s.Now(), p.ID, id, from)
		changed = r.RowsAffected == 1
		return translate(r.Error)
	})
	return changed, err
}

// RehashLogin replaces a login's hash by one under a newer key.
func (p *IdentityPool) RehashLogin(ctx context.Context, old, hash []byte, version int) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update identity_logins set subject_hash = ?, hash_version = ? where pool = ? and subject_hash = ?",
			hash, version, p.ID, old).Error)
	})
}

// Unlink removes one login of an identity and answers how many remain.
//
// Errors: provider.ErrIdentityNotFound when the login is not the identity's.
func (p *IdentityPool) Unlink(ctx context.Context, identity string, hashes [][]byte) (remaining int64, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("delete from identity_logins where pool = ? and identity = ? and subject_hash in ?", p.ID, identity, hashes)
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrIdentityNotFound
		}
		if r.Error != nil {
			return translate(r.Error)
		}
		return translate(db.Raw("select count(*) from identity_logins where pool = ? and identity = ?", p.ID, identity).Scan(&remaining).Error)
	})
	return remaining, err
}

// DeleteIdentities removes identities with their logins and datasets, and answers
// which of them were there.
func (p *IdentityPool) DeleteIdentities(ctx context.Context, ids []string) (gone []string, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		gone = nil
		return translate(db.Raw("delete from identities where pool = ? and id in ? returning id", p.ID, ids).Scan(&gone).Error)
	})
	return gone, err
}

// EndCredentials makes every credential that an identity has worthless where
// identities are looked up, as the sync service does. ValidAfter always grows,
// also where this node's clock is behind the one that moved it last: credentials
// carry the value that they were issued under.
//
// Errors: provider.ErrIdentityNotFound.
func (p *IdentityPool) EndCredentials(ctx context.Context, id string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		now := p.s.Now()
		r := db.Exec("update identities set valid_after = case when valid_after < ? then ? else valid_after + 1 end, updated_at = ? "+
			"where pool = ? and id = ?", now, now, now, p.ID, id)
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrIdentityNotFound
		}
		return translate(r.Error)
	})
}

// TakeTurn counts one use of key, unless limit uses came in the running window:
// then it answers how long until the next window begins. A refused use is not
// counted.
func (p *IdentityPool) TakeTurn(ctx context.Context, key string, limit int, window time.Duration) (wait time.Duration, err error) {
	err = p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		now := p.s.Now()
		r := db.Exec("insert into throttles (pool, throttle_key, failures, window_start, expires_at) values (?, ?, 1, ?, ?) "+
			"on conflict (pool, throttle_key) do update set "+
			"failures = case when throttles.expires_at <= excluded.window_start then 1 else throttles.failures + 1 end, "+
			"window_start = case when throttles.expires_at <= excluded.window_start then excluded.window_start else throttles.window_start end, "+
			"expires_at = case when throttles.expires_at <= excluded.window_start then excluded.expires_at else throttles.expires_at end "+
			"where throttles.failures < ? or throttles.expires_at <= excluded.window_start",
			p.ID, key, now, now.Add(window), limit)
		if r.Error != nil || r.RowsAffected == 1 {
			return translate(r.Error)
		}
		var t provider.Throttle
		if err := db.Where("pool = ? and throttle_key = ?", p.ID, key).Take(&t).Error; err != nil {
			return translate(err)
		}
		wait = max(t.ExpiresAt.Sub(now), time.Millisecond)
		return nil
	})
	return wait, err
}

package store

import (
	"context"

	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// Datasets lists an identity's datasets that are not deleted, by name, at most
// limit of those after the name given.
func (p *IdentityPool) Datasets(ctx context.Context, identity, after string, limit int) ([]provider.Dataset, error) {
	var out []provider.Dataset
	err := p.s.db(ctx).Where("pool = ? and identity = ? and name > ? and not deleted", p.ID, identity, after).
		Order("name").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// DatasetFamily returns the dataset of that name and those whose name begins
// with it and a dot, deleted ones too: merged identities left theirs so.
func (p *IdentityPool) DatasetFamily(ctx context.Context, identity, name string) ([]provider.Dataset, error) {
	var out []provider.Dataset
	prefix := name + "."
	err := p.s.db(ctx).Where("pool = ? and identity = ? and (name = ? or substr(name, 1, ?) = ?)",
		p.ID, identity, name, len(prefix), prefix).Order("name").Find(&out).Error
	return out, translate(err)
}

// DatasetsSince lists an identity's datasets, deleted ones too, that were written
// at or after a moment of the database's clock.
func (p *IdentityPool) DatasetsSince(ctx context.Context, identity string, since provider.Time) ([]provider.Dataset, error) {
	var out []provider.Dataset
	err := p.s.db(ctx).Where("pool = ? and identity = ? and modified_at >= ?", p.ID, identity, since).
		Order("modified_at").Find(&out).Error
	return out, translate(err)
}

// Cursor is a place in a dataset's records, in order of revision and key.
type Cursor struct {
	Rev int64
	Key string // empty: after everything of that revision
}

// Records lists a dataset's records after a cursor, tombstones too.
func (p *IdentityPool) Records(ctx context.Context, identity, dataset string, after Cursor, limit int) ([]provider.Record, error) {
	q := p.s.db(ctx).Where("pool = ? and identity = ? and dataset = ?", p.ID, identity, dataset)
	if after.Key == "" {
		q = q.Where("rev > ?", after.Rev)
	} else {
		q = q.Where("(rev, record_key) > (?, ?)", after.Rev, after.Key)
	}
	var out []provider.Record
	err := q.Order("rev, record_key").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// RecordsByKey returns the records of those keys that there are, tombstones too.
func (p *IdentityPool) RecordsByKey(ctx context.Context, identity, dataset string, keys []string) ([]provider.Record, error) {
	var out []provider.Record
	err := p.s.db(ctx).Where("pool = ? and identity = ? and dataset = ? and record_key in ?", p.ID, identity, dataset, keys).
		Order("record_key").Find(&out).Error
	return out, translate(err)
}

// DeleteDataset removes a dataset's records and keeps its revision, which goes on
// counting if the dataset is written again.
//
// Errors: provider.ErrDatasetNotFound.
func (p *IdentityPool) DeleteDataset(ctx context.Context, identity, name, by string) (*provider.Dataset, error) {
	var out []provider.Dataset
	err := p.s.Tx(ctx, func(ctx context.Context) error {
		out = nil
		err := p.s.db(ctx).Raw("update datasets set rev = rev + 1, deleted_rev = rev + 1, deleted = true, records = 0, bytes = 0, "+
			"modified_by = ?, modified_at = "+p.s.statementNow()+
			" where pool = ? and identity = ? and name = ? and not deleted returning *", by, p.ID, identity, name).Scan(&out).Error
		if err != nil {
			return err
		}
		if len(out) == 0 {
			return provider.ErrDatasetNotFound
		}
		return p.s.db(ctx).Exec("delete from records where pool = ? and identity = ? and dataset = ?", p.ID, identity, name).Error
	})
	if err != nil {
		return nil, err
	}
	return &out[0], nil
}

// MergeDatasets moves every dataset of one identity to another, where it is
// called "name.from", and returns what they became. One of that name that is
// there already counts as deleted before. It joins the transaction that ctx
// carries, and holds back every batch on both identities until that ends.
func (p *IdentityPool) MergeDatasets(ctx context.Context, from, to string) ([]provider.Dataset, error) {
	var moved []provider.Dataset
	err := p.s.Tx(ctx, func(ctx context.Context) error {
		moved = nil
		db := p.s.db(ctx)
		var locked []string
		err := db.Table("identities").Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).
			Where("pool = ? and id in ?", p.ID, []string{from, to}).Order("id").Pluck("id", &locked).Error
		if err != nil {
			return err
		}
		err = db.Table("datasets").Clauses(clause.Locking{Strength: "UPDATE"}).
			Where("pool = ? and identity = ?", p.ID, from).Order("name").Pluck("name", &locked).Error
		if err != nil {
			return err
		}
		args := map[string]any{"pool": p.ID, "from": from, "to": to}
		err = db.Raw("insert into datasets (pool, identity, name, rev, records, bytes, created_at, modified_at, modified_by) "+
			"select pool, @to, name || '.' || @from, 1, records, bytes, created_at, "+p.s.statementNow()+", modified_by "+
			"from datasets where pool = @pool and identity = @from and not deleted "+
			"on conflict (pool, identity, name) do update set rev = datasets.rev + 2, deleted_rev = datasets.rev + 1, deleted = false, "+
			"records = excluded.records, bytes = excluded.bytes, created_at = excluded.created_at, "+
			"modified_at = excluded.modified_at, modified_by = excluded.modified_by returning *", args).Scan(&moved).Error
		if err != nil || len(moved) == 0 {
			return err
		}
		err = db.Exec("delete from records where pool = @pool and identity = @to and dataset in "+
			"(select name || '.' || @from from datasets where pool = @pool and identity = @from and not deleted)", args).Error
		if err != nil {
			return err
		}
		err = db.Exec("insert into records (pool, identity, dataset, record_key, value, rev, size, modified_at, modified_by, device_modified_at) "+
			"select r.pool, d.identity, d.name, r.record_key, r.value, d.rev, r.size, r.modified_at, r.modified_by, r.device_modified_at "+
			"from records r join datasets d on d.pool = r.pool and d.identity = @to and d.name = r.dataset || '.' || @from "+
			"where r.pool = @pool and r.identity = @from and not r.deleted", args).Error
		if err != nil {
			return err
		}
		return db.Exec("delete from datasets where pool = ? and identity = ?", p.ID, from).Error
	})
	return moved, translate(err)
}

// CheckIdentity says whether a credential that was issued under that ValidAfter
// still stands for the identity.
//
// Errors: provider.ErrIdentityNotFound, also for one that was merged away;
// CodeUnauthorized when its credentials from then are dead.
func (p *IdentityPool) CheckIdentity(ctx context.Context, identity string, issued provider.Time) error {
	var found []provider.Identity
	err := p.s.db(ctx).Select("state", "valid_after").Where("pool = ? and id = ?", p.ID, identity).Find(&found).Error
	switch {
	case err != nil:
		return translate(err)
	case len(found) == 0 || found[0].State == provider.IdentityMerged:
		return provider.ErrIdentityNotFound
	case issued.Before(found[0].ValidAfter):
		return &provider.Error{Code: provider.CodeUnauthorized, Kind: "identity", Message: "The credential is no longer valid. Get a new one."}
	}
	return nil
}

// Usage sums up datasets.
type Usage struct {
	PoolID     string `gorm:"column:pool"`
	Datasets   int64
	Bytes      int64
	ModifiedAt provider.Time
}

// IdentityUsage sums up an identity's datasets.
func (p *IdentityPool) IdentityUsage(ctx context.Context, identity string) (Usage, error) {
	u := Usage{PoolID: p.ID}
	err := p.s.db(ctx).Raw("select count(*) as datasets, coalesce(sum(bytes), 0) as bytes, coalesce(max(modified_at), 0) as modified_at "+
		"from datasets where pool = ? and identity = ? and not deleted", p.ID, identity).Scan(&u).Error
	return u, translate(err)
}

// DatasetUsage sums up the datasets of each identity pool, by id: at most limit
// pools after the one given.
func (a *All) DatasetUsage(ctx context.Context, after string, limit int) ([]Usage, error) {
	var out []Usage
	err := a.s.db(ctx).Raw("select i.id as pool, "+usageOfPool+" from identity_pools i where i.id > ? and i.deleted_at = 0 order by i.id limit ?",
		after, limit).Scan(&out).Error
	return out, translate(err)
}

// DatasetUsage sums up the pool's datasets.
//
// Errors: provider.ErrIdentityPoolNotFound.
func (p *IdentityPool) DatasetUsage(ctx context.Context) (Usage, error) {
	var out []Usage
	err := p.s.db(ctx).Raw("select i.id as pool, "+usageOfPool+" from identity_pools i where i.id = ? and i.deleted_at = 0", p.ID).Scan(&out).Error
	if err == nil && len(out) == 0 {
		err = provider.ErrIdentityPoolNotFound
	}
	if err != nil {
		return Usage{}, translate(err)
	}
	return out[0], nil
}

const usageOfPool = "(select count(*) from datasets d where d.pool = i.id and not d.deleted) as datasets, " +
	"(select coalesce(sum(d.bytes), 0) from datasets d where d.pool = i.id and not d.deleted) as bytes, " +
	"(select coalesce(max(d.modified_at), 0) from datasets d where d.pool = i.id) as modified_at"

// Change says that a dataset came to a revision.
type Change struct {
	PoolID     string `gorm:"column:pool"`
	IdentityID string `gorm:"column:identity"`
	Name       string
	Rev        int64
	ModifiedAt provider.Time // the database's clock
}

// DatasetOverlap is how far behind its newest change a reader of changes must
// look: commits arrive out of order, at most a transaction's time-out late.
const DatasetOverlap = 2 * txTimeout

// DatasetChanges lists the datasets of some identity pools that were written since
// a moment of the database's clock. With since zero it lists nothing but the newest.
func (a *All) DatasetChanges(ctx context.Context, pools []string, since provider.Time) ([]Change, error) {
	q := a.s.db(ctx).Table("datasets").Select("pool", "identity", "name", "rev", "modified_at").Where("(pool) in ?", pools)
	if since == 0 {
		q = q.Order("modified_at desc").Limit(1)
	} else {
		q = q.Where("modified_at >= ?", since).Order("modified_at")
	}
	var out []Change
	err := q.Find(&out).Error
	return out, translate(err)
}

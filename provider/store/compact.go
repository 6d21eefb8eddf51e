package store

import (
	"context"
	"fmt"
	"time"
)

// TombstoneLife is how long a removed key is remembered. A device that has not
// synchronised for longer must read its dataset anew.
const TombstoneLife = 30 * 24 * time.Hour

// maxTombstones bounds what a dataset remembers of removed keys, which count in
// none of its limits. It is eight times the keys that a dataset may have.
const maxTombstones = 8192

// compactDatasets forgets what was removed before TombstoneLife and moves the
// horizon of each dataset that it touches, in a transaction for each. It returns
// how many tombstones went.
func (a *All) compactDatasets(ctx context.Context) (int64, error) {
	before := a.s.Now().Add(-TombstoneLife)
	var old []struct {
		PoolID     string `gorm:"column:pool"`
		IdentityID string `gorm:"column:identity"`
		Dataset    string
		Rev        int64
	}
	err := a.s.db(ctx).Raw("select pool, identity, dataset, max(rev) as rev from records where deleted and modified_at < @before "+
		"and (pool, identity, dataset) in (select pool, identity, dataset from records where deleted and modified_at < @before limit @most) "+
		"group by pool, identity, dataset", map[string]any{"before": before, "most": cleanBatch}).Scan(&old).Error
	if err != nil {
		return 0, fmt.Errorf("find old tombstones: %w", translate(err))
	}
	var total int64
	for _, d := range old {
		n, err := a.s.IdentityPool(d.PoolID).compact(ctx, d.IdentityID, d.Dataset, d.Rev)
		if err != nil {
			return total, fmt.Errorf("compact dataset: %w", err)
		}
		total += n
	}
	return total, nil
}

// boundTombstones forgets the older half of a dataset's tombstones before their
// time, where there are too many.
func (p *IdentityPool) boundTombstones(ctx context.Context, identity, dataset string) error {
	var middle []int64
	err := p.s.db(ctx).Raw("select rev from records where pool = @pool and identity = @identity and dataset = @name and deleted and "+
		"(select count(*) from records where pool = @pool and identity = @identity and dataset = @name and deleted) > @most "+
		"order by rev limit 1 offset @half", map[string]any{
		"pool": p.ID, "identity": identity, "name": dataset, "most": maxTombstones, "half": maxTombstones / 2}).Scan(&middle).Error
	if err != nil || len(middle) == 0 {
		return translate(err)
	}
	_, err = p.compact(ctx, identity, dataset, middle[0])
	return err
}

// compact forgets a dataset's tombstones up to a revision. The dataset's row is
// locked first, as every batch does; a key that a batch has written again since is
// past the revision.
func (p *IdentityPool) compact(ctx context.Context, identity, dataset string, rev int64) (gone int64, err error) {
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		err := p.s.db(ctx).Exec("update datasets set horizon_rev = ? where pool = ? and identity = ? and name = ? and horizon_rev < ?",
			rev, p.ID, identity, dataset, rev).Error
		if err != nil {
			return err
		}
		r := p.s.db(ctx).Exec("delete from records where pool = ? and identity = ? and dataset = ? and deleted and rev <= ?",
			p.ID, identity, dataset, rev)
		gone = r.RowsAffected
		return r.Error
	})
	return gone, err
}

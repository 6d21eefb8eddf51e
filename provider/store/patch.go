package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
)

// Batch is a set of patches to one dataset that happen together or not at all.
// Its keys are distinct.
type Batch struct {
	IdentityID string
	Dataset    string
	Patches    []provider.Patch
	By         string        // who writes, for modified_by
	Issued     provider.Time // when the caller's credential was made
	Limits     DatasetLimits
}

// DatasetLimits bound what a batch that adds anything may leave behind.
type DatasetLimits struct {
	Records       int64 // live keys of a dataset
	Bytes         int64 // of a dataset
	Datasets      int64 // of an identity, looked at when the batch makes one
	IdentityBytes int64
}

// errStale reports that a patch's base is not its record's revision, or that a
// credential no longer stands for the identity: the caller's next read tells.
var errStale = &provider.Error{Code: provider.CodeConflict, Kind: "record", Message: "The dataset was changed by another call."}

// Patch applies b if each patch's base is the revision of its record, or 0 where
// there is no live one. Two
// statements do it: one locks the dataset and counts its revision up, one writes
// all records whose base fits. If fewer fit than came, everything is undone.
//
// Errors: CodeConflict when a base does not fit; CodeLimit; provider.ErrIdentityNotFound;
// CodeUnauthorized when the credential no longer stands for the identity.
func (p *IdentityPool) Patch(ctx context.Context, b Batch) (*provider.Dataset, error) {
	source, err := p.s.patchSource(b.Patches)
	if err != nil {
		return nil, err
	}
	var d *provider.Dataset
	err = p.s.Tx(ctx, func(ctx context.Context) error {
		if d, err = p.countUp(ctx, b, source); err != nil {
			return err
		}
		if source.adds && (d.Records > b.Limits.Records || d.Bytes > b.Limits.Bytes) {
			return limit("The dataset would hold %d keys in %d bytes; it may hold %d keys in %d bytes.",
				d.Records, d.Bytes, b.Limits.Records, b.Limits.Bytes)
		}
		return p.writeRecords(ctx, b, source, d)
	})
	if errors.Is(err, errStale) {
		// The same silence may mean that the identity or its credential is gone.
		if err := p.CheckIdentity(ctx, b.IdentityID, b.Issued); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	if source.removes {
		if err := p.boundTombstones(ctx, b.IdentityID, b.Dataset); err != nil && ctx.Err() == nil {
			p.s.log.Warn("cannot bound tombstones", "error", err) // what was written stands
		}
	}
	return d, nil
}

// countUp makes or bumps the dataset row, and with it holds back every other
// writer of the dataset.
//
// The change in size is taken from the records at their base. On PostgreSQL the
// statement may have waited for another writer and then still sees the records
// from before. That does no harm: a record at one revision has one size for ever,
// and writeRecords, which sees what the other left, takes it at no other.
//
// The identity's row is locked first, so that the totals of all its datasets,
// which writeRecords reads, stand still.
func (p *IdentityPool) countUp(ctx context.Context, b Batch, source *patchSource) (*provider.Dataset, error) {
	lock := ""
	if p.s.driver == "postgres" {
		lock = " for no key update"
	}
	var out []provider.Dataset
	err := p.s.db(ctx).Raw("with p as ("+source.known+"), old as ("+
		"select count(r.rev) as matched, coalesce(sum(r.size), 0) as bytes, count(case when not r.deleted then 1 end) as live "+
		"from p left join records r on r.pool = @pool and r.identity = @identity and r.dataset = @name and r.record_key = p.k and r.rev = p.base), "+
		"who as (select 1 as one from identities where pool = @pool and id = @identity and state <> 'merged' and valid_after <= @issued"+lock+") "+
		"insert into datasets (pool, identity, name, rev, records, bytes, created_at, modified_at, modified_by) "+
		"select @pool, @identity, @name, 1, cast(@records as bigint) - old.live, cast(@bytes as bigint) - old.bytes, "+
		p.s.statementNow()+", "+p.s.statementNow()+", @by from old, who where old.matched = @count "+
		"on conflict (pool, identity, name) do update set rev = datasets.rev + 1, "+
		"records = datasets.records + excluded.records, bytes = datasets.bytes + excluded.bytes, deleted = false, "+
		"created_at = case when datasets.deleted then excluded.created_at else datasets.created_at end, "+
		"modified_at = excluded.modified_at, modified_by = excluded.modified_by returning *",
		map[string]any{
			"pool": p.ID, "identity": b.IdentityID, "name": b.Dataset, "by": b.By, "issued": b.Issued,
			"records": source.live, "bytes": source.bytes, "count": source.count,
			"keys": source.knownKeys, "base": source.knownBase, "all": source.all,
		}).Scan(&out).Error
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, errStale
	}
	return &out[0], nil
}

// writeRecords writes what fits its base. A patch with a base goes in with that
// base as its revision, which the conflict clause compares and replaces; were its
// record gone, it would go in so and come back so. A patch without a base goes in
// with the new revision, which no record has yet; a tombstone makes way for it.
func (p *IdentityPool) writeRecords(ctx context.Context, b Batch, source *patchSource, d *provider.Dataset) error {
	rows, err := p.s.db(ctx).Raw("insert into records "+
		"(pool, identity, dataset, record_key, value, rev, size, deleted, modified_at, modified_by, device_modified_at) "+
		"select @pool, @identity, @name, p.k, p.value, case when p.base = 0 then cast(@rev as bigint) else p.base end, "+
		"p.size, p.deleted, cast(@at as bigint), @by, p.device from ("+source.rows+") p where true "+
		"on conflict (pool, identity, dataset, record_key) do update set value = excluded.value, rev = @rev, size = excluded.size, "+
		"deleted = excluded.deleted, modified_at = excluded.modified_at, modified_by = excluded.modified_by, device_modified_at = excluded.device_modified_at "+
		"where records.rev = excluded.rev or (records.deleted and excluded.rev = @rev) "+
		"returning rev, (select count(*) from datasets d where d.pool = @pool and d.identity = @identity and not d.deleted), "+
		"(select sum(d.bytes) from datasets d where d.pool = @pool and d.identity = @identity and not d.deleted)",
		map[string]any{
			"pool": p.ID, "identity": b.IdentityID, "name": b.Dataset, "by": b.By, "rev": d.Rev, "at": d.ModifiedAt,
			"keys": source.keys, "base": source.base, "values": source.values, "sizes": source.sizes,
			"deleted": source.deleted, "device": source.device, "all": source.all,
		}).Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	written, datasets, bytes := 0, int64(0), int64(0)
	for rows.Next() {
		var rev int64
		if err := rows.Scan(&rev, &datasets, &bytes); err != nil {
			return fmt.Errorf("scan written record: %w", err)
		}
		if rev == d.Rev {
			written++
		}
	}
	switch err := rows.Err(); {
	case err != nil:
		return classify(err)
	case written < len(b.Patches):
		return errStale
	case source.adds && d.CreatedAt == d.ModifiedAt && datasets > b.Limits.Datasets:
		return limit("An identity may have %d datasets.", b.Limits.Datasets)
	case source.adds && bytes > b.Limits.IdentityBytes:
		return limit("An identity's datasets may hold %d bytes together.", b.Limits.IdentityBytes)
	}
	return nil
}

func limit(format string, args ...any) *provider.Error {
	return &provider.Error{Code: provider.CodeLimit, Kind: "dataset", Message: fmt.Sprintf(format, args...)}
}

// patchSource is a batch as the two statements read it: known gives key and base
// of the patches that have a base, rows gives all of p. PostgreSQL takes arrays,
// SQLite one JSON text.
type patchSource struct {
	known, rows string
	count       int64 // patches with a base
	live        int64 // patches that leave a live record
	bytes       int64 // what those weigh
	adds        bool  // not removals alone
	removes     bool

	knownKeys, keys, values        *[]string
	knownBase, base, sizes, device *[]int64
	deleted                        *[]bool
	all                            string
}

func (s *Store) patchSource(patches []provider.Patch) (*patchSource, error) {
	var (
		n         = len(patches)
		src       patchSource
		knownKeys = make([]string, 0, n)
		knownBase = make([]int64, 0, n)
		keys      = make([]string, n)
		values    = make([]string, n)
		base      = make([]int64, n)
		sizes     = make([]int64, n)
		device    = make([]int64, n)
		deleted   = make([]bool, n)
	)
	for i, p := range patches {
		keys[i], values[i], base[i], sizes[i] = p.Key, p.Value, p.Base, p.Size()
		device[i], deleted[i] = int64(p.DeviceModifiedAt), p.Remove
		src.bytes += p.Size()
		if p.Base > 0 {
			knownKeys, knownBase = append(knownKeys, p.Key), append(knownBase, p.Base)
			src.count++
		}
		src.removes = src.removes || p.Remove
		if !p.Remove {
			src.live++
			src.adds = true
		}
	}
	if s.driver == "postgres" {
		// gorm spreads a slice into a list; behind a pointer it stays an array.
		src.knownKeys, src.knownBase = &knownKeys, &knownBase
		src.keys, src.values, src.base, src.sizes, src.device, src.deleted = &keys, &values, &base, &sizes, &device, &deleted
		src.known = "select * from unnest(cast(@keys as text[]), cast(@base as bigint[])) as p (k, base)"
		src.rows = "select * from unnest(cast(@keys as text[]), cast(@base as bigint[]), cast(@values as text[]), " +
			"cast(@sizes as bigint[]), cast(@deleted as boolean[]), cast(@device as bigint[])) as p (k, base, value, size, deleted, device)"
		return &src, nil
	}
	rows := make([][6]any, n)
	for i := range rows {
		rows[i] = [6]any{keys[i], base[i], values[i], sizes[i], deleted[i], device[i]}
	}
	all, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("encode patches: %w", err)
	}
	src.all = string(all)
	src.known = "select value ->> 0 as k, value ->> 1 as base from json_each(@all) where value ->> 1 > 0"
	src.rows = "select value ->> 0 as k, value ->> 1 as base, value ->> 2 as value, value ->> 3 as size, value ->> 4 as deleted, value ->> 5 as device from json_each(@all)"
	return &src, nil
}

// statementNow is the database's clock in microseconds, the same throughout one
// statement.
func (s *Store) statementNow() string {
	if s.driver == "postgres" {
		return "(extract(epoch from statement_timestamp()) * 1000000)::bigint"
	}
	return "cast(unixepoch('subsec') * 1000000 as integer)"
}

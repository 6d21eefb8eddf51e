package store

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// Exec runs one statement, for tests whose rows belong to another package.
func (s *Store) Exec(ctx context.Context, sql string, args ...any) error {
	return s.Tx(ctx, func(ctx context.Context) error { return s.db(ctx).Exec(sql, args...).Error })
}

// PatchBare writes a batch blindly over database/sql: what the engine can do at
// best, for benchmarks.
func (s *Store) PatchBare(ctx context.Context, pool, identity, dataset string, rev int64, patches []provider.Patch) error {
	tx, err := s.writeSQL.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(ctx, "insert into datasets (pool, identity, name, rev, created_at, modified_at) values ($1, $2, $3, 1, 1, $4) "+
		"on conflict (pool, identity, name) do update set rev = datasets.rev + 1, modified_at = excluded.modified_at returning rev", pool, identity, dataset, s.Now())
	if err != nil {
		return err
	}
	const into = "insert into records (pool, identity, dataset, record_key, value, rev, size, modified_at) "
	const merge = " on conflict (pool, identity, dataset, record_key) do update set value = excluded.value, rev = excluded.rev, size = excluded.size"
	if s.driver == "postgres" {
		var keys, values []string
		for _, p := range patches {
			keys, values = append(keys, p.Key), append(values, p.Value)
		}
		_, err = tx.ExecContext(ctx, into+"select $1, $2, $3, k, v, $4, 1, 1 from unnest($5::text[], $6::text[]) as p (k, v)"+merge,
			pool, identity, dataset, rev, keys, values)
	} else {
		var args []any
		for _, p := range patches {
			args = append(args, pool, identity, dataset, p.Key, p.Value, rev, p.Size(), 1)
		}
		_, err = tx.ExecContext(ctx, into+"values "+strings.Repeat("(?,?,?,?,?,?,?,?),", len(patches)-1)+"(?,?,?,?,?,?,?,?)"+merge, args...)
	}
	if err != nil {
		return err
	}
	return tx.Commit()
}

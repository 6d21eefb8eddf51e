package store

import "context"

// Exec runs one statement, for tests whose rows belong to another package.
func (s *Store) Exec(ctx context.Context, sql string, args ...any) error {
	return s.Tx(ctx, func(ctx context.Context) error { return s.db(ctx).Exec(sql, args...).Error })
}

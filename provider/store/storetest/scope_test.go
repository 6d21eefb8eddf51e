package storetest_test

import (
	"testing"

	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func TestUnscoped(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		`SELECT * FROM "users" WHERE "users"."id" = ?`:                                       "users",
		`SELECT * FROM "users" WHERE "users"."pool" = ? AND id = ?`:                          "",
		`select * from users where pool = ?`:                                                 "",
		`delete from sessions where expires_at < ?`:                                          "sessions",
		`delete from sessions where (pool, id_hash) in (select pool, id_hash from sessions)`: "",
		`INSERT INTO "records" ("pool","identity") VALUES (?,?)`:                             "",
		`insert into records (identity) values (?)`:                                          "records",
		`update pools set version = version + 1 where id = ?`:                                "",
		`select u.id from grants g join users u on u.pool = g.pool where g.pool = ?`:         "",
		`update jobs set done_at = ? where id = ?`:                                           "",
		`select g.id from grants g join users u on u.id = g.user_id where g.id = ?`:          "grants",
	} {
		if got := storetest.Unscoped(sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
}

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// Exec runs one statement, for tests whose rows belong to another package.
func (s *Store) Exec(ctx context.Context, sql string, args ...any) error {
	return s.Tx(ctx, func(ctx context.Context) error { return s.db(ctx).Exec(sql, args...).Error })
}

// OpenWriter opens the writer of a SQLite file and nothing beside it: gorm leaves
// something running behind a handle that prepares statements, which a test's own
// clock does not allow.
func OpenWriter(t testing.TB, c Config) (st *Store, done func()) {
	t.Helper()
	s := &Store{driver: "sqlite", now: time.Now}
	var err error
	if s.writeSQL, err = sql.Open("sqlite", "file:"+c.DSN); err != nil {
		t.Fatal(err)
	}
	s.readSQL, s.writer = s.writeSQL, newWriter(s.writeSQL)
	if s.write, err = s.openGorm(sqliteDialector{s.writer}, false); err != nil {
		t.Fatal(err)
	}
	s.read = s.write
	return s, func() { s.Close() }
}

// Bulk runs one statement past the time that a transaction may take, to fill a
// database. What refers to other rows is not looked at.
func (s *Store) Bulk(ctx context.Context, sql string) error {
	if s.driver == "sqlite" {
		_, err := s.writeSQL.ExecContext(ctx, sql)
		return err
	}
	conn, err := s.writeSQL.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, one := range []string{
		"set statement_timeout = 0", "set session_replication_role = replica", sql,
		"reset session_replication_role", "reset statement_timeout",
	} {
		if _, err := conn.ExecContext(ctx, one); err != nil {
			return err
		}
	}
	return nil
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

// Plan is how the database runs a statement.
type Plan struct {
	SQL  string
	Text string
	Rows int // read from tables and indexes; PostgreSQL alone tells
}

// Plans runs work and explains each statement that it reads by. Nothing else may
// use the store meanwhile.
func (s *Store) Plans(ctx context.Context, work func() error) ([]Plan, error) {
	var asked []*gorm.Statement
	keep := func(db *gorm.DB) {
		if !db.DryRun && kindOf(db.Statement.SQL.String()) == Read {
			asked = append(asked, &gorm.Statement{SQL: db.Statement.SQL, Vars: slices.Clone(db.Statement.Vars)})
		}
	}
	cb := s.read.Callback()
	const name = "test:plans"
	err := errors.Join(cb.Query().After("store:end").Register(name, keep), cb.Row().After("store:end").Register(name, keep), cb.Raw().After("store:end").Register(name, keep))
	if err == nil {
		err = work()
	}
	if err = errors.Join(err, cb.Query().Remove(name), cb.Row().Remove(name), cb.Raw().Remove(name)); err != nil {
		return nil, err
	}
	var out []Plan
	for _, a := range asked {
		p, err := s.explain(ctx, a.SQL.String(), a.Vars)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (s *Store) explain(ctx context.Context, sql string, vars []any) (Plan, error) {
	p := Plan{SQL: sql}
	if s.driver == "postgres" {
		err := s.readSQL.QueryRowContext(ctx, "explain (analyze, format json) "+sql, vars...).Scan(&p.Text)
		if err != nil {
			return p, err
		}
		var tree []struct{ Plan planNode }
		if err := json.Unmarshal([]byte(p.Text), &tree); err != nil {
			return p, err
		}
		p.Text = ""
		tree[0].Plan.tell(&p, "")
		return p, nil
	}
	rows, err := s.readSQL.QueryContext(ctx, "explain query plan "+sql, vars...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return p, err
		}
		p.Text += detail + "\n"
	}
	return p, rows.Err()
}

// planNode is one node of PostgreSQL's plan, with what happened there.
type planNode struct {
	Type     string     `json:"Node Type"`
	Relation string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Actual   float64    `json:"Actual Rows"`
	Loops    float64    `json:"Actual Loops"`
	Removed  float64    `json:"Rows Removed by Filter"`
	Recheck  float64    `json:"Rows Removed by Index Recheck"`
	Plans    []planNode `json:"Plans"`
}

func (n *planNode) tell(p *Plan, indent string) {
	read := 0.0
	if strings.Contains(n.Type, "Scan") && n.Type != "Subquery Scan" && n.Type != "Bitmap Heap Scan" {
		read = (n.Actual + n.Removed + n.Recheck) * n.Loops
	}
	p.Rows += int(read)
	p.Text += fmt.Sprintf("%s%s %s %s: %.0f\n", indent, n.Type, n.Relation, n.Index, (n.Actual+n.Removed)*n.Loops)
	for i := range n.Plans {
		n.Plans[i].tell(p, indent+"  ")
	}
}

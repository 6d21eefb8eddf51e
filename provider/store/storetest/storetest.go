// Package storetest gives tests a fresh, migrated database of their own: a
// SQLite file always, and a PostgreSQL database wherever a server can be had.
// It owns how a test's database is made and removed; what a store promises is
// tested in package store.
//
// PostgreSQL is the server whose superuser address is in COGNATE_TEST_POSTGRES.
// Where that is unset, each test program starts a server of its own the first
// time it needs one. Where none is installed, tests on PostgreSQL are skipped,
// or fail if CI=true.
package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

// Each runs a test on every kind of database, in parallel, as subtests named
// for the driver.
func Each(t *testing.T, test func(t *testing.T, st *store.Store)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": SQLite, "postgres": PostgreSQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// New returns a fresh store of each kind that this machine can run. Prefer Each
// where subtests fit.
func New(t testing.TB) []*store.Store {
	t.Helper()
	stores := []*store.Store{SQLite(t)}
	if _, err := server(); err == nil {
		stores = append(stores, open(t, PostgreSQLConfig(t)))
	} else if mustHave(err) {
		t.Fatalf("PostgreSQL: %v", err)
	} else {
		t.Logf("on SQLite only: %v", err)
	}
	return stores
}

// SQLite returns a store over a fresh file.
func SQLite(t testing.TB) *store.Store {
	t.Helper()
	return open(t, SQLiteConfig(t))
}

// PostgreSQL returns a store over a fresh database.
func PostgreSQL(t testing.TB) *store.Store {
	t.Helper()
	return open(t, PostgreSQLConfig(t))
}

// SQLiteConfig names a fresh, migrated file, for tests that open it themselves
// or more than once.
func SQLiteConfig(t testing.TB) store.Config {
	t.Helper()
	file, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("make a SQLite file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "cognate.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return store.Config{Driver: "sqlite", DSN: path}
}

// PostgreSQLConfig names a fresh, migrated database, dropped when the test ends.
func PostgreSQLConfig(t testing.TB) store.Config {
	t.Helper()
	admin, err := server()
	if err != nil {
		if mustHave(err) {
			t.Fatalf("PostgreSQL: %v", err)
		}
		t.Skipf("PostgreSQL: %v", err)
	}
	dsn, drop, err := createDatabase(context.Background(), admin)
	if err != nil {
		t.Fatalf("make a PostgreSQL database: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return store.Config{Driver: "postgres", DSN: dsn, MaxConns: 8}
}

func open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	st, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatalf("open %s: %v", c.Driver, err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Errorf("close %s: %v", c.Driver, err)
		}
	})
	demandScope(t, st)
	return st
}

// server returns the address of a superuser's database. One server serves the
// whole test program, which ends it by ending.
var server = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("COGNATE_TEST_POSTGRES"); dsn != "" {
		return dsn, nil
	}
	cluster, err := pgcluster.Start(context.Background(), pgcluster.Options{})
	if err != nil {
		return "", err
	}
	return cluster.DSN, nil
})

// mustHave tells a server that is missing, where it may be, from one that is
// broken.
func mustHave(err error) bool {
	return os.Getenv("CI") == "true" || !errors.Is(err, pgcluster.ErrNoServer)
}

// sqliteTemplate migrates one file and returns its bytes: copying is far
// cheaper than migrating.
var sqliteTemplate = sync.OnceValues(func() (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "cognate-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "template.db")
	if err := migrate(context.Background(), store.Config{Driver: "sqlite", DSN: path}); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(ctx context.Context, c store.Config) error {
	st, err := store.Open(ctx, c)
	if err != nil {
		return err
	}
	_, err = st.Migrate(ctx)
	return errors.Join(err, st.Close())
}

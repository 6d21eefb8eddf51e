package storetest

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"; package store brings "sqlite"

	"github.com/cognate-idp/cognate/provider/store"
)

// Exec runs one statement past the store, as an older binary or a fault might.
func Exec(t testing.TB, c store.Config, statement string) {
	t.Helper()
	driver := map[string]string{"sqlite": "sqlite", "postgres": "pgx"}[c.Driver]
	db, err := sql.Open(driver, c.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

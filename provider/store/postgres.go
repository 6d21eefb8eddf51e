package store

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
)

// openPostgres opens one pool for reading and writing. The server-side time-outs
// bound every transaction to txTimeout, which the caches' overlap relies on.
func (s *Store) openPostgres(c Config) error {
	conf, err := pgx.ParseConfig(c.DSN)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	ms := fmt.Sprint(txTimeout.Milliseconds())
	for k, v := range map[string]string{
		"application_name":                    "cognate",
		"synchronous_commit":                  "on",
		"statement_timeout":                   ms,
		"idle_in_transaction_session_timeout": ms,
	} {
		conf.RuntimeParams[k] = v
	}
	s.writeSQL = stdlib.OpenDB(*conf)
	n := c.MaxConns
	if n <= 0 {
		n = 32
	}
	s.writeSQL.SetMaxOpenConns(n)
	s.writeSQL.SetMaxIdleConns(n)
	s.writeSQL.SetConnMaxIdleTime(5 * time.Minute)
	s.readSQL = s.writeSQL
	s.write, err = s.openGorm(postgres.New(postgres.Config{Conn: s.writeSQL}), false)
	s.read = s.write
	s.dsn = c.DSN
	return err
}

// migrationConn is a connection without time-outs: a migration may take long.
// The lock is a row with a lease, since not every engine that speaks PostgreSQL
// has advisory locks.
func (s *Store) migrationConn() (*sql.DB, []goose.ProviderOption, error) {
	conf, err := pgx.ParseConfig(s.dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("postgres: %w", err)
	}
	l, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(time.Second, 300))
	if err != nil {
		return nil, nil, fmt.Errorf("migration lock: %w", err)
	}
	return stdlib.OpenDB(*conf), []goose.ProviderOption{goose.WithLocker(l)}, nil
}

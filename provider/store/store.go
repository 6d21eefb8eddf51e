// Package store is the only place that speaks SQL. It opens SQLite or
// PostgreSQL, runs the migrations, gives one transaction helper, and holds one
// file for each family of tables. It hands out values of package provider and
// errors of type *provider.Error. It never seals or hashes: what is secret
// arrives sealed.
//
// Every method of a tenant's handle (Pool, IdentityPool) names the tenant in its
// SQL. What must cross tenants is on All, so that crossing is seen in the code.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/migrations"
	"github.com/cognate-idp/cognate/provider"
)

// Config says which database, and how.
type Config struct {
	Driver      string // "sqlite" or "postgres"
	DSN         string // a file's path for SQLite; a URL or key=value string for PostgreSQL
	MaxConns    int    // open connections at most; 0 takes a default that suits the machine
	Synchronous string // SQLite's synchronous pragma; FULL unless set, so an acknowledged write survives power loss
	Now         func() time.Time
	Log         *slog.Logger
}

// Store is one open database.
type Store struct {
	driver   string
	write    *gorm.DB
	read     *gorm.DB
	writer   *writer // SQLite only
	writeSQL *sql.DB
	readSQL  *sql.DB
	now      func() time.Time
	log      *slog.Logger
	dsn      string // PostgreSQL only, for the migrations' own connection

	watchMu  sync.Mutex
	watchers atomic.Pointer[[]*func(Statement)]
	versions versions
}

// Open connects; it does not migrate.
//
// Errors: the settings are unusable, or the database does not answer.
func Open(ctx context.Context, c Config) (*Store, error) {
	s := &Store{driver: c.Driver, now: c.Now, log: c.Log}
	s.versions.start, s.versions.seed = time.Now(), maphash.MakeSeed()
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	switch c.Driver {
	case "sqlite":
		err = s.openSQLite(c)
	case "postgres":
		err = s.openPostgres(c)
	default:
		err = fmt.Errorf("unknown database driver %q: use sqlite or postgres", c.Driver)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := s.Ping(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Driver is "sqlite" or "postgres".
func (s *Store) Driver() string { return s.driver }

// Now is the store's clock.
func (s *Store) Now() provider.Time { return provider.At(s.now()) }

// Close ends every connection.
func (s *Store) Close() error {
	var err error
	if s.writer != nil {
		err = s.writer.close()
	} else {
		err = s.writeSQL.Close()
	}
	if s.readSQL != s.writeSQL {
		if e := s.readSQL.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := s.readSQL.PingContext(ctx); err != nil {
		return provider.ErrUnavailable.With(fmt.Errorf("ping: %w", err))
	}
	return nil
}

// Durability returns the setting that decides whether an acknowledged write
// survives a crash: SQLite's synchronous level ("2" is FULL), or PostgreSQL's
// synchronous_commit.
func (s *Store) Durability(ctx context.Context) (string, error) {
	q := "pragma synchronous"
	if s.driver == "postgres" {
		q = "show synchronous_commit"
	}
	var v string
	if err := s.writeSQL.QueryRowContext(ctx, q).Scan(&v); err != nil {
		return "", fmt.Errorf("read durability: %w", err)
	}
	return v, nil
}

// Migrate brings the schema to this binary's version and returns the numbers
// that it applied. Two processes that start together do it once.
func (s *Store) Migrate(ctx context.Context) ([]int64, error) {
	p, done, err := s.migrator()
	if err != nil {
		return nil, err
	}
	defer done()
	res, err := p.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var applied []int64
	for _, r := range res {
		applied = append(applied, r.Source.Version)
	}
	return applied, nil
}

// SchemaVersion returns the version the database is at, and the newest one that
// this binary knows.
func (s *Store) SchemaVersion(ctx context.Context) (at, newest int64, err error) {
	p, done, err := s.migrator()
	if err != nil {
		return 0, 0, err
	}
	defer done()
	if at, newest, err = p.GetVersions(ctx); err != nil {
		return 0, 0, fmt.Errorf("read schema version: %w", err)
	}
	return at, newest, nil
}

func (s *Store) migrator() (*goose.Provider, func(), error) {
	dir, err := fs.Sub(migrations.FS, s.driver)
	if err != nil {
		return nil, nil, fmt.Errorf("migrations: %w", err)
	}
	if s.driver == "sqlite" {
		p, err := goose.NewProvider(goose.DialectSQLite3, s.writeSQL, dir)
		return p, func() {}, err
	}
	db, opts, err := s.migrationConn()
	if err != nil {
		return nil, nil, err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, dir, opts...)
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("migrations: %w", err)
	}
	return p, func() { db.Close() }, nil
}

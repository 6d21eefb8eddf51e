package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"runtime"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// openSQLite opens two handles on one file: write, a single connection whose
// transactions take the lock at once, and read, several that refuse to write.
func (s *Store) openSQLite(c Config) error {
	level := c.Synchronous
	if level == "" {
		level = "FULL"
	}
	dsn := func(pragmas ...string) string {
		q := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)", "foreign_keys(1)", "temp_store(MEMORY)")}
		return "file:" + (&url.URL{Path: c.DSN}).EscapedPath() + "?" + q.Encode()
	}
	var err error
	s.writeSQL, err = sql.Open("sqlite", dsn("journal_mode(WAL)", "synchronous("+level+")")+"&_txlock=immediate")
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	s.writeSQL.SetMaxOpenConns(2) // the writer's own, and one for migrations
	// The first connection makes the file and its journal mode; readers need both.
	if err := s.writeSQL.Ping(); err != nil {
		s.writeSQL.Close()
		return fmt.Errorf("sqlite %s: %w", c.DSN, err)
	}
	s.readSQL, err = sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	n := c.MaxConns
	if n <= 0 {
		n = max(4, 2*runtime.GOMAXPROCS(0))
	}
	s.readSQL.SetMaxOpenConns(n)
	s.readSQL.SetMaxIdleConns(n)
	s.writer = newWriter(s.writeSQL)
	if s.write, err = s.openGorm(sqliteDialector{s.writer}, false); err != nil {
		return err
	}
	s.read, err = s.openGorm(sqliteDialector{s.readSQL}, true)
	return err
}

func (s *Store) openGorm(d gorm.Dialector, prepare bool) (*gorm.DB, error) {
	db, err := gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction:   true,
		DisableNestedTransaction: true,
		DisableAutomaticPing:     true,
		PrepareStmt:              prepare,
		Logger:                   logger.Discard,
	})
	if err != nil {
		return nil, fmt.Errorf("gorm: %w", err)
	}
	return db, s.observe(db)
}

// sqliteDialector teaches gorm SQLite's SQL over a pool that is already open.
// It has no migrator: migrations are plain SQL.
type sqliteDialector struct{ pool gorm.ConnPool }

func (sqliteDialector) Name() string { return "sqlite" }

func (d sqliteDialector) Initialize(db *gorm.DB) error {
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses: []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses: []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses: []string{"DELETE", "FROM", "WHERE", "RETURNING"},
	})
	// Row locks do not exist here: the transaction holds the whole file.
	db.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {}
	db.ConnPool = d.pool
	return nil
}

func (sqliteDialector) Migrator(*gorm.DB) gorm.Migrator { return nil }

func (sqliteDialector) DataTypeOf(*schema.Field) string { return "" }

func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

func (sqliteDialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// QuoteTo writes a dotted name with each part quoted. Names come from our own
// structs and never from outside.
func (sqliteDialector) QuoteTo(w clause.Writer, name string) {
	_ = w.WriteByte('"')
	for i := range len(name) {
		switch name[i] {
		case '.':
			_, _ = w.WriteString(`"."`)
		case '"':
			_, _ = w.WriteString(`""`)
		default:
			_ = w.WriteByte(name[i])
		}
	}
	_ = w.WriteByte('"')
}

func (sqliteDialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `'`, vars...)
}

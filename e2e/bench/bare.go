package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver named "pgx"
	_ "modernc.org/sqlite"             // the driver named "sqlite"

	"github.com/cognate-idp/cognate/e2e/server"
)

// bare runs statements by database/sql alone, on the database that the server
// is measured on and with the same settings of durability: the most that an
// operation with as many statements could reach.
type bare struct {
	read, write *sql.DB
	selects     string
	insert      string
	update      string
	next        atomic.Int64
}

// bareRows is how many rows there are to read and change.
const bareRows = 10_000

func openBare(ctx context.Context, name, dsn, folder string) (*bare, error) {
	b := &bare{}
	var err error
	if name == "postgres" {
		if b.write, err = sql.Open("pgx", dsn); err != nil {
			return nil, err
		}
		b.write.SetMaxOpenConns(32)
		b.write.SetMaxIdleConns(32)
		b.read = b.write
		b.selects, b.insert, b.update = "SELECT body FROM bare WHERE pool = $1 AND id = $2", "INSERT INTO bare (pool, id, body, n) VALUES ($1, $2, $3, 0)", "UPDATE bare SET n = n + 1 WHERE pool = $1 AND id = $2"
	} else {
		file := "file:" + (&url.URL{Path: filepath.Join(folder, "bare.db")}).EscapedPath()
		if b.write, err = sql.Open("sqlite", file+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate"); err != nil {
			return nil, err
		}
		b.write.SetMaxOpenConns(1)
		if b.read, err = sql.Open("sqlite", file+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)"); err != nil {
			return nil, err
		}
		b.read.SetMaxOpenConns(8)
		b.read.SetMaxIdleConns(8)
		b.selects, b.insert, b.update = "SELECT body FROM bare WHERE pool = ? AND id = ?", "INSERT INTO bare (pool, id, body, n) VALUES (?, ?, ?, 0)", "UPDATE bare SET n = n + 1 WHERE pool = ? AND id = ?"
	}
	if _, err := b.write.ExecContext(ctx, "CREATE TABLE bare (pool text, id text, body text, n bigint, PRIMARY KEY (pool, id))"); err != nil {
		return nil, err
	}
	tx, err := b.write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	for i := range bareRows {
		if _, err := tx.ExecContext(ctx, b.insert, "pool", fmt.Sprintf("row-%d", i), strings.Repeat("x", 400)); err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
	}
	return b, tx.Commit()
}

func (b *bare) Close() error {
	return errors.Join(b.write.Close(), b.read.Close())
}

// bareRate measures as many reads, and as many transactions with as many
// writes, as one operation was seen to make. Every other write is an insert of
// a small row, every other one an update by key.
func (b *bench) bareRate(ctx context.Context, db *bare, s server.Statements) (float64, error) {
	commits := int(math.Round(s.Commits))
	reads, writes := int(math.Round(s.Reads)), int(math.Round(s.Writes))
	if reads+writes+commits == 0 {
		return 0, nil
	}
	return b.rate(ctx, func(ctx context.Context, _ int) error {
		for range reads {
			var body string
			if err := db.read.QueryRowContext(ctx, db.selects, "pool", db.row()).Scan(&body); err != nil {
				return err
			}
		}
		for i := range commits {
			// The first transactions take what does not divide evenly.
			share := writes / commits
			if i < writes%commits {
				share++
			}
			if err := db.transaction(ctx, share); err != nil {
				return err
			}
		}
		return nil
	})
}

func (b *bare) transaction(ctx context.Context, writes int) error {
	tx, err := b.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for i := range writes {
		if i%2 == 0 {
			_, err = tx.ExecContext(ctx, b.insert, "pool", rand.Text(), strings.Repeat("x", 200))
		} else {
			_, err = tx.ExecContext(ctx, b.update, "pool", b.row())
		}
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func (b *bare) row() string { return fmt.Sprintf("row-%d", b.next.Add(1)%bareRows) }

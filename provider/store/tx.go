package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

// txTimeout bounds a transaction from when it has begun. Poll cursors re-read an
// overlap longer than it.
const txTimeout = 5 * time.Second

// txLine bounds all of Tx: the wait in line for a connection, and every try. It is
// short of the minute that a request has, so that who waited too long is still told.
const txLine = 30 * time.Second

const txTries = 8

type txKey struct{}

type transaction struct {
	store *Store
	db    *gorm.DB
	after []func()
}

// Tx runs fn in a transaction: READ COMMITTED on PostgreSQL, immediate on SQLite.
// Called inside another Tx of the same store it joins that one. The outermost
// call retries when the database reports a serialization failure, a deadlock or a
// busy file, so fn may run more than once and must have no side effects beyond
// the database; see AfterCommit.
//
// On SQLite there is one writer, and who wants it waits in line, first come, first
// served. A burst is a long line and no failure: the wait does not count towards the
// time that a transaction may take. A context that is never over is bounded too.
//
// Errors: what fn returned (everything is rolled back), provider.ErrUnavailable
// when the database is away or stays busy.
func (s *Store) Tx(ctx context.Context, fn func(ctx context.Context) error) error {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok && t.store == s {
		return fn(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, txLine)
	defer cancel()
	var err error
	for try := range txTries {
		if try > 0 {
			wait := time.Duration(rand.Int64N(int64(time.Millisecond) << try))
			select {
			case <-ctx.Done():
				return translate(err)
			case <-time.After(wait):
			}
		}
		if err = s.tryTx(ctx, fn); err == nil || !retryable(err) {
			break
		}
	}
	return translate(err)
}

func (s *Store) tryTx(ctx context.Context, fn func(ctx context.Context) error) error {
	t := &transaction{store: s}
	err := s.write.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		t.db = db
		ctx, cancel := context.WithTimeout(ctx, txTimeout)
		defer cancel()
		if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
			return err
		}
		return ctx.Err() // what took too long does not commit
	})
	if err != nil {
		return err
	}
	s.report(Statement{SQL: "commit", Kind: Commit})
	for _, f := range t.after {
		f()
	}
	return nil
}

// AfterCommit runs f once the transaction that ctx carries has committed, or at
// once outside one. f must be quick and cannot fail.
func (s *Store) AfterCommit(ctx context.Context, f func()) {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok && t.store == s {
		t.after = append(t.after, f)
		return
	}
	f()
}

// InTx reports whether ctx carries a transaction of this store.
func (s *Store) InTx(ctx context.Context) bool {
	t, ok := ctx.Value(txKey{}).(*transaction)
	return ok && t.store == s
}

// db is the handle to use: the transaction's, or the reading one. On SQLite the
// reading one refuses writes, so a write outside Tx fails at once.
func (s *Store) db(ctx context.Context) *gorm.DB {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok && t.store == s {
		return t.db.WithContext(ctx)
	}
	return s.read.WithContext(ctx)
}

// inTx is what exported writing methods open: it joins or begins.
func (s *Store) inTx(ctx context.Context, fn func(ctx context.Context, db *gorm.DB) error) error {
	return s.Tx(ctx, func(ctx context.Context) error { return fn(ctx, s.db(ctx)) })
}

func retryable(err error) bool {
	var f *fault
	return errors.As(err, &f) && f.retry
}

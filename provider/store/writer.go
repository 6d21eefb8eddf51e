package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"gorm.io/gorm"
)

// writerStatements bounds the prepared statements that a writer keeps. Batches
// make new ones by their number of rows.
const writerStatements = 256

// writerLine bounds how many wait for the writer. Each holds a request's memory, and
// more would only be answered too late.
const writerLine = 4096

var errLine = errors.New("too many wait to write")

// writer is SQLite's one writing connection as gorm's pool. It keeps statements
// prepared from one transaction to the next, which database/sql cannot for a
// transaction, and lets writers wait in line in memory instead of in the file's
// busy loop.
type writer struct {
	db         *sql.DB
	closed     chan struct{}
	once       sync.Once
	waiting    atomic.Int64
	turn       chan struct{} // holds one token, which goes to who has waited longest; who has it owns what follows
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func newWriter(db *sql.DB) *writer {
	w := &writer{db: db, closed: make(chan struct{}), turn: make(chan struct{}, 1), statements: map[string]*sql.Stmt{}}
	w.turn <- struct{}{}
	return w
}

// begin waits for the connection and takes the write lock at once, so that no
// transaction has to give up half-way because another began to write.
func (w *writer) begin(ctx context.Context) error {
	if err := w.wait(ctx); err != nil {
		return err
	}
	// The driver reports a cancelled context even where the statement was done, and a
	// connection that nobody knows to be in a transaction refuses every later one.
	// So whoever has the turn begins, and finds out at the first statement.
	ctx = context.WithoutCancel(ctx)
	err := w.exec(ctx, "begin immediate")
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		w.forget()
		err = w.exec(ctx, "begin immediate")
	}
	if err != nil {
		w.forget()
		w.turn <- struct{}{}
		return fmt.Errorf("begin: %w", err)
	}
	return nil
}

func (w *writer) wait(ctx context.Context) error {
	defer w.waiting.Add(-1)
	if w.waiting.Add(1) > writerLine {
		return errLine
	}
	select {
	case <-w.turn:
		return nil
	case <-w.closed:
		return sql.ErrConnDone
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end commits or rolls back, and hands the connection on.
func (w *writer) end(how string) error {
	// The caller's context may be over; the transaction has to end all the same.
	err := w.exec(context.Background(), how)
	if err != nil && how == "commit" {
		if w.exec(context.Background(), "rollback") != nil {
			w.forget()
		}
	}
	w.turn <- struct{}{}
	return err
}

func (w *writer) exec(ctx context.Context, query string) error {
	s, err := w.prepare(ctx, query)
	if err == nil {
		_, err = s.ExecContext(ctx)
	}
	return err
}

// prepare returns the statement for a query, prepared once for the connection.
func (w *writer) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.statements[query]; ok {
		return s, nil
	}
	if w.conn == nil {
		var err error
		if w.conn, err = w.db.Conn(ctx); err != nil {
			return nil, err
		}
	}
	if len(w.statements) >= writerStatements {
		w.closeStatements()
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	w.statements[query] = s
	return s, nil
}

// forget drops the connection; the next transaction opens another.
func (w *writer) forget() {
	w.closeStatements()
	if w.conn != nil {
		w.conn.Close()
		w.conn = nil
	}
}

func (w *writer) closeStatements() {
	for _, s := range w.statements {
		s.Close()
	}
	clear(w.statements)
}

// close waits for the transaction under way, if any. It may be called again.
func (w *writer) close() (err error) {
	w.once.Do(func() {
		<-w.turn
		close(w.closed)
		w.forget()
		err = w.db.Close()
	})
	return err
}

// BeginTx is gorm's beginning of a transaction.
func (w *writer) BeginTx(ctx context.Context, _ *sql.TxOptions) (gorm.ConnPool, error) {
	if err := w.begin(ctx); err != nil {
		return nil, err
	}
	return &writerTx{w: w}, nil
}

// Outside a transaction nobody writes; see Store.db.
var errNoTransaction = errors.New("a write outside a transaction")

func (w *writer) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, errNoTransaction
}

func (w *writer) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errNoTransaction
}

func (w *writer) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errNoTransaction
}

// QueryRowContext cannot carry an error of its own, so it asks a connection that
// is never to be had.
func (w *writer) QueryRowContext(_ context.Context, query string, args ...any) *sql.Row {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return w.db.QueryRowContext(ctx, query, args...)
}

// writerTx is one transaction of a writer.
type writerTx struct {
	w    *writer
	over bool
}

func (t *writerTx) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if t.over {
		return nil, sql.ErrTxDone
	}
	return t.w.prepare(ctx, query)
}

func (t *writerTx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if t.over {
		return nil, sql.ErrTxDone
	}
	return t.w.conn.PrepareContext(ctx, query)
}

func (t *writerTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := t.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (t *writerTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := t.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (t *writerTx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := t.statement(ctx, query)
	if err != nil {
		// The connection says again, in a row, why it cannot.
		return t.w.conn.QueryRowContext(ctx, query, args...)
	}
	return s.QueryRowContext(ctx, args...)
}

// Commit ends the transaction; its writes are on disk when it returns.
func (t *writerTx) Commit() error { return t.end("commit") }

// Rollback ends the transaction without a trace.
func (t *writerTx) Rollback() error { return t.end("rollback") }

func (t *writerTx) end(how string) error {
	if t.over {
		return sql.ErrTxDone
	}
	t.over = true
	return t.w.end(how)
}

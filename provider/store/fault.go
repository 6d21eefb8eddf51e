package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/cognate-idp/cognate/provider"
)

// fault marks a database error with what may be done about it. Every gorm call
// ends with its error classified, so no caller reads driver errors.
type fault struct {
	error
	retry bool // the same transaction may succeed when run again
	away  bool // the database cannot serve now
}

func (f *fault) Unwrap() error { return f.error }

func classify(err error) error {
	var f *fault
	if err == nil || errors.Is(err, gorm.ErrRecordNotFound) || errors.As(err, &f) {
		return err
	}
	var pe *provider.Error
	if errors.As(err, &pe) {
		return err
	}
	f = &fault{error: err}
	var pg *pgconn.PgError
	var lite *sqlite.Error
	var netErr net.Error
	switch {
	case errors.As(err, &pg):
		switch pg.Code {
		case "40001", "40P01":
			f.retry = true
		case "22021", "22P05":
			// Text that is not UTF-8, or holds NUL: whoever sent it is to be told.
			return provider.Invalid("", "The request holds text that is not UTF-8, or a NUL.").With(err)
		default:
			// 08 connection, 53 resources, 57 operator intervention, 58 system
			f.away = strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
				strings.HasPrefix(pg.Code, "57") || strings.HasPrefix(pg.Code, "58") || pg.Code == "25006"
		}
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			f.retry = true
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
			f.away = true
		}
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, errLine), errors.As(err, &netErr),
		// A server that dies hangs up in the middle of an answer.
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		f.away = true
	default:
		var connect *pgconn.ConnectError
		// database/sql keeps its error for a closed handle to itself. Requests that
		// outlive the store, while the process ends, meet it.
		f.away = errors.As(err, &connect) || pgconn.SafeToRetry(err) || err.Error() == "sql: database is closed"
	}
	return f
}

// translate turns a classified error into what other packages see.
func translate(err error) error {
	err = classify(err)
	var f *fault
	var pe *provider.Error
	if errors.As(err, &f) && (f.away || f.retry) && !errors.As(err, &pe) {
		return provider.ErrUnavailable.With(err)
	}
	return err
}

// found maps gorm's "no row" to notFound and everything else through translate.
func found(err error, notFound *provider.Error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound
	}
	return translate(err)
}

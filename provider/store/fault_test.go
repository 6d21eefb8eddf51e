package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// A database that went away is no fault of the service: callers are asked to try again.
func TestLostConnectionsAreUnavailable(t *testing.T) {
	t.Parallel()
	gone := errors.New("no such row")
	for name, c := range map[string]struct {
		err  error
		away bool
	}{
		"bad connection":      {driver.ErrBadConn, true},
		"end of stream":       {io.EOF, true},
		"half an answer":      {fmt.Errorf("receive message failed: %w", io.ErrUnexpectedEOF), true},
		"reset":               {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		"closed":              {fmt.Errorf("write failed: %w", net.ErrClosed), true},
		"connection failure":  {&pgconn.PgError{Code: "08006"}, true},
		"crash shutdown":      {&pgconn.PgError{Code: "57P02"}, true},
		"starting up":         {&pgconn.PgError{Code: "57P03"}, true},
		"deadlock":            {&pgconn.PgError{Code: "40P01"}, true},
		"no such column":      {&pgconn.PgError{Code: "42703"}, false},
		"the caller went":     {context.Canceled, false},
		"something else":      {gone, false},
		"what is not a fault": {gorm.ErrRecordNotFound, false},
	} {
		if got := provider.CodeOf(translate(c.err)) == provider.CodeUnavailable; got != c.away {
			t.Errorf("%s: unavailable %v, want %v: %v", name, got, c.away, translate(c.err))
		}
	}
}

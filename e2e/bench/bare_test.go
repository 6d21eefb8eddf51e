package main

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

// TestBareStatements shows that the yardstick itself works on both databases:
// more statements cost more.
func TestBareStatements(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("measures for a while")
	}
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) {
			dsn := ""
			if name == "postgres" {
				cluster, err := pgcluster.Start(t.Context(), pgcluster.Options{})
				if errors.Is(err, pgcluster.ErrNoServer) && os.Getenv("CI") != "true" {
					t.Skip(err)
				}
				if err != nil {
					t.Fatal(err)
				}
				defer cluster.Stop()
				dsn = cluster.DSN
			}
			db, err := openBare(t.Context(), name, dsn, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			b := &bench{concurrency: 4, measured: 400 * time.Millisecond, warmUp: 40 * time.Millisecond}
			light, err := b.bareRate(t.Context(), db, server.Statements{Reads: 1})
			if err != nil {
				t.Fatal(err)
			}
			heavy, err := b.bareRate(t.Context(), db, server.Statements{Reads: 3.9, Writes: 5, Commits: 2})
			if err != nil {
				t.Fatal(err)
			}
			if light <= heavy {
				t.Errorf("one read: %.0f a second, four reads and two transactions: %.0f", light, heavy)
			}
			if none, err := b.bareRate(t.Context(), db, server.Statements{Reads: .01}); none != 0 || err != nil {
				t.Errorf("no statements: %f, %v", none, err)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestProcessIsRead(t *testing.T) {
	t.Parallel()
	u, err := memory(os.Getpid())
	if err != nil || u.resident < 1<<20 || u.peak < u.resident {
		t.Errorf("memory = %+v, %v", u, err)
	}
	if _, err := processorTime(os.Getpid()); err != nil {
		t.Error(err)
	}
}

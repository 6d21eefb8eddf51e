package pgcluster_test

import (
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

func TestServerEndsWithItsCluster(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a database server")
	}
	cluster, err := pgcluster.Start(t.Context(), pgcluster.Options{})
	if errors.Is(err, pgcluster.ErrNoServer) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), cluster.DSN)
	if err != nil {
		t.Fatal(err)
	}
	var commit, folder string
	if err := conn.QueryRow(t.Context(), "select current_setting('synchronous_commit'), current_setting('data_directory')").Scan(&commit, &folder); err != nil {
		t.Fatal(err)
	}
	if commit != "on" {
		t.Errorf("synchronous_commit = %s, want on", commit)
	}
	// A connection left open must not keep the server alive.
	cluster.Stop()
	if _, err := pgx.Connect(t.Context(), cluster.DSN); err == nil {
		t.Error("the server still answers after Stop")
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data folder is still there: %v", err)
	}
}

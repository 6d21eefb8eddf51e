package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/e2e/browser"
	"github.com/cognate-idp/cognate/e2e/server"
	"github.com/cognate-idp/cognate/provider/store/storetest/pgcluster"
)

// What all tests share is made when the first one asks, and ends with TestMain.
var shared struct {
	binary  func() (string, error)
	browser func() (*browser.Browser, error)
	admin   func() (string, error) // a superuser's address of a PostgreSQL server
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "cognate-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	var mu sync.Mutex
	var ends []func()
	defer func() {
		for _, end := range ends {
			end()
		}
	}()
	later := func(end func()) {
		mu.Lock()
		defer mu.Unlock()
		ends = append(ends, end)
	}
	shared.binary = sync.OnceValues(func() (string, error) {
		if path := os.Getenv("COGNATE_TEST_BINARY"); path != "" {
			return filepath.Abs(path)
		}
		return server.Build(context.Background(), folder)
	})
	shared.browser = sync.OnceValues(func() (*browser.Browser, error) {
		b, err := browser.Start(context.Background(), browser.Options{
			Axe:         "node/node_modules/axe-core/axe.min.js",
			Screenshots: "artefacts",
			Pictures:    os.Getenv("COGNATE_TEST_PICTURES") != "",
		})
		if err == nil {
			later(b.Close)
		}
		return b, err
	})
	shared.admin = sync.OnceValues(func() (string, error) {
		if dsn := os.Getenv("COGNATE_TEST_POSTGRES"); dsn != "" {
			return dsn, nil
		}
		cluster, err := pgcluster.Start(context.Background(), pgcluster.Options{})
		if err != nil {
			return "", err
		}
		later(cluster.Stop)
		return cluster.DSN, nil
	})
	return m.Run()
}

// lacking skips a test for want of something on the machine, and fails it where
// nothing may be missing.
func lacking(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%v (run make e2e-setup)", err)
	}
	t.Skipf("%v (run make e2e-setup)", err)
}

// openBrowser returns the one Chromium that all tests share; each test opens
// windows of its own.
func openBrowser(t *testing.T) *browser.Browser {
	t.Helper()
	b, err := shared.browser()
	switch {
	case errors.Is(err, browser.ErrNone), errors.Is(err, os.ErrNotExist):
		lacking(t, err)
	case err != nil:
		t.Fatal(err)
	}
	return b
}

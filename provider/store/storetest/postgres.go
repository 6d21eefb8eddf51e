package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/cognate-idp/cognate/migrations"
	"github.com/cognate-idp/cognate/provider/store"
)

// templateLock is the advisory lock under which test programs agree on one
// template database.
const templateLock = 0x636f676e617465

// createDatabase copies the template under a new name. drop ends what is still
// connected and removes the copy.
func createDatabase(ctx context.Context, admin string) (dsn string, drop func() error, err error) {
	template, err := template(admin)
	if err != nil {
		return "", nil, err
	}
	name := "cognate_" + strings.ToLower(rand.Text())
	if err := execute(ctx, admin, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		return "", nil, err
	}
	dsn, err = withDatabase(admin, name)
	if err != nil {
		return "", nil, err
	}
	return dsn, func() error {
		return execute(context.Background(), admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	}, nil
}

var templates = struct {
	sync.Mutex
	name map[string]string // by the server's address
}{name: map[string]string{}}

// template returns the name of a migrated database to copy, made once for each
// server and schema.
func template(admin string) (string, error) {
	templates.Lock()
	defer templates.Unlock()
	if name, ok := templates.name[admin]; ok {
		return name, nil
	}
	name, err := schemaName()
	if err != nil {
		return "", err
	}
	if err := makeTemplate(context.Background(), admin, name); err != nil {
		return "", fmt.Errorf("make the template database: %w", err)
	}
	templates.name[admin] = name
	return name, nil
}

// makeTemplate migrates a database under another name and renames it when it is
// whole, so that a program killed half-way leaves nothing that looks finished.
func makeTemplate(ctx context.Context, admin, name string) (err error) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
		return err
	}
	unfinished := name + "_" + strings.ToLower(rand.Text())
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+unfinished); err != nil {
		return err
	}
	dsn, err := withDatabase(admin, unfinished)
	if err != nil {
		return err
	}
	if err := migrate(ctx, store.Config{Driver: "postgres", DSN: dsn}); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
	return err
}

// schemaName names a template after the migrations that made it.
func schemaName() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(migrations.FS, "postgres", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return "cognate_template_" + hex.EncodeToString(sum.Sum(nil)[:8]), err
}

func execute(ctx context.Context, dsn, statement string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// withDatabase names another database of the same server.
func withDatabase(dsn, name string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return "", fmt.Errorf("COGNATE_TEST_POSTGRES must be a URL such as postgres://user:password@127.0.0.1:5432/postgres: %w", err)
	}
	u.Path = "/" + name
	return u.String(), nil
}

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

func serveCommand() *cobra.Command {
	var path, dataDir, listenAddr string
	var dev, ephemeral, selfTLS bool
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the server",
		Long: "Run the server. With --dev it needs nothing else: it keeps its data in ./.cognate,\n" +
			"makes a demo to try, and prints where everything is.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := loadConfig(path, os.Environ())
			if err != nil {
				return &exitError{err: err, code: exitUsage}
			}
			conf.dev, conf.ephemeral, conf.selfTLS = dev, ephemeral, selfTLS
			if dataDir != "" {
				conf.Data = dataDir
			}
			if listenAddr != "" {
				conf.Listen = listenAddr
			}
			conf.fillIn()
			if err := conf.check(); err != nil {
				return &exitError{err: err, code: exitUsage}
			}
			return serve(c.Context(), conf, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&path, "config", "", "read settings from this YAML file")
	f.StringVar(&dataDir, "data", "", "keep the embedded database and dev.json in this folder (default ./.cognate)")
	f.StringVar(&listenAddr, "listen", "", "listen on this HOST:PORT; port 0 takes a free one (default localhost:8420)")
	f.BoolVar(&dev, "dev", false, "run on loopback with a demo, a mailbox and no set-up")
	f.BoolVar(&ephemeral, "ephemeral", false, "with --dev: keep nothing but dev.json")
	f.BoolVar(&selfTLS, "tls", false, "with --dev: serve https with a certificate made here")
	return c
}

// openStore opens the configured database and brings its schema up to date.
func openStore(ctx context.Context, conf *config, log *slog.Logger) (st *store.Store, end func(), err error) {
	end = func() {}
	sc := store.Config{Driver: "sqlite", MaxConns: conf.DatabaseConns, Log: log}
	switch {
	case strings.HasPrefix(conf.Database, "postgres"):
		sc.Driver, sc.DSN = "postgres", conf.Database
	case strings.HasPrefix(conf.Database, "sqlite:"):
		sc.DSN = strings.TrimPrefix(conf.Database, "sqlite:")
	case conf.ephemeral:
		dir, err := os.MkdirTemp("", "cognate-*")
		if err != nil {
			return nil, end, fmt.Errorf("temporary folder: %w", err)
		}
		end = func() { os.RemoveAll(dir) }
		sc.DSN = filepath.Join(dir, "cognate.db")
	default:
		sc.DSN = filepath.Join(conf.Data, "cognate.db")
	}
	if st, err = store.Open(ctx, sc); err != nil {
		end()
		var away *provider.Error
		if u, bad := url.Parse(conf.Database); sc.Driver == "postgres" && bad == nil && errors.As(err, &away) && away.Cause != nil {
			err = fmt.Errorf("cannot reach the database at %s: %w", u.Host, away.Cause)
		}
		return nil, nil, fix(err, "check the database setting, and that the database is up and this user may use it")
	}
	closeStore, rest := st.Close, end
	return st, func() { closeStore(); rest() }, nil
}

// lockData keeps a second server out of a data folder that is in use: it would
// rewrite dev.json and the demo under the first one's feet. Nodes that share a
// PostgreSQL database share no folder.
func lockData(conf *config) (unlock func(), err error) {
	if conf.Database != "" && !conf.dev {
		return func() {}, nil
	}
	// The folder itself is locked, so that no file is left in it.
	lock := flock.New(conf.Data, flock.SetFlag(os.O_RDONLY))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fix(fmt.Errorf("lock data folder %s: %w", conf.Data, err), "choose a folder that this user may write to, with --data")
	}
	if !got {
		return nil, fix(fmt.Errorf("another server uses the data folder %s", conf.Data), "stop it, or choose another folder with --data")
	}
	return func() { _ = lock.Unlock() }, nil
}

// openSealer makes the sealer from the configured master keys; in development
// from one that the data folder keeps.
func openSealer(conf *config) (*secret.Sealer, error) {
	keys, err := conf.masterKeys()
	if err == nil && len(keys) == 0 && conf.dev {
		keys, err = conf.devMasterKey()
	}
	if err != nil {
		return nil, err
	}
	return secret.NewSealer(keys...)
}

func logger(conf *config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(conf.LogLevel)) // checked before
	opts := &slog.HandlerOptions{Level: level}
	if conf.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}

// serve runs until ctx ends.
func serve(ctx context.Context, conf *config, out, errs io.Writer) error {
	log := logger(conf, errs)
	if err := os.MkdirAll(conf.Data, 0o700); err != nil {
		return fix(fmt.Errorf("data folder: %w", err), "choose another with --data")
	}
	unlock, err := lockData(conf)
	if err != nil {
		return err
	}
	defer unlock()
	sealer, err := openSealer(conf)
	if err != nil {
		return err
	}
	st, closeStore, err := openStore(ctx, conf, log)
	if err != nil {
		return err
	}
	defer closeStore()
	if _, err := st.Migrate(ctx); err != nil {
		return fix(err, "run cognate migrate and read what it says")
	}

	listeners, err := listen(ctx, conf.Listen)
	if err != nil {
		return err
	}
	defer func() {
		for _, l := range listeners {
			l.Close()
		}
	}()
	tlsConfig, err := serverTLS(conf)
	if err != nil {
		return err
	}
	if conf.BaseURL == "" {
		conf.BaseURL = devBase(conf, listeners[0], tlsConfig != nil)
	}

	h, err := newHouse(ctx, conf, st, sealer, log)
	if err != nil {
		return err
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var working sync.WaitGroup
	defer working.Wait()
	defer stopWork()
	for _, task := range h.tasks {
		working.Go(func() { task(work) })
	}
	if err := h.begin(ctx, out); err != nil {
		return err
	}
	log.Info("ready", "url", conf.BaseURL, "database", st.Driver(), "version", version)
	return serveHTTP(ctx, h.handler, listeners, tlsConfig, func() {
		h.leaving.Store(true)
		stopWork()
	})
}

// devBase is where a server without base_url is: always by name, since passkeys
// and some clients refuse addresses.
func devBase(conf *config, l net.Listener, secure bool) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return fmt.Sprintf("%s://localhost:%d", scheme, portOf(l))
}

func serverTLS(conf *config) (*tls.Config, error) {
	var cert tls.Certificate
	var err error
	switch {
	case conf.TLSCert != "":
		cert, err = tls.LoadX509KeyPair(conf.TLSCert, conf.TLSKey)
		if err != nil {
			return nil, fix(fmt.Errorf("certificate: %w", err), "check tls_cert and tls_key")
		}
	case conf.selfTLS:
		if cert, err = selfSigned(conf.Data); err != nil {
			return nil, err
		}
	default:
		return nil, nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}, nil
}

var errLeaving = errors.New("shutting down")

// readiness says whether a load balancer should send requests here.
func readiness(ctx context.Context, st *store.Store, leaving *atomic.Bool) error {
	if leaving.Load() {
		return errLeaving
	}
	return st.Ping(ctx)
}

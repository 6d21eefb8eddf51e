package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func migrateCommand() *cobra.Command {
	var path, dataDir string
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database's schema to this version",
		Long:  "Bring the database's schema to this version. serve does it too; run it by itself before a rolling upgrade.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := loadConfig(path, os.Environ())
			if err != nil {
				return &exitError{err: err, code: exitUsage}
			}
			if dataDir != "" {
				conf.Data = dataDir
			}
			conf.fillIn()
			if err := os.MkdirAll(conf.Data, 0o700); err != nil {
				return fix(err, "choose another folder with --data")
			}
			st, closeStore, err := openStore(c.Context(), conf, logger(conf, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer closeStore()
			applied, err := st.Migrate(c.Context())
			if err != nil {
				return err
			}
			at, _, err := st.SchemaVersion(c.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "schema is at %d (%d applied now)\n", at, len(applied))
			return err
		},
	}
	c.Flags().StringVar(&path, "config", "", "read settings from this YAML file")
	c.Flags().StringVar(&dataDir, "data", "", "the folder of the embedded database (default ./.cognate)")
	return c
}

func healthcheckCommand() *cobra.Command {
	var url, path string
	c := &cobra.Command{
		Use:   "healthcheck",
		Short: "Ask a running server whether it is ready",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if url == "" {
				conf, err := loadConfig(path, os.Environ())
				if err != nil {
					return &exitError{err: err, code: exitUsage}
				}
				conf.fillIn()
				if url, err = ownURL(conf); err != nil {
					return &exitError{err: err, code: exitUsage}
				}
			}
			req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, strings.TrimSuffix(url, "/")+"/readyz", nil)
			if err != nil {
				return &exitError{err: err, code: exitUsage}
			}
			client := &http.Client{Timeout: 3 * time.Second}
			resp, err := client.Do(req)
			if err != nil {
				return &exitError{err: fix(err, "start the server, or name it with --url"), code: exitUnreachable}
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return &exitError{err: fmt.Errorf("not ready: %s", resp.Status), code: exitFailure}
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), "ready")
			return err
		},
	}
	c.Flags().StringVar(&path, "config", "", "read the listen setting from this YAML file")
	c.Flags().StringVar(&url, "url", "", "the server's address (default: from the listen setting)")
	return c
}

// ownURL is where a server with these settings answers on this machine.
func ownURL(conf *config) (string, error) {
	host, port, err := net.SplitHostPort(conf.Listen)
	if err != nil {
		return "", fix(fmt.Errorf("listen address %q: %w", conf.Listen, err), "use HOST:PORT, or name the server with --url")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if conf.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}

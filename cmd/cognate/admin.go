package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
)

func adminCommand() *cobra.Command {
	c := &cobra.Command{Use: "admin", Short: "What needs the database itself"}
	c.AddCommand(recoverCommand())
	return c
}

// recoverCommand makes the first operator of an installation, or lets one who is
// locked out back in. Whoever can open the database may.
func recoverCommand() *cobra.Command {
	var path, dataDir, username string
	c := &cobra.Command{
		Use:   "recover",
		Short: "Make an owner, or give one a new password and access key",
		Long: "Make an owner of the installation, or give an existing operator a new password and a new access key.\n" +
			"It opens the database itself, with the same settings as serve.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			conf, err := loadConfig(path, os.Environ())
			if err != nil {
				return &exitError{err: err, code: exitUsage}
			}
			if dataDir != "" {
				conf.Data = dataDir
			}
			conf.fillIn()
			// It may well be the first command on a new machine.
			if err := os.MkdirAll(conf.Data, 0o700); err != nil {
				return fix(fmt.Errorf("data folder: %w", err), "choose another with --data")
			}
			if len(conf.MasterKeys) == 0 && conf.MasterKeyFile == "" {
				// A development server's data folder has a key of its own.
				conf.dev = true
			}
			sealer, err := openSealer(conf)
			if err != nil {
				return err
			}
			st, closeStore, err := openStore(c.Context(), conf, logger(conf, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer closeStore()
			if _, err := st.Migrate(c.Context()); err != nil {
				return err
			}
			hasher, err := newHasher()
			if err != nil {
				return err
			}
			d := directory.New(directory.Config{Store: st, Audit: &audit.Log{Store: st}, Sealer: sealer, Hasher: hasher, Region: conf.Region})
			operators, err := d.OperatorsPool(c.Context())
			if err != nil {
				return err
			}
			password := secret.Password(20)
			err = d.SetPassword(c.Context(), operators.ID, username, password, true)
			if errors.Is(err, provider.ErrUserNotFound) {
				_, err = d.CreateUser(c.Context(), operators.ID, directory.NewUser{Username: username, Password: password, Permanent: true})
			}
			if err != nil {
				return err
			}
			if err := d.SetEnabled(c.Context(), operators.ID, username, true); err != nil {
				return err
			}
			if err := d.Grant(c.Context(), username, provider.RoleOwner, directory.Everywhere); err != nil {
				return err
			}
			key, value, err := d.CreateAccessKey(c.Context(), username)
			if provider.CodeOf(err) == provider.CodeLimit {
				return fix(err, "delete one with: cognate access-key delete")
			}
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "username:          %s\npassword:          %s\naccess key id:     %s\nsecret access key: %s\n\nKeep these: they are not shown again.\n",
				username, password, key.ID, value)
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&path, "config", "", "read settings from this YAML file")
	f.StringVar(&dataDir, "data", "", "the folder of the embedded database (default ./.cognate)")
	f.StringVar(&username, "username", "root", "the operator")
	return c
}

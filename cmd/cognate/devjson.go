package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/cognate-idp/cognate/web/dev"
	"github.com/cognate-idp/cognate/web/page"
)

// devJSON is dev.json: where everything of a development server is, for scripts.
type devJSON struct {
	BaseURL    string `json:"base_url"`
	UserPoolID string `json:"user_pool_id"`
	Issuer     string `json:"issuer"`
	Clients    struct {
		Public struct {
			ClientID string `json:"client_id"`
		} `json:"public"`
		Confidential struct {
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		} `json:"confidential"`
		Machine struct {
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
			Scope        string `json:"scope"`
		} `json:"machine"`
	} `json:"clients"`
	RedirectURI string    `json:"redirect_uri"`
	Users       []devUser `json:"users"`
	Operator    struct {
		Username        string `json:"username"`
		Password        string `json:"password"`
		AccessKeyID     string `json:"access_key_id"`
		SecretAccessKey string `json:"secret_access_key"`
	} `json:"operator"`
	IdentityPoolID string   `json:"identity_pool_id"`
	MailboxURL     string   `json:"mailbox_url"`
	MailboxKeeps   []string `json:"mailbox_keeps"` // what is not sent out: email, sms
	ConsoleURL     string   `json:"console_url"`
	DemoAppURL     string   `json:"demo_app_url"`
}

type devUser struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email"`
}

func devJSONPath(data string) string { return filepath.Join(data, "dev.json") }

// write replaces dev.json whole, so that a script never reads half of it.
func (d *devJSON) write(data string) error {
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("dev.json: %w", err)
	}
	path := devJSONPath(data)
	tmp := path + ".new"
	if err := os.WriteFile(tmp, append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write dev.json: %w", err)
	}
	// An older file with the new one's name may have had other rights.
	return errors.Join(os.Chmod(tmp, 0o600), os.Rename(tmp, path))
}

// accountURL is where users of the demo's pool see their own accounts.
func (d *devJSON) accountURL() string { return d.BaseURL + "/" + d.UserPoolID + "/account" }

// banner says where everything is.
func (d *devJSON) banner(w io.Writer, data string) error {
	user := d.Users[0]
	known := func(password string) string {
		if password == "" {
			return "(the password you gave it)"
		}
		return password
	}
	_, err := fmt.Fprintf(w, `
  Cognate is ready.

  Demo app        %s
  Sign in as      %s / %s
  Your account    %s
  Mailbox         %s
  Everything      %s/

  Issuer          %s
  Identity pool   %s
  Public client   %s
  Confidential    %s / %s
  Machine         %s / %s
  Operator        %s / %s
  For scripts     %s

  Stop with Ctrl-C.

`, d.DemoAppURL, user.Username, known(user.Password), d.accountURL(), d.MailboxURL, d.BaseURL, d.Issuer, d.IdentityPoolID,
		d.Clients.Public.ClientID, d.Clients.Confidential.ClientID, d.Clients.Confidential.ClientSecret,
		d.Clients.Machine.ClientID, d.Clients.Machine.ClientSecret,
		d.Operator.Username, known(d.Operator.Password), devJSONPath(data))
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// facts is the same for the front page and the demo app.
func (d *devJSON) facts(data string) *dev.Facts {
	index := page.Index{
		Chrome:  page.Chrome{Brand: page.Brand{Name: "Cognate"}},
		DemoURL: d.DemoAppURL, AccountURL: d.accountURL(), MailboxURL: d.MailboxURL, ConsoleURL: d.ConsoleURL, PreviewURL: d.BaseURL + "/preview/",
		Issuer: d.Issuer, DiscoveryURL: d.Issuer + "/.well-known/openid-configuration", RedirectURI: d.RedirectURI,
		IdentityPoolID: d.IdentityPoolID, IdentityPoolIssuer: d.BaseURL + "/identity/" + d.IdentityPoolID,
		SettingsFile: devJSONPath(data),
		Clients: []page.IndexClient{
			{Kind: "public", ID: d.Clients.Public.ClientID}, {Kind: "confidential", ID: d.Clients.Confidential.ClientID}, {Kind: "machine", ID: d.Clients.Machine.ClientID},
		},
	}
	for _, u := range d.Users {
		index.Users = append(index.Users, page.IndexUser{Username: u.Username, Email: u.Email, Password: u.Password})
	}
	return &dev.Facts{
		Index: index, Issuer: d.Issuer, ClientID: d.Clients.Public.ClientID, RedirectURI: d.RedirectURI, Scope: strings.Join(demoScopes, " "),
		IdentityPoolID: d.IdentityPoolID, IdentityPoolIssuer: index.IdentityPoolIssuer,
	}
}

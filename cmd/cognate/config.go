package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/provider/secret"
)

// config is everything an installation can set: in a YAML file, in the
// environment as COGNATE_ and the name in capitals, or by a flag of serve. Every
// zero value is safe.
type config struct {
	BaseURL        string   `koanf:"base_url"`        // what browsers and apps call; https, or http on loopback
	Listen         string   `koanf:"listen"`          // host:port; port 0 takes a free one
	Data           string   `koanf:"data"`            // the folder of the embedded database and of dev.json
	Database       string   `koanf:"database"`        // postgres://...; empty takes SQLite in the data folder
	DatabaseConns  int      `koanf:"database_conns"`  // connections at most; 0 takes a default
	Region         string   `koanf:"region"`          // the region word in ids
	MasterKeys     []string `koanf:"master_keys"`     // version:base64 of 32 bytes, the current one first
	MasterKeyFile  string   `koanf:"master_key_file"` // a file with the same, one a line
	TLSCert        string   `koanf:"tls_cert"`
	TLSKey         string   `koanf:"tls_key"`
	TrustedProxies []string `koanf:"trusted_proxies"` // CIDRs whose X-Forwarded-For is believed
	OutboundAllow  []string `koanf:"outbound_allow"`  // hosts and CIDRs that fetches may reach although they are private
	OutboundCA     string   `koanf:"outbound_ca"`     // a PEM file of further certificate authorities
	SMTPHost       string   `koanf:"smtp_host"`       // the mail server; empty sends nothing
	SMTPPort       int      `koanf:"smtp_port"`
	SMTPTLS        string   `koanf:"smtp_tls"` // starttls (default), implicit, or none on loopback
	SMTPUsername   string   `koanf:"smtp_username"`
	SMTPPassword   string   `koanf:"smtp_password"`
	// SMTPPasswordFile keeps the password out of file and environment.
	SMTPPasswordFile string `koanf:"smtp_password_file"`
	SMTPFrom         string `koanf:"smtp_from"`
	SMTPTimeout      int    `koanf:"smtp_timeout"`     // seconds for one message
	SMTPConnections  int    `koanf:"smtp_connections"` // at once, at most
	SMSProvider      string `koanf:"sms_provider"`     // twilio or webhook; empty sends no texts
	SMSURL           string `koanf:"sms_url"`
	SMSAccount       string `koanf:"sms_account"` // with twilio, and the next three
	SMSToken         string `koanf:"sms_token"`
	SMSTokenFile     string `koanf:"sms_token_file"`
	SMSFrom          string `koanf:"sms_from"`
	SMSSecret        string `koanf:"sms_secret"` // with webhook: whsec_...
	SMSSecretFile    string `koanf:"sms_secret_file"`
	SMSTimeout       int    `koanf:"sms_timeout"` // seconds for one text
	LogLevel         string `koanf:"log_level"`   // debug, info, warn, error
	LogFormat        string `koanf:"log_format"`  // json (default) or text
	// BreachedURL is a range API that knows passwords from breaches; empty asks nobody.
	BreachedURL string `koanf:"breached_passwords_url"`

	// By flag only: a file must not turn a server into a toy.
	dev, ephemeral, selfTLS bool
}

// loadConfig reads file and environment; an unknown name is an error.
func loadConfig(path string, environ []string) (*config, error) {
	k := koanf.New(".")
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return nil, fix(fmt.Errorf("read %s: %w", path, err), "check that the file exists and is valid YAML")
		}
	}
	lists := listKeys()
	err := k.Load(env.Provider(".", env.Opt{
		Prefix:      "COGNATE_",
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(key, value string) (string, any) {
			key = strings.ToLower(strings.TrimPrefix(key, "COGNATE_"))
			if slices.Contains(clientVariables, key) {
				return "", nil
			}
			if slices.Contains(lists, key) {
				return key, strings.Fields(strings.ReplaceAll(value, ",", " "))
			}
			return key, value
		},
	}), nil)
	if err != nil {
		return nil, fmt.Errorf("read environment: %w", err)
	}
	known := configKeys()
	for _, key := range k.Keys() {
		if !slices.Contains(known, key) {
			return nil, fix(fmt.Errorf("unknown setting %q", key), nearest(key, known)+"the settings are: "+strings.Join(known, ", "))
		}
	}
	c := &config{}
	if err := k.UnmarshalWithConf("", c, koanf.UnmarshalConf{Tag: "koanf"}); err != nil {
		return nil, fix(fmt.Errorf("settings: %w", err), "see docs/configuration.md for the form of each setting")
	}
	return c, nil
}

// nearest asks whether a name within two slips of the given one was meant.
func nearest(given string, known []string) string {
	names := &cobra.Command{SuggestionsMinimumDistance: 2} // it measures such slips already
	for _, k := range known {
		names.AddCommand(&cobra.Command{Use: k, Run: func(*cobra.Command, []string) {}})
	}
	if like := names.SuggestionsFor(given); len(like) > 0 {
		return "did you mean " + strings.Join(like, " or ") + "? "
	}
	return ""
}

// clientVariables are read by the client commands, not by the server, and are no
// settings.
var clientVariables = []string{"profile", "endpoint", "access_key_id", "secret_access_key", "dev_json", "test_postgres", "output"}

func configKeys() []string {
	var out []string
	t := reflect.TypeFor[config]()
	for i := range t.NumField() {
		if key := t.Field(i).Tag.Get("koanf"); key != "" {
			out = append(out, key)
		}
	}
	return out
}

func listKeys() []string {
	var out []string
	t := reflect.TypeFor[config]()
	for i := range t.NumField() {
		if f := t.Field(i); f.Type.Kind() == reflect.Slice {
			out = append(out, f.Tag.Get("koanf"))
		}
	}
	return out
}

// fixed is an error that says what to do about it.
type fixed struct {
	error
	fix string
}

func fix(err error, what string) error { return &fixed{err, what} }

func (f *fixed) Unwrap() error { return f.error }

// fillIn gives what was left out its default.
func (c *config) fillIn() {
	if c.Data == "" {
		c.Data = ".cognate"
	}
	if c.Region == "" {
		c.Region = "us-east-1"
	}
	if c.Listen == "" {
		c.Listen = "localhost:8420"
	}
	if c.LogFormat == "" {
		c.LogFormat = "json"
		if c.dev {
			c.LogFormat = "text"
		}
	}
	if c.LogLevel == "" {
		c.LogLevel = "info"
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	c.fillInSMTP()
	c.fillInSMS()
}

// check refuses what would be unsafe or cannot work, each with the reason and
// what to do.
func (c *config) check() error {
	checks := []struct {
		bad       bool
		what, fix string
	}{
		{c.ephemeral && !c.dev, "--ephemeral would forget every account at the next start", "add --dev, or leave --ephemeral out"},
		{c.selfTLS && !c.dev, "--tls makes a certificate that nobody trusts", "set tls_cert and tls_key, or add --dev"},
		{!validListen(c.Listen), "listen must be HOST:PORT with a port from 0 to 65535", "for example --listen localhost:8420"},
		{!c.dev && c.BaseURL == "", "base_url is not set", "set base_url (COGNATE_BASE_URL) to the https address that browsers use, or start with --dev to try things out"},
		{!c.dev && len(c.MasterKeys) == 0 && c.MasterKeyFile == "", "there is no master key, so secrets could not be sealed", "set master_key_file to a file holding the output of: echo 1:$(openssl rand -base64 32)"},
		{(c.TLSCert == "") != (c.TLSKey == ""), "tls_cert and tls_key go together", "set both or neither"},
		{c.BaseURL != "" && !validBase(c.BaseURL), "base_url must be an absolute http or https URL without path, query or fragment", "for example base_url: https://login.example.com"},
		{plainRemote(c.BaseURL), "base_url is plain http on a host that is not loopback: passwords and tokens would travel in the clear", "use https, with tls_cert and tls_key here or a proxy in front"},
		{c.BaseURL != "" && numericHost(c.BaseURL) && strings.HasPrefix(c.BaseURL, "http:"), "base_url names an IP address: passkeys and some clients refuse those", "use http://localhost with the port"},
		{defaultPassword(c.Database), "the database URL holds a well-known password", "give the database user a password of its own"},
		{c.Database != "" && !strings.HasPrefix(c.Database, "postgres://") && !strings.HasPrefix(c.Database, "postgresql://") && !strings.HasPrefix(c.Database, "sqlite:"), "database must be a postgres:// URL or sqlite:PATH", "leave it empty for SQLite in the data folder"},
		{c.dev && !loopback(c.Listen), "--dev has known weaknesses and listens on loopback only", "use --listen localhost:PORT, or start without --dev"},
		{c.BreachedURL != "" && !validRange(c.BreachedURL), "breached_passwords_url must be an absolute http or https URL without query, fragment or password", "for example breached_passwords_url: https://api.pwnedpasswords.com/range/"},
		{!slices.Contains([]string{"json", "text"}, c.LogFormat), "log_format must be json or text", "leave it out for json"},
		{!slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel), "log_level must be debug, info, warn or error", "leave it out for info"},
		{!regionWord(c.Region), "region must look like us-east-1: client libraries check the form of ids", "leave it out for us-east-1"},
	}
	for _, k := range checks {
		if k.bad {
			return fix(errors.New(k.what), k.fix)
		}
	}
	for _, p := range c.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			return fix(fmt.Errorf("trusted_proxies: %q is not a CIDR", p), "write addresses as 10.0.0.0/8 or 192.0.2.7/32")
		}
	}
	if err := c.checkSMTP(); err != nil {
		return err
	}
	if err := c.checkSMS(); err != nil {
		return err
	}
	_, err := c.masterKeys()
	return err
}

func validListen(s string) bool {
	_, port, err := net.SplitHostPort(s)
	n, bad := strconv.Atoi(port)
	return err == nil && bad == nil && n >= 0 && n <= 65535
}

func validBase(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func validRange(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

func plainRemote(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "http" && !loopbackHost(u.Hostname())
}

func numericHost(s string) bool {
	u, err := url.Parse(s)
	return err == nil && net.ParseIP(u.Hostname()) != nil
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && loopbackHost(host)
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func defaultPassword(database string) bool {
	u, err := url.Parse(database)
	if err != nil || u.User == nil {
		return false
	}
	p, set := u.User.Password()
	return set && !loopbackHost(u.Hostname()) && slices.Contains([]string{"postgres", "password", "changeme", "admin", "cognate", "secret", "example"}, strings.ToLower(p))
}

func regionWord(s string) bool {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts[0]) != 2 || len(parts[len(parts)-1]) != 1 {
		return false
	}
	_, err := strconv.Atoi(parts[len(parts)-1])
	return err == nil
}

// masterKeys parses the configured keys, or returns none.
func (c *config) masterKeys() ([]secret.MasterKey, error) {
	lines := slices.Clone(c.MasterKeys)
	if c.MasterKeyFile != "" {
		b, err := os.ReadFile(c.MasterKeyFile)
		if err != nil {
			return nil, fix(fmt.Errorf("master_key_file: %w", err), "create it with: (umask 077; echo 1:$(openssl rand -base64 32) > "+c.MasterKeyFile+")")
		}
		lines = append(lines, strings.Fields(string(b))...)
	}
	var keys []secret.MasterKey
	for _, l := range lines {
		version, text, ok := strings.Cut(strings.TrimSpace(l), ":")
		n, err := strconv.ParseUint(version, 10, 32)
		key, err2 := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || err2 != nil || len(key) != secret.KeySize || n == 0 {
			return nil, fix(errors.New("a master key is not of the form VERSION:BASE64 with 32 bytes"), "make one with: echo 1:$(openssl rand -base64 32)")
		}
		keys = append(keys, secret.MasterKey{Version: uint32(n), Key: key})
	}
	return keys, nil
}

// devMasterKey reads the data folder's own key, or makes it. With --ephemeral
// the key is kept nowhere: what it seals is gone at the next start too.
func (c *config) devMasterKey() ([]secret.MasterKey, error) {
	if c.ephemeral && c.Database == "" {
		return []secret.MasterKey{{Version: 1, Key: secret.Bytes(secret.KeySize)}}, nil
	}
	c.MasterKeyFile = filepath.Join(c.Data, "master.key")
	if _, err := os.Stat(c.MasterKeyFile); errors.Is(err, os.ErrNotExist) {
		line := "1:" + base64.StdEncoding.EncodeToString(secret.Bytes(secret.KeySize)) + "\n"
		if err := os.WriteFile(c.MasterKeyFile, []byte(line), 0o600); err != nil {
			return nil, fix(fmt.Errorf("write master key: %w", err), "choose a folder that this user may write to, with --data")
		}
	}
	return c.masterKeys()
}

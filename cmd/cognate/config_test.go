package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const testKey = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

func TestConfigRefusesWhatIsUnsafe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*config)
		want   string // empty: accepted
	}{
		{"as it should be", func(*config) {}, ""},
		{"no base URL", func(c *config) { c.BaseURL = "" }, "base_url is not set"},
		{"plain http elsewhere", func(c *config) { c.BaseURL = "http://login.example.com" }, "plain http"},
		{"plain http on loopback", func(c *config) { c.BaseURL = "http://localhost:9000" }, ""},
		{"an address for a name", func(c *config) { c.BaseURL = "http://127.0.0.1:9000" }, "IP address"},
		{"a path in the base URL", func(c *config) { c.BaseURL = "https://example.com/auth" }, "without path"},
		{"a user in the base URL", func(c *config) { c.BaseURL = "https://a:b@example.com" }, "without path"},
		{"no master key", func(c *config) { c.MasterKeys = nil }, "no master key"},
		{"a short master key", func(c *config) { c.MasterKeys = []string{"1:AAAA"} }, "VERSION:BASE64"},
		{"a well-known database password", func(c *config) { c.Database = "postgres://app:postgres@db.internal/x" }, "well-known password"},
		{"another database", func(c *config) { c.Database = "mysql://db" }, "postgres:// URL or sqlite:PATH"},
		{"ephemeral for real", func(c *config) { c.ephemeral = true }, "forget every account"},
		{"a toy certificate for real", func(c *config) { c.selfTLS = true }, "nobody trusts"},
		{"development for everybody", func(c *config) { c.dev, c.Listen = true, "0.0.0.0:80" }, "loopback only"},
		{"half a certificate", func(c *config) { c.TLSCert = "x" }, "go together"},
		{"a region of no form", func(c *config) { c.Region = "here" }, "region"},
		{"a proxy without a mask", func(c *config) { c.TrustedProxies = []string{"10.0.0.1"} }, "not a CIDR"},
		{"a mail server", func(c *config) { c.SMTPHost, c.SMTPFrom = "mail.example.com", "Us <us@example.com>" }, ""},
		{"mail in the clear", func(c *config) { c.SMTPHost, c.SMTPFrom, c.SMTPTLS = "mail.example.com", "us@example.com", "none" }, "in the clear"},
		{"mail on this machine", func(c *config) { c.SMTPHost, c.SMTPFrom, c.SMTPTLS = "localhost", "us@example.com", "none" }, ""},
		{"mail from nobody", func(c *config) { c.SMTPHost = "mail.example.com" }, "smtp_from"},
		{"a mail password without a user", func(c *config) { c.SMTPHost, c.SMTPFrom, c.SMTPPassword = "mail.example.com", "us@example.com", "x" }, "go together"},
		{"a sender without a mail server", func(c *config) { c.SMTPFrom = "us@example.com" }, "without smtp_host"},
		{"an unknown level", func(c *config) { c.LogLevel = "loud" }, "log_level"},
	} {
		conf := &config{BaseURL: "https://login.example.com", MasterKeys: []string{testKey}}
		conf.fillIn()
		c.change(conf)
		conf.fillInSMTP()
		err := conf.check()
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: refused: %v", c.name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			continue
		}
		var f *fixed
		if !errors.As(err, &f) || f.fix == "" {
			t.Errorf("%s: no word on what to do", c.name)
		}
	}
}

func TestTextMessageSettings(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
	for name, c := range map[string]struct {
		conf config
		why  string // empty: it is taken
	}{
		"none":                {config{}, ""},
		"twilio":              {config{SMSProvider: "twilio", SMSAccount: "AC1", SMSToken: "t", SMSFrom: "+15550100"}, ""},
		"webhook":             {config{SMSProvider: "webhook", SMSURL: "https://texts.example.com/send", SMSSecret: secret}, ""},
		"webhook on loopback": {config{SMSProvider: "webhook", SMSURL: "http://127.0.0.1:9/send", SMSSecret: secret}, ""},
		"another provider":    {config{SMSProvider: "pigeon"}, "sms_provider must be"},
		"no provider":         {config{SMSURL: "https://texts.example.com"}, "without sms_provider"},
		"no account":          {config{SMSProvider: "twilio", SMSToken: "t", SMSFrom: "x"}, "sms_account"},
		"no token":            {config{SMSProvider: "twilio", SMSAccount: "AC1", SMSFrom: "x"}, "sms_token"},
		"no sender":           {config{SMSProvider: "twilio", SMSAccount: "AC1", SMSToken: "t"}, "sms_from"},
		"no address":          {config{SMSProvider: "webhook", SMSSecret: secret}, "sms_url must be"},
		"in the clear":        {config{SMSProvider: "webhook", SMSURL: "http://texts.example.com", SMSSecret: secret}, "in the clear"},
		"no secret":           {config{SMSProvider: "webhook", SMSURL: "https://texts.example.com"}, "sms_secret"},
		"a short secret":      {config{SMSProvider: "webhook", SMSURL: "https://texts.example.com", SMSSecret: "whsec_eA=="}, "24 to 64 bytes"},
		"a secret of both":    {config{SMSProvider: "webhook", SMSURL: "https://texts.example.com", SMSSecret: secret, SMSSecretFile: "x"}, "both set"},
		"too patient":         {config{SMSProvider: "twilio", SMSAccount: "AC1", SMSToken: "t", SMSFrom: "x", SMSTimeout: 31}, "sms_timeout"},
		"no such file":        {config{SMSProvider: "twilio", SMSAccount: "AC1", SMSTokenFile: "/nowhere/token", SMSFrom: "x"}, "sms_token_file"},
	} {
		c.conf.dev = true
		c.conf.fillIn()
		err := c.conf.check()
		var f *fixed
		if (err != nil) != (c.why != "") || err != nil && (!strings.Contains(err.Error(), c.why) || !errors.As(err, &f) || f.fix == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfigSources(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "c.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("base_url: https://a.example\nlisten: :1\ntrusted_proxies: [10.0.0.0/8]\n")
	c, err := loadConfig(path, []string{"COGNATE_BASE_URL=https://b.example", "COGNATE_OUTBOUND_ALLOW=a.internal, 10.1.0.0/16", "COGNATE_PROFILE=x", "PATH=/bin"})
	if err != nil {
		t.Fatal(err)
	}
	if c.BaseURL != "https://b.example" || c.Listen != ":1" || len(c.TrustedProxies) != 1 || len(c.OutboundAllow) != 2 {
		t.Errorf("%+v", c)
	}
	write("base_urll: https://a.example\n")
	if _, err := loadConfig(path, nil); err == nil || !strings.Contains(err.Error(), "base_urll") {
		t.Errorf("a typing error in the file: %v", err)
	}
	if _, err := loadConfig("", []string{"COGNATE_DEV=1"}); err == nil {
		t.Error("a flag's name in the environment is taken")
	}
	write("base_url: [")
	if _, err := loadConfig(path, nil); err == nil {
		t.Error("broken YAML is taken")
	}
	if _, err := loadConfig(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a missing file is taken")
	}
}

func TestOwnURL(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		":8420": "http://localhost:8420", "0.0.0.0:1": "http://localhost:1", "[::]:2": "http://localhost:2", "[::1]:3": "http://[::1]:3", "10.0.0.1:4": "http://10.0.0.1:4",
	} {
		if got, err := ownURL(&config{Listen: listen}); err != nil || got != want {
			t.Errorf("%s: %s %v", listen, got, err)
		}
	}
	if _, err := ownURL(&config{Listen: "nothing"}); err == nil {
		t.Error("an address without a port is taken")
	}
}

func TestMistypedSettings(t *testing.T) {
	t.Parallel()
	_, err := loadConfig("", []string{"COGNATE_SMTP_HOTS=mail.example.com"})
	var f *fixed
	if !errors.As(err, &f) || !strings.HasPrefix(f.fix, "did you mean smtp_host? ") {
		t.Errorf("%v: %+v", err, f)
	}
}

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/mail"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/outbound"
	"github.com/cognate-idp/cognate/provider/store"
)

// senders are how messages leave. In development, what has no way out goes to the
// mailbox page.
func senders(conf *config, st *store.Store, client *http.Client) (map[provider.Channel]message.Sender, error) {
	out := map[provider.Channel]message.Sender{}
	if conf.dev {
		for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
			out[by] = &message.Mailbox{Store: st}
		}
	}
	mail, err := mailer(conf)
	if err != nil {
		return nil, err
	}
	if mail != nil {
		out[provider.ByEmail] = mail
	}
	texts, err := texter(conf, st, client)
	if texts != nil {
		out[provider.BySMS] = texts
	}
	return out, err
}

// mailer hands e-mail to the mail server that is set; nil for none.
func mailer(conf *config) (message.Sender, error) {
	if conf.SMTPHost == "" {
		return nil, nil
	}
	password, err := conf.smtpPassword()
	if err != nil {
		return nil, err
	}
	s := &message.SMTP{
		Host: conf.SMTPHost, Port: conf.SMTPPort, TLS: conf.SMTPTLS, From: conf.SMTPFrom,
		Timeout: time.Duration(conf.SMTPTimeout) * time.Second, Username: conf.SMTPUsername, Password: password,
		Connections: conf.SMTPConnections,
	}
	if conf.OutboundCA != "" {
		pem, err := os.ReadFile(conf.OutboundCA)
		if err != nil {
			return nil, fix(fmt.Errorf("outbound_ca: %w", err), "name a readable PEM file")
		}
		if s.RootCAs, err = outbound.RootCAs(pem); err != nil {
			return nil, fix(fmt.Errorf("outbound_ca: %w", err), "name a PEM file with certificates")
		}
	}
	return s, nil
}

// fillInSMTP gives a mail server's settings their defaults.
func (c *config) fillInSMTP() {
	if c.SMTPHost == "" {
		return
	}
	if c.SMTPTLS == "" {
		c.SMTPTLS = message.TLSStart
	}
	if c.SMTPPort == 0 {
		c.SMTPPort = map[string]int{message.TLSImplicit: 465, message.TLSNone: 25}[c.SMTPTLS]
		if c.SMTPPort == 0 {
			c.SMTPPort = 587
		}
	}
	if c.SMTPTimeout == 0 {
		c.SMTPTimeout = 10
	}
	if c.SMTPConnections == 0 {
		c.SMTPConnections = 2
	}
}

// checkSMTP refuses a mail server that cannot work or would be unsafe.
func (c *config) checkSMTP() error {
	if c.SMTPHost == "" {
		if c.SMTPFrom != "" || c.SMTPUsername != "" || c.SMTPPassword != "" || c.SMTPPasswordFile != "" || c.SMTPTLS != "" || c.SMTPPort != 0 {
			return fix(errors.New("smtp settings without smtp_host"), "set smtp_host to the mail server's name, or leave the others out")
		}
		return nil
	}
	_, from := mail.ParseAddress(c.SMTPFrom)
	for _, k := range []struct {
		bad       bool
		what, fix string
	}{
		{!slices.Contains([]string{message.TLSImplicit, message.TLSStart, message.TLSNone}, c.SMTPTLS), "smtp_tls must be starttls, implicit or none", "leave it out for starttls"},
		{c.SMTPTLS == message.TLSNone && !loopbackHost(c.SMTPHost), "smtp_tls none would send codes in the clear", "use starttls or implicit, or a mail server on this machine"},
		{c.SMTPTLS == message.TLSNone && c.SMTPUsername != "", "smtp_tls none would send the mail server's password in the clear", "use starttls or implicit, or leave smtp_username out"},
		{c.SMTPFrom == "", "smtp_host needs smtp_from, the address that e-mail comes from", "for example smtp_from: Example <no-reply@example.com>"},
		{from != nil, "smtp_from is no e-mail address", "for example smtp_from: Example <no-reply@example.com>"},
		{c.SMTPPort < 1 || c.SMTPPort > 65535, "smtp_port is no port", "leave it out for 587, or 465 with smtp_tls implicit"},
		{c.SMTPTimeout < 1 || c.SMTPTimeout > 30, "smtp_timeout must be from 1 to 30 seconds", "leave it out for 10"},
		{c.SMTPConnections < 1 || c.SMTPConnections > 20, "smtp_connections must be from 1 to 20", "leave it out for 2"},
		{c.SMTPPassword != "" && c.SMTPPasswordFile != "", "smtp_password and smtp_password_file are both set", "keep one of them"},
		{(c.SMTPUsername == "") != (c.SMTPPassword == "" && c.SMTPPasswordFile == ""), "smtp_username and its password go together", "set smtp_password_file too, or leave smtp_username out"},
	} {
		if k.bad {
			return fix(errors.New(k.what), k.fix)
		}
	}
	_, err := c.smtpPassword()
	return err
}

func (c *config) smtpPassword() (string, error) {
	return secretFrom("smtp_password_file", c.SMTPPassword, c.SMTPPasswordFile)
}

// secretFrom is a secret setting: as it is given, or what stands in its file.
func secretFrom(setting, given, file string) (string, error) {
	if file == "" {
		return given, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fix(fmt.Errorf("%s: %w", setting, err), "name a readable file that holds the secret alone")
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

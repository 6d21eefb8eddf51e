package main

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
)

// The ways that texts leave.
const (
	smsTwilio  = "twilio"
	smsWebhook = "webhook"
)

// texter hands texts to the service that is set; nil for none.
func texter(conf *config, st *store.Store, client *http.Client) (message.Sender, error) {
	timeout := time.Duration(conf.SMSTimeout) * time.Second
	switch conf.SMSProvider {
	case smsTwilio:
		token, err := conf.smsToken()
		return &message.Twilio{URL: conf.SMSURL, Account: conf.SMSAccount, Token: token, From: conf.SMSFrom, HTTP: client, Timeout: timeout, Now: st.Now}, err
	case smsWebhook:
		secret, err := conf.smsSecret()
		return &message.Webhook{URL: conf.SMSURL, Secret: secret, HTTP: client, Timeout: timeout, Now: st.Now}, err
	}
	return nil, nil
}

func (c *config) smsToken() (string, error) {
	return secretFrom("sms_token_file", c.SMSToken, c.SMSTokenFile)
}

func (c *config) smsSecret() ([]byte, error) {
	text, err := secretFrom("sms_secret_file", c.SMSSecret, c.SMSSecretFile)
	if err != nil {
		return nil, err
	}
	secret, err := message.WebhookSecret(text)
	if err != nil {
		return nil, fix(errors.New("sms_secret: "+err.Error()), "make one with: echo whsec_$(openssl rand -base64 32)")
	}
	return secret, nil
}

// fillInSMS gives a text message service's settings their defaults.
func (c *config) fillInSMS() {
	if c.SMSProvider == smsTwilio && c.SMSURL == "" {
		c.SMSURL = "https://api.twilio.com"
	}
	if c.SMSProvider != "" && c.SMSTimeout == 0 {
		c.SMSTimeout = 10
	}
}

// checkSMS refuses a text message service that cannot work or would be unsafe.
func (c *config) checkSMS() error {
	u, err := url.Parse(c.SMSURL)
	absolute := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
	token, secret := c.SMSToken != "" || c.SMSTokenFile != "", c.SMSSecret != "" || c.SMSSecretFile != ""
	twilio, webhook := c.SMSProvider == smsTwilio, c.SMSProvider == smsWebhook
	for _, k := range []struct {
		bad       bool
		what, fix string
	}{
		{!slices.Contains([]string{"", smsTwilio, smsWebhook}, c.SMSProvider), "sms_provider must be twilio or webhook", "leave it out to send no texts"},
		{c.SMSProvider == "" && (c.SMSURL != "" || c.SMSAccount != "" || token || c.SMSFrom != "" || secret || c.SMSTimeout != 0),
			"sms settings without sms_provider", "set sms_provider to twilio or webhook, or leave the others out"},
		{c.SMSProvider != "" && !absolute, "sms_url must be an absolute https URL without a user name", "for example sms_url: https://texts.example.com/send"},
		{absolute && plainRemote(c.SMSURL), "sms_url is plain http on a host that is not loopback: codes would travel in the clear", "use https"},
		{twilio && c.SMSAccount == "", "sms_provider twilio needs sms_account", "set it to the account's id, which is the user name too"},
		{twilio && !token, "sms_provider twilio needs sms_token", "set sms_token_file to a file that holds the account's token alone"},
		{twilio && c.SMSFrom == "", "sms_provider twilio needs sms_from", "set it to a number such as +15550100, a sender's name, or a messaging service's id"},
		{twilio && secret, "sms_secret is for sms_provider webhook", "leave it out, or change sms_provider"},
		{webhook && !secret, "sms_provider webhook needs sms_secret, which its messages are signed with", "make one with: echo whsec_$(openssl rand -base64 32)"},
		{webhook && (c.SMSAccount != "" || token || c.SMSFrom != ""), "sms_account, sms_token and sms_from are for sms_provider twilio", "leave them out, or change sms_provider"},
		{c.SMSToken != "" && c.SMSTokenFile != "", "sms_token and sms_token_file are both set", "keep one of them"},
		{c.SMSSecret != "" && c.SMSSecretFile != "", "sms_secret and sms_secret_file are both set", "keep one of them"},
		{c.SMSProvider != "" && (c.SMSTimeout < 1 || c.SMSTimeout > 30), "sms_timeout must be from 1 to 30 seconds", "leave it out for 10"},
	} {
		if k.bad {
			return fix(errors.New(k.what), k.fix)
		}
	}
	if webhook {
		_, err = c.smsSecret()
	} else {
		_, err = c.smsToken()
	}
	return err
}

// hostOf is the host name of an address; empty when it has none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

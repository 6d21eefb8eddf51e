// Package oidc connects any OpenID Connect provider by discovery or by
// endpoints given one by one. It runs the code flow with state, nonce, PKCE and
// the issuer check of RFC 9207, and verifies ID tokens for whoever else holds
// one. It keeps metadata and keys in memory and nothing about a person.
package oidc

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/federation"
)

// Config names one upstream and how it knows us. Beside each field stands the name
// that a pool's ProviderDetails have for it.
type Config struct {
	Issuer       string   // oidc_issuer: exactly as the upstream writes it in iss
	ClientID     string   // client_id
	ClientSecret string   // client_secret; empty for a public client
	Scopes       []string // authorize_scopes, separated by spaces; openid is added if absent
	// UserInfoMethod is attributes_request_method: GET (default) or POST.
	UserInfoMethod string
	// Endpoints override discovery. If authorize, token and key endpoints are
	// all given, discovery is never asked.
	AuthorizeURL string // authorize_url
	TokenURL     string // token_url
	UserInfoURL  string // attributes_url
	JWKSURL      string // jwks_uri
	// AuthMethod is token_endpoint_auth_method: client_secret_basic or
	// client_secret_post; empty means what the upstream's metadata lists.
	AuthMethod string
	// Audiences are the client ids whose ID tokens VerifyToken takes; ClientID
	// alone when empty.
	Audiences []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// FromDetails reads a Config from a pool's ProviderDetails. Keys that it does
// not know are left alone, because Cognito's tools send some that only tell.
func FromDetails(d map[string]string) Config {
	return Config{
		Issuer:         d["oidc_issuer"],
		ClientID:       d["client_id"],
		ClientSecret:   d["client_secret"],
		Scopes:         strings.Fields(d["authorize_scopes"]),
		UserInfoMethod: d["attributes_request_method"],
		AuthorizeURL:   d["authorize_url"],
		TokenURL:       d["token_url"],
		UserInfoURL:    d["attributes_url"],
		JWKSURL:        d["jwks_uri"],
		AuthMethod:     d["token_endpoint_auth_method"],
	}
}

// Open checks the Config and returns its connector. It asks the network
// nothing: the upstream may be down now and up when somebody signs in. client
// must be the guarded one, because tenants choose the addresses. A Config with
// neither ClientID nor Audiences is Misconfigured.
func Open(_ context.Context, c Config, client *http.Client) (*Connector, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.UserInfoMethod == "" {
		c.UserInfoMethod = http.MethodGet
	}
	if !slices.Contains(c.Scopes, "openid") {
		c.Scopes = append([]string{"openid"}, c.Scopes...)
	}
	if len(c.Audiences) == 0 {
		c.Audiences = []string{c.ClientID}
	}
	return &Connector{config: c, http: client, metadata: &metadata{config: c, http: client}}, nil
}

// check names the field by the word that the operator wrote.
func (c *Config) check() error {
	if c.ClientID == "" && len(c.Audiences) == 0 {
		return federation.Errorf(federation.Misconfigured, "client_id is missing")
	}
	if c.Issuer == "" {
		return federation.Errorf(federation.Misconfigured, "oidc_issuer is missing")
	}
	for _, f := range []struct{ name, value string }{
		{"oidc_issuer", c.Issuer}, {"authorize_url", c.AuthorizeURL}, {"token_url", c.TokenURL},
		{"attributes_url", c.UserInfoURL}, {"jwks_uri", c.JWKSURL},
	} {
		if f.value != "" && !webURL(f.value) {
			return federation.Errorf(federation.Misconfigured, "%s is no http(s) URL", f.name)
		}
	}
	if strings.ContainsAny(c.Issuer, "?#") {
		return federation.Errorf(federation.Misconfigured, "oidc_issuer must have neither query nor fragment")
	}
	if m := c.UserInfoMethod; m != "" && m != http.MethodGet && m != http.MethodPost {
		return federation.Errorf(federation.Misconfigured, "attributes_request_method is neither GET nor POST")
	}
	if m := c.AuthMethod; m != "" && m != "client_secret_basic" && m != "client_secret_post" {
		return federation.Errorf(federation.Misconfigured, "token_endpoint_auth_method is neither client_secret_basic nor client_secret_post")
	}
	return nil
}

func webURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

package oidc

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/cognate-idp/cognate/federation"
)

// skew is how far the upstream's clock may run ahead.
const skew = 5 * time.Minute

// VerifyToken proves an ID token that was issued to one of the Config's
// Audiences (OpenID Connect Core section 3.1.3.7). There is no nonce to check:
// whoever presents the token ran the flow.
func (c *Connector) VerifyToken(ctx context.Context, raw string) (*federation.Identity, error) {
	e, err := c.metadata.get(ctx)
	if err != nil {
		return nil, err
	}
	t, err := c.verify(ctx, e, raw, c.config.Audiences)
	if err != nil {
		return nil, err
	}
	claims, err := decode(t)
	if err != nil {
		return nil, err
	}
	id := identity(t, claims)
	id.IDToken = raw
	return id, nil
}

// verify checks type, signature, issuer, life time and audience.
func (c *Connector) verify(ctx context.Context, e *endpoints, raw string, audiences []string) (*oidc.IDToken, error) {
	if err := checkType(raw); err != nil {
		return nil, err
	}
	var names []string
	for _, a := range algorithms {
		names = append(names, string(a))
	}
	keys := &checked{keySet: e.keys}
	t, err := oidc.NewVerifier(c.config.Issuer, keys, &oidc.Config{
		SkipClientIDCheck: true, SupportedSigningAlgs: names, Now: c.config.Now}).Verify(ctx, raw)
	switch {
	case keys.err != nil:
		return nil, keys.err
	case err != nil:
		return nil, federation.Errorf(federation.BadToken, "%w", err)
	}
	if t.Subject == "" || len(t.Subject) > 255 || strings.ContainsFunc(t.Subject, unicode.IsControl) {
		return nil, federation.Errorf(federation.BadToken, "sub is empty, longer than 255 bytes, or holds control characters")
	}
	if t.IssuedAt.IsZero() || t.IssuedAt.After(c.config.Now().Add(skew)) {
		return nil, federation.Errorf(federation.BadToken, "iat is missing or in the future")
	}
	return t, checkAudience(t, audiences)
}

// checked remembers why a signature failed: go-oidc flattens the error to text,
// and keys that could not be fetched are no bad token.
type checked struct {
	*keySet
	err error
}

func (c *checked) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := c.keySet.VerifySignature(ctx, raw)
	c.err = err
	return payload, err
}

// checkAudience wants a token that was made for one of ours and for nobody
// that we do not know; where azp names the party it was issued to, that must be
// ours too (OpenID Connect Core section 3.1.3.7, points 3 to 5).
func checkAudience(t *oidc.IDToken, audiences []string) error {
	var extra struct {
		AZP    string          `json:"azp"`
		Events json.RawMessage `json:"events"`
	}
	if err := t.Claims(&extra); err != nil {
		return federation.Errorf(federation.BadToken, "claims: %w", err)
	}
	ours := func(a string) bool { return a != "" && slices.Contains(audiences, a) }
	switch {
	case !slices.ContainsFunc(t.Audience, ours):
		return federation.Errorf(federation.BadToken, "the token is for another audience")
	case extra.AZP != "" && !ours(extra.AZP):
		return federation.Errorf(federation.BadToken, "the token was issued to another party (azp)")
	case len(t.Audience) > 1 && extra.AZP == "":
		return federation.Errorf(federation.BadToken, "several audiences and no azp")
	case extra.Events != nil:
		return federation.Errorf(federation.BadToken, "a logout or security event token is no ID token")
	}
	return nil
}

// checkType refuses other kinds of JWT by their typ, such as access tokens
// (at+jwt) and logout tokens (RFC 8725 section 3.11).
func checkType(raw string) error {
	head, _, _ := strings.Cut(raw, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	var h struct {
		Typ string `json:"typ"`
	}
	if err != nil || json.Unmarshal(b, &h) != nil {
		return federation.Errorf(federation.BadToken, "not a signed JWT")
	}
	if h.Typ != "" && !strings.EqualFold(h.Typ, "JWT") {
		return federation.Errorf(federation.BadToken, "typ %q is no ID token", h.Typ)
	}
	return nil
}

// decode returns all claims, with numbers as they were written.
func decode(t *oidc.IDToken) (map[string]any, error) {
	var raw json.RawMessage
	if err := t.Claims(&raw); err != nil {
		return nil, federation.Errorf(federation.BadToken, "claims: %w", err)
	}
	return object(raw)
}

func object(raw []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err != nil || out == nil {
		return nil, federation.Errorf(federation.BadToken, "claims are no JSON object")
	}
	return out, nil
}

// identity reads the claims that every caller asks for.
func identity(t *oidc.IDToken, claims map[string]any) *federation.Identity {
	id := &federation.Identity{Issuer: t.Issuer, Subject: t.Subject, Claims: claims}
	id.Email, _ = claims["email"].(string)
	// Some upstreams write the boolean as text.
	v := claims["email_verified"]
	id.EmailVerified = id.Email != "" && (v == true || v == "true")
	if n, ok := claims["auth_time"].(json.Number); ok {
		id.AuthTime, _ = n.Int64()
	}
	if list, ok := claims["amr"].([]any); ok {
		for _, m := range list {
			if s, ok := m.(string); ok {
				id.AMR = append(id.AMR, s)
			}
		}
	}
	return id
}

package oidc

import (
	"context"
	"io"
	"mime"
	"net/http"

	"golang.org/x/oauth2"

	"github.com/cognate-idp/cognate/federation"
)

// userInfo asks the userinfo endpoint by the configured method (OpenID Connect
// Core section 5.3) and returns its claims. A signed answer must carry the
// upstream's issuer and our client id.
func (c *Connector) userInfo(ctx context.Context, e *endpoints, tokens *oauth2.Token) (map[string]any, error) {
	req, err := http.NewRequestWithContext(ctx, c.config.UserInfoMethod, e.userInfo, nil)
	if err != nil {
		return nil, federation.Errorf(federation.Misconfigured, "userinfo: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+tokens.AccessToken)
	req.Header.Set("Accept", "application/json, application/jwt")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, federation.Errorf(federation.Unreachable, "userinfo: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return nil, federation.Errorf(federation.Unreachable, "userinfo: %w", err)
	case res.StatusCode >= 500:
		return nil, federation.Errorf(federation.Unreachable, "userinfo: %s", res.Status)
	case res.StatusCode != http.StatusOK:
		return nil, federation.Errorf(federation.Refused, "userinfo: %s", res.Status)
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type")); kind == "application/jwt" {
		if body, err = e.keys.VerifySignature(ctx, string(body)); err != nil {
			return nil, err
		}
		return c.signedUserInfo(body)
	}
	return object(body)
}

// signedUserInfo checks iss and aud where the answer was signed (OpenID Connect
// Core section 5.3.2): a JWT of the same keys may have been made for others.
func (c *Connector) signedUserInfo(payload []byte) (map[string]any, error) {
	claims, err := object(payload)
	if err != nil {
		return nil, err
	}
	if iss, ok := claims["iss"]; ok && iss != c.config.Issuer {
		return nil, federation.Errorf(federation.BadToken, "userinfo is signed for another issuer")
	}
	switch aud := claims["aud"].(type) {
	case nil:
	case string:
		if aud != c.config.ClientID {
			return nil, federation.Errorf(federation.BadToken, "userinfo is signed for another audience")
		}
	case []any:
		for _, a := range aud {
			if a == c.config.ClientID {
				return claims, nil
			}
		}
		return nil, federation.Errorf(federation.BadToken, "userinfo is signed for another audience")
	}
	return claims, nil
}

// merge adds to claims what userinfo told. The ID token wins where both speak,
// and a "verified" mark is taken over only beside the value that it speaks of:
// otherwise one source's verification would bless the other's address.
func merge(claims, told map[string]any) {
	for _, name := range []string{"email", "phone_number"} {
		if v, ok := claims[name]; ok && v != told[name] {
			delete(told, name+"_verified")
		}
		if _, ok := claims[name]; !ok {
			delete(claims, name+"_verified")
		}
	}
	for name, v := range told {
		if _, ok := claims[name]; !ok {
			claims[name] = v
		}
	}
}

package identitypool

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/token"
)

// Policy is what the credential's role allows, sealed for its identity.
func (c *Credential) Policy() *policy.Document { return c.policies }

// OpenPresented is OpenCredential for a credential that comes without its pool:
// it names one itself, and that pool's keys then decide whether it is one.
//
// Errors: provider.CodeUnauthorized, provider.CodeExpired.
func (s *Service) OpenPresented(ctx context.Context, compact string) (*Credential, error) {
	return s.openPresented(ctx, compact, token.UseCredential)
}

// OpenSessionToken is OpenPresented for the session token of temporary keys. It
// proves nothing until the request's signature was made with SecretKeyFor.
//
// Errors: provider.CodeUnauthorized, provider.CodeExpired.
func (s *Service) OpenSessionToken(ctx context.Context, compact string) (*Credential, error) {
	return s.openPresented(ctx, compact, token.UseSession)
}

func (s *Service) openPresented(ctx context.Context, compact string, use token.Use) (*Credential, error) {
	invalid := &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential", Message: "The credential is not valid."}
	parts := strings.Split(compact, ".")
	if len(parts) != 3 {
		return nil, invalid
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, invalid
	}
	var named struct {
		Audience string `json:"aud"`
	}
	if err := json.Unmarshal(payload, &named); err != nil || named.Audience == "" || strings.ContainsRune(named.Audience, 0) {
		return nil, invalid
	}
	c, err := s.openToken(ctx, named.Audience, compact, use)
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil, invalid.With(err)
	}
	return c, err
}

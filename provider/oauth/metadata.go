package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// Document is a JSON document that is made once and served many times.
type Document struct {
	Body []byte // shared: do not change
	ETag string // quoted, as HTTP wants it
}

// metadata are an issuer's own words about itself: OpenID Connect Discovery 1.0
// section 3 and RFC 8414 section 2 in one, since the names agree.
type metadata struct {
	Issuer                 string   `json:"issuer"`
	Authorization          string   `json:"authorization_endpoint"`
	Token                  string   `json:"token_endpoint"`
	UserInfo               string   `json:"userinfo_endpoint"`
	JWKS                   string   `json:"jwks_uri"`
	Revocation             string   `json:"revocation_endpoint"`
	Introspection          string   `json:"introspection_endpoint"`
	EndSession             string   `json:"end_session_endpoint"`
	Scopes                 []string `json:"scopes_supported"`
	ResponseTypes          []string `json:"response_types_supported"`
	ResponseModes          []string `json:"response_modes_supported"`
	GrantTypes             []string `json:"grant_types_supported"`
	SubjectTypes           []string `json:"subject_types_supported"`
	IDTokenAlgs            []string `json:"id_token_signing_alg_values_supported"`
	TokenAuth              []string `json:"token_endpoint_auth_methods_supported"`
	RevocationAuth         []string `json:"revocation_endpoint_auth_methods_supported"`
	IntrospectionAuth      []string `json:"introspection_endpoint_auth_methods_supported"`
	CodeChallenges         []string `json:"code_challenge_methods_supported"`
	Claims                 []string `json:"claims_supported"`
	Prompts                []string `json:"prompt_values_supported"`
	ClaimsParameter        bool     `json:"claims_parameter_supported"`
	RequestParameter       bool     `json:"request_parameter_supported"`
	RequestURIParameter    bool     `json:"request_uri_parameter_supported"` // defaults to true when left out
	IssuerInAuthorizeReply bool     `json:"authorization_response_iss_parameter_supported"`
}

// Metadata answers the issuer's discovery document.
func (s *Server) Metadata(ctx context.Context) (*Document, error) {
	tenant := provider.TenantFrom(ctx)
	return s.cache.documents.Get(ctx, tenant.ID(), tenant.URL, func(ctx context.Context) (*Document, error) {
		known, err := s.resources(ctx)
		if err != nil {
			return nil, err
		}
		secrets := []string{"client_secret_basic", "client_secret_post"}
		body, err := json.Marshal(metadata{
			Issuer:                 tenant.Issuer,
			Authorization:          tenant.URL + "/oauth2/authorize",
			Token:                  tenant.URL + "/oauth2/token",
			UserInfo:               tenant.URL + "/oauth2/userInfo",
			JWKS:                   tenant.URL + "/.well-known/jwks.json",
			Revocation:             tenant.URL + "/oauth2/revoke",
			Introspection:          tenant.URL + "/oauth2/introspect",
			EndSession:             tenant.URL + "/oauth2/logout",
			Scopes:                 append([]string{"openid", "profile", "email", "phone", "address", "offline_access"}, known.names...),
			ResponseTypes:          []string{"code"},
			ResponseModes:          []string{"query"},
			GrantTypes:             []string{"authorization_code", "refresh_token", "client_credentials"},
			SubjectTypes:           []string{"public"},
			IDTokenAlgs:            []string{"RS256", "ES256", "EdDSA"},
			TokenAuth:              append([]string{"none"}, secrets...),
			RevocationAuth:         append([]string{"none"}, secrets...),
			IntrospectionAuth:      secrets,
			CodeChallenges:         []string{"S256"},
			Claims:                 append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "amr", "email", "email_verified", "phone_number", "phone_number_verified", "address", "updated_at", "cognito:username", "cognito:groups", "cognito:roles", "cognito:preferred_role"}, profileAttributes()...),
			Prompts:                []string{"none", "login", "consent", "select_account"},
			IssuerInAuthorizeReply: true,
		})
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(body)
		return &Document{Body: body, ETag: `"` + hex.EncodeToString(sum[:12]) + `"`}, nil
	})
}

// JWKS answers the issuer's key set document (RFC 7517 section 5). Whoever asks a
// new pool gets the keys that will sign its first tokens.
func (s *Server) JWKS(ctx context.Context) (*Document, error) {
	keys, err := s.Keys.Signing(ctx, provider.TenantFrom(ctx).ID(), token.ES256, token.RS256)
	if err != nil {
		return nil, err
	}
	return &Document{Body: keys.JWKS(), ETag: keys.ETag()}, nil
}

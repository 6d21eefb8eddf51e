package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/token"
	"github.com/cognate-idp/cognate/web/respond"
)

// How long others may keep a document. A sealed policy never changes: its
// address names its content.
const (
	keepMetadata = "public, max-age=3600"
	keepKeys     = "public, max-age=300"
	keepPolicy   = "public, max-age=86400, immutable"
)

const grantType = "urn:ietf:params:oauth:grant-type:token-exchange"

// discovery is the pool's metadata (OpenID Connect Discovery 1.0 section 3, RFC
// 8414 section 2). There is no authorization endpoint: nobody signs in here.
func (h *Handler) discovery(w http.ResponseWriter, r *http.Request) error {
	t := provider.TenantFrom(r.Context())
	if known, ok := h.metadata.Load(t.Issuer); ok {
		return known.(respond.Document).Serve(w, r)
	}
	body, err := json.Marshal(map[string]any{
		"issuer":                                t.Issuer,
		"token_endpoint":                        t.URL + "/oauth2/token",
		"jwks_uri":                              t.URL + "/.well-known/jwks.json",
		"grant_types_supported":                 []string{grantType},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"response_types_supported":              []string{"id_token"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []token.Algorithm{token.ES256},
		"claims_supported":                      []string{"iss", "sub", "aud", "exp", "iat", "jti", "amr"},
		"authorization_details_types_supported": []string{policy.DetailType}, // RFC 9396 section 10
		"subject_token_types_supported": []string{identitypool.TokenID, identitypool.TokenAccess,
			identitypool.TokenJWT, identitypool.TokenGuest},
		"requested_token_types_supported": []string{identitypool.TokenAccess, identitypool.TokenID,
			identitypool.TokenTemporaryKeys},
	})
	if err != nil {
		return fmt.Errorf("encode metadata: %w", err)
	}
	sum := sha256.Sum256(body)
	d := respond.Document{Body: body, ETag: `"` + hex.EncodeToString(sum[:12]) + `"`, Type: "application/json", Keep: keepMetadata}
	h.metadata.Store(t.Issuer, d)
	return d.Serve(w, r)
}

// jwks is the key set document (RFC 7517 section 5).
func (h *Handler) jwks(w http.ResponseWriter, r *http.Request) error {
	set, err := h.Pools.Keys.Set(r.Context(), provider.TenantFrom(r.Context()).ID())
	if err != nil {
		return err
	}
	return respond.Document{Body: set.JWKS(), ETag: set.ETag(), Type: "application/jwk-set+json", Keep: keepKeys}.Serve(w, r)
}

// policy is a sealed policy that was too long for its credential. Whoever has
// the credential knows the hash, and nobody else can guess it.
func (h *Handler) policy(w http.ResponseWriter, r *http.Request) error {
	hash := r.PathValue("hash")
	body, err := h.Pools.SealedPolicy(r.Context(), provider.TenantFrom(r.Context()).ID(), hash)
	if err != nil {
		return err
	}
	return respond.Document{Body: body, ETag: `"` + hash + `"`, Type: "application/json", Keep: keepPolicy}.Serve(w, r)
}

package oidc

import (
	"net/http"

	"github.com/cognate-idp/cognate/provider/oauth"
	"github.com/cognate-idp/cognate/web/respond"
)

// How long others may keep a document. A verifier that meets an unknown kid reads
// the key set again anyway (OpenID Connect Core 1.0 section 10.1.1).
const (
	keepMetadata = "public, max-age=3600"
	keepKeys     = "public, max-age=300"
)

// metadata is the discovery document (OpenID Connect Discovery 1.0 section 4, RFC
// 8414 section 3).
func (h *Handler) metadata(w http.ResponseWriter, r *http.Request) error {
	document, err := h.OAuth.Metadata(r.Context())
	if err != nil {
		return err
	}
	return serve(w, r, document, keepMetadata, "application/json")
}

// jwks is the key set document (RFC 7517 section 5).
func (h *Handler) jwks(w http.ResponseWriter, r *http.Request) error {
	document, err := h.OAuth.JWKS(r.Context())
	if err != nil {
		return err
	}
	return serve(w, r, document, keepKeys, "application/jwk-set+json")
}

func serve(w http.ResponseWriter, r *http.Request, d *oauth.Document, keep, kind string) error {
	return respond.Document{Body: d.Body, ETag: d.ETag, Type: kind, Keep: keep}.Serve(w, r)
}

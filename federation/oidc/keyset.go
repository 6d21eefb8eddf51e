package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/cognate-idp/cognate/federation"
)

const (
	keysLife  = time.Hour
	keysRetry = 10 * time.Second
)

// algorithms are the signatures that an upstream may use. Symmetric ones are
// out: with them a public key, or a client secret, could forge a token.
var algorithms = [...]jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

var errNoKey = errors.New("no key of the upstream's set made this signature")

// keySet keeps an upstream's public keys. An unknown kid fetches the set anew,
// at most once in keysRetry, so that strangers with invented tokens cannot turn
// us against the upstream.
type keySet struct {
	url  string
	http *http.Client
	now  func() time.Time

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fetched time.Time // when keys came
	tried   time.Time // when they were last asked for
	failed  error
}

// VerifySignature returns the payload of a compact JWS that one of the keys
// signed. The key is chosen by kid from our set alone; a jku, jwk or x5u in the
// token's header is never looked at.
func (s *keySet) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	sig, err := jose.ParseSignedCompact(raw, algorithms[:])
	if err != nil {
		return nil, federation.Errorf(federation.BadToken, "parse: %w", err)
	}
	kid := sig.Signatures[0].Protected.KeyID
	keys, err := s.get(ctx, func(keys []jose.JSONWebKey) bool { return len(candidates(keys, kid)) > 0 })
	if err != nil {
		return nil, err
	}
	for _, k := range candidates(keys, kid) {
		if payload, err := sig.Verify(&k); err == nil {
			return payload, nil
		}
	}
	return nil, federation.Errorf(federation.BadToken, "kid %q: %w", kid, errNoKey)
}

// candidates returns the keys that may have made a signature. A token without a
// kid is tried against all of them (OpenID Connect Core section 10.1).
func candidates(keys []jose.JSONWebKey, kid string) []jose.JSONWebKey {
	if kid == "" {
		return keys
	}
	var out []jose.JSONWebKey
	for _, k := range keys {
		if k.KeyID == kid {
			out = append(out, k)
		}
	}
	return out
}

// get returns keys that are fresh and satisfy enough, fetching if needed. Old
// keys serve on while the upstream is away.
func (s *keySet) get(ctx context.Context, enough func([]jose.JSONWebKey) bool) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if len(s.keys) > 0 && now.Sub(s.fetched) < keysLife && enough(s.keys) {
		return s.keys, nil
	}
	if !s.tried.IsZero() && now.Sub(s.tried) < keysRetry {
		return s.keys, s.failed
	}
	s.tried = now
	keys, err := s.fetch(ctx)
	if err != nil {
		if s.failed = err; len(s.keys) > 0 {
			s.failed = nil
		}
		return s.keys, s.failed
	}
	s.keys, s.fetched, s.failed = keys, now, nil
	return keys, nil
}

func (s *keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodGet, s.url, nil)
	if err != nil {
		return nil, federation.Errorf(federation.Misconfigured, "jwks_uri: %w", err)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return nil, federation.Errorf(federation.Unreachable, "fetch keys: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, federation.Errorf(federation.Unreachable, "fetch keys: %s", res.Status)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, federation.Errorf(federation.Unreachable, "fetch keys: %w", err)
	}
	keys, err := parseKeys(body)
	if err != nil {
		return nil, federation.Errorf(federation.Misconfigured, "fetch keys: %w", err)
	}
	return keys, nil
}

// parseKeys reads a JWK Set (RFC 7517 section 5) and keeps its public signing
// keys. Keys of unknown kinds are passed over, as the RFC asks.
func parseKeys(body []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("JWK set: %w", err)
	}
	var out []jose.JSONWebKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) != nil || k.Use == "enc" || !k.Valid() || !k.IsPublic() {
			continue
		}
		out = append(out, k)
	}
	if len(out) == 0 {
		return nil, errors.New("the JWK set holds no public signing key")
	}
	return out, nil
}

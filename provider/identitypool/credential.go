package identitypool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/token"
)

// credentialClaims is what a credential says: an access token by RFC 9068 with
// authorization details by RFC 9396.
type credentialClaims struct {
	Issuer     string          `json:"iss"`
	Subject    string          `json:"sub"` // the identity
	Audience   string          `json:"aud"` // the identity pool
	ExpiresAt  int64           `json:"exp"`
	IssuedAt   int64           `json:"iat"`
	ID         string          `json:"jti"`
	Use        token.Use       `json:"token_use"`
	ClientID   string          `json:"client_id"`
	Scope      string          `json:"scope,omitempty"`
	Role       string          `json:"role"` // ARN
	AMR        []string        `json:"amr"`
	Details    []policy.Detail `json:"authorization_details"`
	AccessKey  string          `json:"access_key_id,omitempty"`
	KeyVersion int             `json:"access_key_version,omitempty"`
	// ValidAfter is the identity's, in microseconds, when this was issued. Whole
	// seconds of iat could not tell a credential that was ended from one that was
	// issued just after.
	ValidAfter provider.Time `json:"valid_after,omitempty"`
}

// grant is everything that goes into a credential.
type grant struct {
	pool     *openPool
	identity *provider.Identity
	proof    *Proof // nil for a guest
	role     *openRole
	clientID string
	scope    string
	keys     *TemporaryKeys // filled in, where temporary keys are asked for
}

// issued is a signed credential.
type issued struct {
	token     string
	expiresAt time.Time
	detail    policy.Detail
}

// The methods by which an identity was proved, as Cognito's amr has them.
const (
	amrGuest         = "unauthenticated"
	amrAuthenticated = "authenticated"
)

// issue seals the role for the identity and signs the credential. It lives as
// long as the pool or the role says, and never longer than what it was traded for.
func (s *Service) issue(ctx context.Context, g grant) (*issued, error) {
	now := s.Now()
	life := g.pool.Settings.CredentialLife()
	if n := g.role.SessionSeconds; n > 0 {
		life = min(time.Duration(n)*time.Second, time.Hour)
	}
	expires := now.Add(life)
	principal := policy.Principal{ID: g.identity.ID, Pool: g.pool.ID}
	c := credentialClaims{
		Issuer: s.Issuer(g.pool.ID), Subject: g.identity.ID, Audience: g.pool.ID, ID: uuid.NewString(),
		Use: token.UseCredential, ClientID: g.clientID, Scope: g.scope, Role: RoleARN(g.pool.ID, g.role.Name), AMR: []string{amrGuest},
		ValidAfter: g.identity.ValidAfter,
	}
	if g.proof != nil {
		if g.proof.ExpiresAt.Before(expires) {
			expires = g.proof.ExpiresAt
		}
		principal.Authenticated, principal.Provider = true, g.proof.Source.Name
		principal.Groups, principal.Tags = g.proof.groupNames(), g.proof.tags()
		c.AMR = []string{amrAuthenticated, g.proof.Source.Name}
	}
	c.IssuedAt, c.ExpiresAt = now.Unix(), expires.Unix()
	typ := token.TypeAccess
	if g.keys != nil {
		// A session token travels with every signed request, so it must not pass as
		// a bearer token: it has a use and a type of its own.
		typ, c.Use = token.TypeJWT, token.UseSession
		c.AccessKey, c.KeyVersion = g.keys.AccessKeyID, g.pool.keys.Current
	}
	detail, err := s.fit(ctx, g.pool, g.role.doc.Seal(principal), provider.At(expires))
	if err != nil {
		return nil, err
	}
	c.Details = []policy.Detail{detail}
	signed, err := s.sign(ctx, g.pool.ID, typ, c)
	if err != nil {
		return nil, err
	}
	return &issued{signed, time.Unix(c.ExpiresAt, 0), detail}, nil
}

// sign signs claims with the pool's own key, and makes one if there is none.
func (s *Service) sign(ctx context.Context, pool string, typ token.Type, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("encode claims: %w", err)
	}
	set, err := s.Keys.Set(ctx, pool)
	if err != nil {
		return "", err
	}
	if !set.Signs(token.ES256) {
		if err := s.Keys.Ensure(ctx, pool, token.ES256); err != nil {
			return "", err
		}
		if set, err = s.Keys.Set(ctx, pool); err != nil {
			return "", err
		}
	}
	return set.Sign(token.ES256, typ, payload)
}

// A Credential is a verified credential: what an identity may do, and until when.
type Credential struct {
	PoolID      string
	IdentityID  string
	Role        string // ARN
	Guest       bool
	ExpiresAt   time.Time
	AccessKeyID string        // of a session token that goes with temporary keys; else empty
	ValidAfter  provider.Time // the identity's when the credential was issued

	keyVersion int
	policies   *policy.Document
}

// OpenCredential verifies a bearer credential of a pool: signature, issuer,
// audience, kind and life time, in memory. Whether its identity still stands is
// for Standing to say.
//
// Errors: provider.CodeUnauthorized, provider.CodeExpired, and
// provider.ErrIdentityPoolNotFound.
func (s *Service) OpenCredential(ctx context.Context, pool, compact string) (*Credential, error) {
	return s.openToken(ctx, pool, compact, token.UseCredential)
}

func (s *Service) openToken(ctx context.Context, pool, compact string, use token.Use) (*Credential, error) {
	if _, err := s.open(ctx, pool); err != nil {
		return nil, err
	}
	set, err := s.Keys.Set(ctx, pool)
	if err != nil {
		return nil, err
	}
	verified, err := set.Verify(compact, token.Expect{Issuer: s.Issuer(pool), Use: use, Audience: pool, Now: s.Now()})
	switch {
	case errors.Is(err, token.ErrExpired):
		return nil, &provider.Error{Code: provider.CodeExpired, Kind: "credential", Message: "The credential has expired.", Cause: err}
	case err != nil:
		return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential", Message: "The credential is not valid.", Cause: err}
	}
	var c credentialClaims
	if err := json.Unmarshal(verified.Raw, &c); err != nil || len(c.Details) != 1 || len(c.AMR) == 0 {
		return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential", Message: "The credential is not valid.", Cause: err}
	}
	doc, err := s.unseal(ctx, pool, c.Details[0])
	if err != nil {
		return nil, err
	}
	return &Credential{
		PoolID: pool, IdentityID: c.Subject, Role: c.Role, Guest: c.AMR[0] == amrGuest,
		ExpiresAt:   verified.ExpiresAt.Time(),
		AccessKeyID: c.AccessKey, ValidAfter: c.ValidAfter, keyVersion: c.KeyVersion, policies: doc,
	}, nil
}

// Standing reads whether a credential's identity is still there, was not merged
// away, and has not ended its credentials since.
//
// Errors: provider.CodeUnauthorized where it does not stand.
func (s *Service) Standing(ctx context.Context, c *Credential) error {
	err := s.Store.IdentityPool(c.PoolID).CheckIdentity(ctx, c.IdentityID, c.ValidAfter)
	if code := provider.CodeOf(err); code == provider.CodeNotFound || code == provider.CodeUnauthorized {
		return &provider.Error{Code: provider.CodeUnauthorized, Kind: "credential", Message: "The credential is no longer accepted. Get a new one.", Cause: err}
	}
	return err
}

// AllowsDataset decides by the sealed policy whether the credential's identity
// may do action (policy.ReadDataset and so on) on a dataset of its own, now and
// from an address.
func (c *Credential) AllowsDataset(action, dataset string, at time.Time, from netip.Addr) bool {
	return c.policies.AllowsDataset(c.IdentityID, action, dataset, at, from)
}

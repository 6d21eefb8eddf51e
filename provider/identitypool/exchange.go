package identitypool

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/provider/token"
)

// The token types that an exchange takes and gives (RFC 8693 section 3), and two
// of our own.
const (
	TokenAccess = "urn:ietf:params:oauth:token-type:access_token"
	TokenID     = "urn:ietf:params:oauth:token-type:id_token"
	TokenJWT    = "urn:ietf:params:oauth:token-type:jwt"

	// TokenGuest is the subject token type of a guest: no subject token for a new
	// one, the guest handle for one who comes again.
	TokenGuest = "urn:cognate:params:oauth:token-type:guest"
	// TokenTemporaryKeys asks for keys that sign requests by AWS Signature
	// Version 4.
	TokenTemporaryKeys = "urn:cognate:params:oauth:token-type:aws-credentials"
)

// identityTokenLife is how long an OpenID token of an identity lives, as
// Cognito's does.
const identityTokenLife = 10 * time.Minute

// ExchangeRequest is a token exchange (RFC 8693 section 2.1) at an identity pool.
type ExchangeRequest struct {
	SubjectToken     string
	SubjectTokenType string
	RequestedType    string   // TokenAccess where empty
	GuestHandle      string   // of the guest who signs in now
	ClientID         string   // if sent, must be whom the subject token was issued to
	Scopes           []string // each granted only if the subject token has it
	Audiences        []string // the identity pool's id or issuer, or nothing
	Resources        []string // the ARN of a role asked for, or the identity pool's issuer
}

// Exchanged is the answer to an exchange.
type Exchanged struct {
	Token       string
	IssuedType  string
	ExpiresAt   time.Time
	Scope       string // what was granted; may be less than asked
	IdentityID  string
	Role        *Choice         // not with an OpenID token, which carries none
	Details     []policy.Detail // the sealed policy
	GuestHandle string          // of a new guest
	Keys        *TemporaryKeys  // with TokenTemporaryKeys
}

// Exchange trades a token, or nothing for a guest, for a credential. A known
// identity costs two reads, one for the grant behind the token and one for the
// login, and no write; one more read just after its credentials were ended.
//
// Errors: provider.CodeUnauthorized for a bad subject token, provider.CodeInvalid
// naming the parameter (audience, resource, scope, ...), provider.CodeForbidden
// where no role or no guest is to be had, and those of identities: CodeConflict,
// CodeLimit, CodeThrottled.
func (s *Service) Exchange(ctx context.Context, pool string, r ExchangeRequest) (*Exchanged, error) {
	began := s.Now()
	p, err := s.open(ctx, pool)
	if err != nil {
		return nil, err
	}
	wanted, err := s.target(p, r)
	if err != nil {
		return nil, err
	}
	proof, claimed, err := s.present(ctx, p, r)
	if err != nil {
		return nil, err
	}
	// The role comes before the identity: whoever gets none leaves no row behind.
	var role *openRole
	var choice Choice
	if r.RequestedType != TokenID {
		if role, choice, err = s.role(ctx, p, proof, wanted); err != nil {
			return nil, err
		}
	}
	who, err := s.resolve(ctx, p, claimed, proofs(proof))
	if err != nil {
		return nil, err
	}
	if endedLately(who, began) {
		if _, _, err := s.present(ctx, p, r); err != nil {
			return nil, err
		}
	}
	out := &Exchanged{IdentityID: who.ID}
	if proof == nil && claimed == "" {
		out.GuestHandle = guestHandle(p.keys, p.ID, who.ID)
	}
	if r.RequestedType == TokenID {
		out.Token, out.ExpiresAt, err = s.identityToken(ctx, p, who, proof)
		out.IssuedType = TokenID
		return out, err
	}
	g := grant{pool: p, identity: who, proof: proof, role: role, clientID: p.ID}
	if proof != nil {
		g.clientID = proof.ClientID
		g.scope = strings.Join(within(r.Scopes, proof.Scopes), " ")
	}
	if r.RequestedType == TokenTemporaryKeys {
		g.keys = newKeys(p)
	}
	credential, err := s.issue(ctx, g)
	if err != nil {
		return nil, err
	}
	out.Token, out.ExpiresAt, out.Scope = credential.token, credential.expiresAt, g.scope
	out.IssuedType, out.Role, out.Details = TokenAccess, &choice, []policy.Detail{credential.detail}
	if g.keys != nil {
		g.keys.SessionToken, g.keys.ExpiresAt = credential.token, credential.expiresAt
		out.IssuedType, out.Keys = TokenTemporaryKeys, g.keys
	}
	return out, nil
}

// target checks what the exchange is for, and answers the role asked for.
func (s *Service) target(p *openPool, r ExchangeRequest) (role string, err error) {
	for _, a := range r.Audiences {
		if a != p.ID && a != s.Issuer(p.ID) {
			return "", provider.Invalid("audience", "The audience %q is not this identity pool.", a)
		}
	}
	for _, resource := range r.Resources {
		_, isRole := RoleName(p.ID, resource)
		switch {
		case resource == s.Issuer(p.ID):
		case isRole && (role == "" || role == resource):
			role = resource
		case isRole:
			return "", provider.Invalid("resource", "Ask for one role, not for two.")
		default:
			return "", provider.Invalid("resource", "The resource %q is neither this identity pool nor a role of it.", resource)
		}
	}
	switch r.RequestedType {
	case "", TokenAccess, TokenID, TokenTemporaryKeys:
		return role, nil
	default:
		return "", provider.Invalid("requested_token_type", "The requested_token_type is %s, %s or %s.", TokenAccess, TokenID, TokenTemporaryKeys)
	}
}

// present verifies what the requester brings: a proof, or nothing, and the guest
// that they are as well.
func (s *Service) present(ctx context.Context, p *openPool, r ExchangeRequest) (proof *Proof, claimed string, err error) {
	handle := r.GuestHandle
	switch r.SubjectTokenType {
	case TokenGuest:
		if handle != "" {
			return nil, "", provider.Invalid("guest_handle", "A guest's handle is its subject_token; guest_handle goes with a sign-in's token.")
		}
		handle = r.SubjectToken
	case TokenAccess, TokenID, TokenJWT:
		if r.SubjectToken == "" {
			return nil, "", provider.Invalid("subject_token", "The subject_token is missing.")
		}
		if proof, err = s.verify(ctx, p, r.SubjectToken, r.SubjectTokenType); err != nil {
			return nil, "", err
		}
		if r.ClientID != "" && r.ClientID != proof.ClientID {
			return nil, "", provider.Invalid("client_id", "The subject token was issued to another client.")
		}
	case "":
		return nil, "", provider.Invalid("subject_token_type", "The subject_token_type is missing.")
	default:
		return nil, "", provider.Invalid("subject_token_type", "The subject_token_type is %s, %s, %s or %s.", TokenAccess, TokenID, TokenJWT, TokenGuest)
	}
	if handle == "" {
		return proof, "", nil
	}
	claimed, bad := openGuestHandle(p.keys, p.ID, handle)
	if bad != nil {
		return nil, "", bad
	}
	return proof, claimed, nil
}

// role chooses a role and opens it.
func (s *Service) role(ctx context.Context, p *openPool, proof *Proof, wanted string) (*openRole, Choice, error) {
	choice, err := choose(p.IdentityPool, proof, wanted)
	if err != nil {
		return nil, choice, err
	}
	role, err := s.openRole(ctx, p.ID, choice.Name)
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil, choice, noRole("The role %q, which would be yours, does not exist.", choice.Name).With(err)
	}
	return role, choice, err
}

func proofs(proof *Proof) []*Proof {
	if proof == nil {
		return nil
	}
	return []*Proof{proof}
}

// within is what of wanted is also in had.
func within(wanted, had []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(s string) bool { return !slices.Contains(had, s) })
}

// identityToken signs an identity's OpenID token: sub is the identity, aud the
// pool, amr how it was proved, in Cognito's form.
func (s *Service) identityToken(ctx context.Context, p *openPool, who *provider.Identity, proof *Proof) (string, time.Time, error) {
	now := s.Now()
	expires, amr := now.Add(identityTokenLife), []string{amrGuest}
	if proof != nil {
		if proof.ExpiresAt.Before(expires) {
			expires = proof.ExpiresAt
		}
		name := proof.Source.Name
		amr = []string{amrAuthenticated, name, name + ":" + p.ID + ":" + proof.Subject}
	}
	signed, err := s.sign(ctx, p.ID, token.TypeJWT, struct {
		Issuer    string    `json:"iss"`
		Subject   string    `json:"sub"`
		Audience  string    `json:"aud"`
		ExpiresAt int64     `json:"exp"`
		IssuedAt  int64     `json:"iat"`
		ID        string    `json:"jti"`
		Use       token.Use `json:"token_use"`
		AMR       []string  `json:"amr"`
	}{s.Issuer(p.ID), who.ID, p.ID, expires.Unix(), now.Unix(), uuid.NewString(), token.UseIdentity, amr})
	return signed, time.Unix(expires.Unix(), 0), err
}

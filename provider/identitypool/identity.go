package identitypool

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// maxPresented is how many logins one request brings at most, as in Cognito.
const maxPresented = 10

// ID answers the identity of whoever brings these logins, tokens by provider
// name, and makes one where there is none: a guest without logins. It is
// Cognito's GetId.
//
// Errors: those of Exchange.
func (s *Service) ID(ctx context.Context, pool string, logins map[string]string) (string, error) {
	p, err := s.open(ctx, pool)
	if err != nil {
		return "", err
	}
	brought, err := s.verifyLogins(ctx, p, logins)
	if err != nil {
		return "", err
	}
	who, err := s.resolve(ctx, p, "", brought)
	if err != nil {
		return "", err
	}
	return who.ID, nil
}

// CredentialsFor answers temporary keys for an identity, and links the logins to
// it that are not linked yet. The identity that they are for may be another: the
// one that the logins belonged to already. customRole, if not empty, is the ARN
// of the role asked for. It is Cognito's GetCredentialsForIdentity.
//
// Errors: those of Exchange, provider.ErrIdentityNotFound.
func (s *Service) CredentialsFor(ctx context.Context, identity string, logins map[string]string, customRole string) (id string, keys *TemporaryKeys, err error) {
	began := s.Now()
	p, brought, err := s.recognise(ctx, identity, logins)
	if err != nil {
		return "", nil, err
	}
	g := grant{pool: p, clientID: p.ID}
	if len(brought) > 0 {
		g.proof = brought[0]
		g.clientID = g.proof.ClientID
	}
	if g.role, _, err = s.role(ctx, p, g.proof, customRole); err != nil {
		return "", nil, err
	}
	if g.identity, err = s.resolve(ctx, p, identity, brought); err != nil {
		return "", nil, err
	}
	if endedLately(g.identity, began) {
		if _, err := s.verifyLogins(ctx, p, logins); err != nil {
			return "", nil, err
		}
	}
	g.keys = newKeys(p)
	credential, err := s.issue(ctx, g)
	if err != nil {
		return "", nil, err
	}
	g.keys.SessionToken, g.keys.ExpiresAt = credential.token, credential.expiresAt
	return g.identity.ID, g.keys, nil
}

// OpenIDTokenFor answers an OpenID token for an identity, and links logins as
// CredentialsFor does. It is Cognito's GetOpenIdToken.
//
// Errors: those of Exchange, provider.ErrIdentityNotFound.
func (s *Service) OpenIDTokenFor(ctx context.Context, identity string, logins map[string]string) (id, token string, err error) {
	p, brought, err := s.recognise(ctx, identity, logins)
	if err != nil {
		return "", "", err
	}
	who, err := s.resolve(ctx, p, identity, brought)
	if err != nil {
		return "", "", err
	}
	var proof *Proof
	if len(brought) > 0 {
		proof = brought[0]
	}
	token, _, err = s.identityToken(ctx, p, who, proof)
	return who.ID, token, err
}

// recognise finds an identity's pool and verifies the logins that come with it.
func (s *Service) recognise(ctx context.Context, identity string, logins map[string]string) (*openPool, []*Proof, error) {
	who, err := s.Store.All().Identity(ctx, identity)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.open(ctx, who.PoolID)
	if err != nil {
		return nil, nil, err
	}
	brought, err := s.verifyLogins(ctx, p, logins)
	return p, brought, err
}

// verifyLogins proves each login, in the order of the providers' names.
func (s *Service) verifyLogins(ctx context.Context, p *openPool, logins map[string]string) ([]*Proof, error) {
	if len(logins) > maxPresented {
		return nil, provider.Invalid("Logins", "At most %d logins can be brought at once.", maxPresented)
	}
	var out []*Proof
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		proof, err := s.verify(ctx, p, logins[name], TokenJWT)
		if err != nil {
			return nil, err
		}
		if !named(proof.Source, name) {
			return nil, badToken("The token is not one of the provider %q.", name)
		}
		out = append(out, proof)
	}
	return out, nil
}

// Described is an identity with its logins.
type Described struct {
	provider.Identity
	Logins []provider.IdentityLogin
}

// Describe reads an identity, of whichever pool, with its logins.
//
// Errors: provider.ErrIdentityNotFound.
func (s *Service) Describe(ctx context.Context, identity string) (*Described, error) {
	who, err := s.Store.All().Identity(ctx, identity)
	if err != nil {
		return nil, err
	}
	logins, err := s.Store.IdentityPool(who.PoolID).LoginsOf(ctx, identity)
	return &Described{*who, logins}, err
}

// Identities lists a pool's identities by id: at most limit that come behind
// after.
func (s *Service) Identities(ctx context.Context, pool, after string, limit int) ([]provider.Identity, error) {
	return s.Store.IdentityPool(pool).Identities(ctx, after, limit)
}

// Delete removes identities, of whichever pool, with their logins and datasets,
// and answers those that were not there.
func (s *Service) Delete(ctx context.Context, identities []string) (unknown []string, err error) {
	for _, id := range identities {
		who, err := s.Store.All().Identity(ctx, id)
		if errors.Is(err, provider.ErrIdentityNotFound) {
			unknown = append(unknown, id)
			continue
		}
		if err != nil {
			return unknown, err
		}
		err = s.Store.Tx(ctx, func(ctx context.Context) error {
			if _, err := s.Store.IdentityPool(who.PoolID).DeleteIdentities(ctx, []string{id}); err != nil {
				return err
			}
			return s.Audit.Record(ctx, who.PoolID, "identity.delete", audit.Success, "identity/"+id, nil)
		})
		if err != nil {
			return unknown, err
		}
	}
	return unknown, nil
}

// Unlink takes logins off an identity; each is proved by its token once more. The
// last one takes identity and datasets with it. It is Cognito's UnlinkIdentity.
//
// Errors: provider.ErrIdentityNotFound, provider.CodeUnauthorized.
func (s *Service) Unlink(ctx context.Context, identity string, logins map[string]string) error {
	p, brought, err := s.recognise(ctx, identity, logins)
	if err != nil {
		return err
	}
	if len(brought) == 0 {
		return provider.Invalid("Logins", "Name the logins to unlink, each with its token.")
	}
	var hashes [][]byte
	for _, proof := range brought {
		hashes = append(hashes, p.keys.hashes(proof)...)
	}
	return s.unlink(ctx, p, identity, hashes)
}

// unlink removes logins, and the identity with the last one.
func (s *Service) unlink(ctx context.Context, p *openPool, identity string, hashes [][]byte) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		remaining, err := s.Store.IdentityPool(p.ID).Unlink(ctx, identity, hashes)
		if err != nil {
			return err
		}
		if remaining == 0 {
			if _, err := s.Store.IdentityPool(p.ID).DeleteIdentities(ctx, []string{identity}); err != nil {
				return err
			}
		}
		return s.record(ctx, p, "identity.unlink", identity, nil)
	})
}

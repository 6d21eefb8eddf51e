package identitypool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/store"
)

// maxLogins is how many logins one identity has at most.
const maxLogins = 20

// errRaced says that another request changed the same logins or identity first.
var errRaced = errors.New("the identity changed meanwhile")

// resolve finds the identity of whoever brings these proofs, and makes, links or
// merges one where needed. claimed, if not empty, is an identity that they hold
// as well. A guest keeps its id when it signs in first, and merges into the
// identity that the login has already; two identities that both have logins are
// never joined.
//
// An identity that is known and stays as it is costs one read.
//
// Errors: provider.CodeConflict for proofs of two identities, provider.CodeLimit
// for too many logins, provider.ErrIdentityNotFound, provider.CodeForbidden or
// provider.CodeThrottled for a new guest, provider.CodeUnauthorized where an
// identity needs a login and none is brought.
func (s *Service) resolve(ctx context.Context, p *openPool, claimed string, proofs []*Proof) (*provider.Identity, error) {
	for range 5 {
		who, err := s.tryResolve(ctx, p, claimed, proofs)
		if !errors.Is(err, errRaced) {
			return who, err
		}
	}
	return nil, provider.ErrUnavailable.With(errRaced)
}

func (s *Service) tryResolve(ctx context.Context, p *openPool, claimed string, proofs []*Proof) (*provider.Identity, error) {
	pool := s.Store.IdentityPool(p.ID)
	if len(proofs) == 0 {
		return s.resolveGuest(ctx, p, claimed)
	}
	owner, missing, err := s.owner(ctx, p, proofs)
	if err != nil {
		return nil, err
	}
	if owner != nil && (claimed == "" || claimed == owner.ID) {
		return owner, s.link(ctx, p, owner, missing)
	}
	if claimed == "" {
		return s.newLinked(ctx, p, missing)
	}
	held, err := pool.Identity(ctx, claimed)
	if err != nil {
		return nil, err
	}
	switch {
	case held.State == provider.IdentityGuest && owner == nil:
		return held, s.link(ctx, p, held, missing)
	case held.State == provider.IdentityGuest:
		return owner, s.merge(ctx, p, held, owner, missing)
	case held.State == provider.IdentityMerged && owner != nil && held.MergedInto == owner.ID:
		return owner, s.link(ctx, p, owner, missing)
	default:
		return nil, conflict("The identity that you hold is somebody else's. Leave it out to get your own.")
	}
}

func conflict(message string) *provider.Error {
	return &provider.Error{Code: provider.CodeConflict, Kind: "identity", Message: message}
}

// resolveGuest makes a guest, or finds the one that is claimed.
func (s *Service) resolveGuest(ctx context.Context, p *openPool, claimed string) (*provider.Identity, error) {
	if claimed == "" {
		return s.newGuest(ctx, p)
	}
	held, err := s.Store.IdentityPool(p.ID).Identity(ctx, claimed)
	switch {
	case err != nil:
		return nil, err
	case !p.Settings.AllowGuests:
		return nil, guestsOff()
	case held.State != provider.IdentityGuest:
		return nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "identity", Field: "subject_token",
			Message: "This guest has signed in since. Bring the sign-in's token."}
	}
	return held, nil
}

// owner finds the one identity that the proofs' logins belong to, if any does,
// and the proofs that belong to none. It rehashes logins under an older key.
func (s *Service) owner(ctx context.Context, p *openPool, proofs []*Proof) (owner *provider.Identity, missing []*Proof, err error) {
	var hashes [][]byte
	for _, proof := range proofs {
		hashes = append(hashes, p.keys.hashes(proof)...)
	}
	logins, err := s.Store.IdentityPool(p.ID).Logins(ctx, hashes)
	if err != nil {
		return nil, nil, err
	}
	for _, proof := range proofs {
		i := slices.IndexFunc(logins, func(l store.OwnedLogin) bool {
			return slices.ContainsFunc(p.keys.hashes(proof), func(h []byte) bool { return slices.Equal(h, l.Login.SubjectHash) })
		})
		if i < 0 {
			missing = append(missing, proof)
			continue
		}
		if owner != nil && owner.ID != logins[i].Owner.ID {
			return nil, nil, conflict("The tokens belong to two identities, which are not joined.")
		}
		owner = &logins[i].Owner
		if logins[i].Login.HashVersion < p.keys.Current {
			err := s.Store.IdentityPool(p.ID).RehashLogin(ctx, logins[i].Login.SubjectHash, p.keys.hash(proof), p.keys.Current)
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return owner, missing, nil
}

// newLinked makes an identity with its first logins.
func (s *Service) newLinked(ctx context.Context, p *openPool, proofs []*Proof) (*provider.Identity, error) {
	who := newIdentity(p, provider.IdentityLinked)
	err := s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.Store.IdentityPool(p.ID).CreateIdentity(ctx, who); err != nil {
			return err
		}
		if err := s.addLogins(ctx, p, who.ID, proofs); err != nil {
			return err
		}
		return s.record(ctx, p, "identity.create", who.ID, map[string]string{"state": string(who.State)})
	})
	return who, err
}

// link adds logins to an identity, which stops being a guest by that.
func (s *Service) link(ctx context.Context, p *openPool, who *provider.Identity, proofs []*Proof) error {
	if len(proofs) == 0 {
		return nil
	}
	return s.Store.Tx(ctx, func(ctx context.Context) error { return s.linkIn(ctx, p, who, proofs) })
}

func (s *Service) linkIn(ctx context.Context, p *openPool, who *provider.Identity, proofs []*Proof) error {
	if len(proofs) == 0 {
		return nil
	}
	pool := s.Store.IdentityPool(p.ID)
	// Writing the row first holds it, so that two links at once cannot both find
	// room below the limit. It must still be in the state that it was judged by: a
	// guest who was somebody else's a moment ago is nobody's to take.
	changed, err := pool.ChangeIdentity(ctx, who.ID, []provider.IdentityState{who.State}, provider.IdentityLinked, "")
	if err != nil || !changed {
		return orRaced(err)
	}
	logins, err := pool.LoginsOf(ctx, who.ID)
	if err != nil {
		return err
	}
	if len(logins)+len(proofs) > maxLogins {
		return &provider.Error{Code: provider.CodeLimit, Kind: "identity", Message: fmt.Sprintf("An identity has at most %d logins.", maxLogins)}
	}
	if err := s.addLogins(ctx, p, who.ID, proofs); err != nil {
		return err
	}
	return s.record(ctx, p, "identity.link", who.ID, map[string]string{"provider": proofs[0].Source.Name})
}

// merge gives up a guest for the identity that the login had already, and
// carries the guest's datasets over.
func (s *Service) merge(ctx context.Context, p *openPool, guest, into *provider.Identity, missing []*Proof) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		from := []provider.IdentityState{provider.IdentityGuest}
		changed, err := s.Store.IdentityPool(p.ID).ChangeIdentity(ctx, guest.ID, from, provider.IdentityMerged, into.ID)
		if err != nil || !changed {
			return orRaced(err)
		}
		if err := s.MergeDatasets(ctx, p.ID, guest.ID, into.ID); err != nil {
			return fmt.Errorf("merge datasets of %s: %w", guest.ID, err)
		}
		if err := s.linkIn(ctx, p, into, missing); err != nil {
			return err
		}
		return s.record(ctx, p, "identity.merge", guest.ID, map[string]string{"into": into.ID})
	})
}

func (s *Service) addLogins(ctx context.Context, p *openPool, identity string, proofs []*Proof) error {
	for _, proof := range proofs {
		added, err := s.Store.IdentityPool(p.ID).AddLogin(ctx, &provider.IdentityLogin{
			SubjectHash: p.keys.hash(proof), Provider: proof.Source.Name, IdentityID: identity, HashVersion: p.keys.Current,
		})
		if err != nil || !added {
			return orRaced(err)
		}
	}
	return nil
}

func (s *Service) record(ctx context.Context, p *openPool, action, identity string, detail map[string]string) error {
	return s.Audit.Record(ctx, p.ID, action, audit.Success, "identity/"+identity, detail)
}

func orRaced(err error) error {
	if err != nil {
		return err
	}
	return errRaced
}

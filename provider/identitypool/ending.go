package identitypool

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
)

const (
	// longestLife bounds every credential's life; see issue.
	longestLife = time.Hour
	// settling is longer than any transaction takes and clocks differ.
	settling = time.Minute
	// poolBatch is how many identity pools are read at once.
	poolBatch = 100
)

// EndCredentials ends the credentials of every identity that a user of one of our
// own user pools is linked to, in the transaction that ctx carries. Whoever asks
// us about a credential learns it at once; who only checks signatures, when it
// expires. The next exchange gives a credential that stands.
func (s *Service) EndCredentials(ctx context.Context, userPool, user string) error {
	changed := s.Store.Now().Add(-longestLife - settling)
	concerned := func(p *provider.IdentityPool) bool {
		// A pool that trusted the user pool lately may have credentials of it yet.
		return !p.UpdatedAt.Before(changed) || slices.ContainsFunc(p.Settings.Providers, func(src provider.IdentitySource) bool {
			return src.Kind == KindPool && src.PoolID == userPool
		})
	}
	return s.eachLogin(ctx, userPool, user, concerned, func(p *openPool, l store.OwnedLogin) error {
		return s.end(ctx, p, l.Owner.ID)
	})
}

// Forget takes a user of one of our own user pools off every identity, in the
// transaction that ctx carries. An identity goes with its last login, and its
// datasets with it; if it has others, its credentials end.
func (s *Service) Forget(ctx context.Context, userPool, user string) error {
	all := func(*provider.IdentityPool) bool { return true }
	return s.eachLogin(ctx, userPool, user, all, func(p *openPool, l store.OwnedLogin) error {
		if err := s.end(ctx, p, l.Owner.ID); err != nil {
			return err
		}
		return s.unlink(ctx, p, l.Owner.ID, [][]byte{l.Login.SubjectHash})
	})
}

// eachLogin calls f for each login that a user of a user pool has in the identity
// pools that are concerned, in the order of the pools' ids.
func (s *Service) eachLogin(ctx context.Context, userPool, user string, concerned func(*provider.IdentityPool) bool, f func(*openPool, store.OwnedLogin) error) error {
	who := &Proof{Source: &provider.IdentitySource{Kind: KindPool, PoolID: userPool}, Subject: user, realm: userPool}
	for after := ""; ; {
		pools, err := s.Store.All().IdentityPools(ctx, after, poolBatch)
		if err != nil {
			return err
		}
		for i := range pools {
			after = pools[i].ID
			if !concerned(&pools[i]) {
				continue
			}
			if err := s.eachLoginIn(ctx, &pools[i], who, f); err != nil {
				return fmt.Errorf("a user's logins in %s: %w", after, err)
			}
		}
		if len(pools) < poolBatch {
			return nil
		}
	}
}

func (s *Service) eachLoginIn(ctx context.Context, row *provider.IdentityPool, who *Proof, f func(*openPool, store.OwnedLogin) error) error {
	keys, err := s.openKeys(row)
	if err != nil {
		return err
	}
	logins, err := s.Store.IdentityPool(row.ID).Logins(ctx, keys.hashes(who))
	if err != nil {
		return err
	}
	for _, l := range logins {
		if err := f(&openPool{row, keys}, l); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) end(ctx context.Context, p *openPool, identity string) error {
	if err := s.Store.IdentityPool(p.ID).EndCredentials(ctx, identity); err != nil {
		return err
	}
	if s.Ended != nil {
		s.Store.AfterCommit(ctx, func() { s.Ended(p.ID, identity) })
	}
	return s.record(ctx, p, "identity.end_credentials", identity, nil)
}

// endedLately says whether an identity's credentials were ended about when an
// exchange began. Then the end may have come between the reading of the grant and
// of the identity, and the proof has to be verified again: only a grant that was
// seen to stand after the identity was read may be issued under its ValidAfter.
func endedLately(who *provider.Identity, began time.Time) bool {
	return provider.At(began.Add(-settling)).Before(who.ValidAfter)
}

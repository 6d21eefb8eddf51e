package identitypool_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// end is what the directory does when a user is signed out everywhere.
func (w *world) end(p person) error {
	return w.Store.Tx(w.Context(), func(ctx context.Context) error {
		return errors.Join(w.EndCredentials(ctx, userPoolID, p.id), w.Store.Pool(userPoolID).EndUserSessions(ctx, p.id, "test"))
	})
}

// again is the same user, signed in once more.
func (w *world) again(p person) person {
	w.Helper()
	p.grant += "-again"
	w.must(w.Store.Pool(userPoolID).CreateGrant(w.Context(), &provider.Grant{ID: p.grant, UserID: p.id, ClientID: clientID,
		AuthTime: w.Store.Now(), CreatedAt: w.Store.Now(), ExpiresAt: w.Store.Now().Add(time.Hour)}))
	return p
}

// stands says whether a credential is taken where identities are looked up.
func (w *world) stands(compact string) bool {
	w.Helper()
	c, err := w.OpenCredential(w.Context(), w.pool, compact)
	w.must(err)
	err = w.Standing(w.Context(), c)
	if err != nil && provider.CodeOf(err) != provider.CodeUnauthorized {
		w.Fatal(err)
	}
	return err == nil
}

// The clock of the service stands still here: every credential has one iat, and
// neither the old ones live nor the new ones die by it.
func TestEndedCredentials(t *testing.T) {
	each(t, func(w *world) {
		var told atomic.Value
		w.Ended = func(pool, identity string) { told.Store(pool + " " + identity) }
		alice, bob := w.person(), w.person()
		others := w.trade(signedIn(w.idToken(bob, nil)))
		var old []string
		for range 3 {
			out := w.trade(signedIn(w.idToken(alice, nil)))
			old = append(old, out.Token)
			if !w.stands(out.Token) {
				w.Fatal("a new credential does not stand")
			}
			w.must(w.end(alice))
			if got := told.Load(); got != w.pool+" "+out.IdentityID {
				w.Errorf("told of %v", got)
			}
			for i, compact := range old {
				if w.stands(compact) {
					w.Errorf("credential %d stands after end %d", i, len(old))
				}
			}
			w.refused(signedIn(w.idToken(alice, nil)), provider.CodeUnauthorized)
			alice = w.again(alice)
		}
		if !w.stands(others.Token) {
			w.Error("somebody else's credential ended too")
		}
		// Nothing was ended that was not committed.
		fault := errors.New("undone")
		last := w.trade(signedIn(w.idToken(alice, nil)))
		err := w.Store.Tx(w.Context(), func(ctx context.Context) error {
			return errors.Join(w.EndCredentials(ctx, userPoolID, alice.id), fault)
		})
		if !errors.Is(err, fault) || !w.stands(last.Token) {
			w.Errorf("after a rollback: %v", err)
		}
		// A pool that no longer trusts the user pool has its credentials still.
		_, err = w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error {
			p.Settings.Providers = nil
			return nil
		})
		w.must(err)
		w.must(w.end(alice))
		if w.stands(last.Token) {
			w.Error("a credential stands in a pool that trusted the user pool a moment ago")
		}
	})
}

// The end may come while an exchange is under way: after the grant was read and
// before the identity is.
func TestEndDuringExchange(t *testing.T) {
	each(t, func(w *world) {
		alice := w.person()
		w.trade(signedIn(w.idToken(alice, nil)))
		var once atomic.Bool
		stop := w.Store.Watch(func(s store.Statement) {
			if strings.Contains(s.SQL, "revoked_tokens") && once.CompareAndSwap(false, true) {
				if err := w.end(alice); err != nil {
					w.Error(err)
				}
			}
		})
		defer stop()
		w.refused(signedIn(w.idToken(alice, nil)), provider.CodeUnauthorized)
		if !once.Load() {
			w.Fatal("the grant was not read")
		}
		stop()
		alice = w.again(alice)
		reads := func() int {
			tok := signedIn(w.idToken(alice, nil))
			return storetest.Count(w, w.Store, func() { w.trade(tok) }).Reads
		}
		if n := reads(); n != 3 {
			w.Errorf("%d reads just after the end", n)
		}
		w.pass(2 * time.Minute)
		if n := reads(); n != 2 {
			w.Errorf("%d reads later", n)
		}
	})
}

func TestDeletedUserOfASharedIdentity(t *testing.T) {
	each(t, func(w *world) {
		alice := w.person()
		out := w.trade(signedIn(w.idToken(alice, nil)))
		_, err := w.Store.IdentityPool(w.pool).AddLogin(w.Context(), &provider.IdentityLogin{
			SubjectHash: []byte("another login"), Provider: "accounts.example.com", IdentityID: out.IdentityID, HashVersion: 1,
		})
		w.must(err)
		w.must(w.Store.Tx(w.Context(), func(ctx context.Context) error { return w.Forget(ctx, userPoolID, alice.id) }))
		if d, err := w.Describe(w.Context(), out.IdentityID); err != nil || len(d.Logins) != 1 {
			w.Fatalf("the identity with another login: %+v, %v", d, err)
		}
		if w.stands(out.Token) {
			w.Error("a deleted user's credential stands")
		}
	})
}

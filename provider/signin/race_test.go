package signin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store"
)

// meanwhile runs f once, between the moment at which a sign-in has read the
// password's hash and the moment at which it begins a session.
func (w *world) meanwhile(f func()) {
	w.t.Helper()
	var once sync.Once
	w.t.Cleanup(w.st.Watch(func(s store.Statement) {
		if strings.Contains(s.SQL, "user_names") && s.Kind == store.Read {
			once.Do(f)
		}
	}))
}

// Checking a password takes a while, and longer in a line. An operator who sets
// another one in that time does so because somebody else may know the old one.
func TestAPasswordThatIsReplacedMeanwhileLetsNobodyIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rows, another := w.st.Pool(w.pool.ID), w.hash("Another-horse-8")
		w.meanwhile(func() {
			err := rows.SetPassword(t.Context(), &provider.Password{UserID: w.user.ID, Hash: another})
			if err = errors.Join(err, rows.EndUserSessions(t.Context(), w.user.ID, "test")); err != nil {
				t.Error(err)
			}
		})
		if _, r, err := w.try("Mika", rightPassword); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("%+v, %v", r, err)
		}
		if list, err := rows.Sessions(t.Context(), w.user.ID); err != nil || len(list) != 0 {
			t.Errorf("%d sessions, %v", len(list), err)
		}
		if _, _, err := w.try("Mika", "Another-horse-8"); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
}

// Whoever is signed out everywhere, or shut out, while a sign-in of theirs is under
// way has no session from it, not even once they are let in again.
func TestSigningOutEverywhereEndsASignInUnderWay(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.meanwhile(func() {
			w.clock.advance(time.Second)
			if err := w.st.Pool(w.pool.ID).EndUserSessions(t.Context(), w.user.ID, "test"); err != nil {
				t.Error(err)
			}
			w.clock.advance(time.Second)
		})
		b := w.open(nil)
		if _, err := b.answer(signin.Answer{Username: "Mika", Password: rightPassword}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.flow.Sessions.Read(t.Context(), w.pool, b.session); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("the session lives: %v", err)
		}
	})
}

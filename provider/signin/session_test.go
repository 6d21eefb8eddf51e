package signin_test

import (
	"errors"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

func (w *world) signIn() *browser {
	w.t.Helper()
	b, _, err := w.try("mika", rightPassword)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) signedIn(b *browser) bool {
	w.t.Helper()
	_, err := w.flow.Sessions.Read(w.t.Context(), w.pool, b.session)
	if err != nil && !errors.Is(err, provider.ErrSessionNotFound) {
		w.t.Fatal(err)
	}
	return err == nil
}

func TestSignInEndsThePlantedSession(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		planted := w.signIn()
		b := w.open(nil)
		b.session = planted.session
		if _, err := b.answer(signin.Answer{Username: "mika", Password: rightPassword}); err != nil {
			t.Fatal(err)
		}
		if b.session == planted.session || w.signedIn(planted) || !w.signedIn(b) {
			t.Error("the session id that the browser came with lives on")
		}
	})
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLiteConfig(t))
	w.pool.Settings.Session = provider.SessionSettings{IdleSeconds: 3600, AbsoluteSeconds: 3 * 3600}

	b := w.signIn()
	w.clock.advance(59 * time.Minute)
	if !w.signedIn(b) {
		t.Fatal("ended before its rest was over")
	}
	w.clock.advance(59 * time.Minute)
	if !w.signedIn(b) {
		t.Fatal("a read did not move the end of its rest")
	}
	w.clock.advance(59 * time.Minute)
	if !w.signedIn(b) {
		t.Fatal("ended before its absolute end")
	}
	w.clock.advance(4 * time.Minute)
	if w.signedIn(b) {
		t.Error("lives past its absolute end")
	}

	b = w.signIn()
	w.clock.advance(time.Hour)
	if w.signedIn(b) {
		t.Error("lives past its rest")
	}

	b = w.signIn()
	if id, err := w.flow.Sessions.End(t.Context(), w.pool, b.session); id != w.user.ID || err != nil {
		t.Errorf("end: %q, %v", id, err)
	}
	if id, err := w.flow.Sessions.End(t.Context(), w.pool, b.session); id != "" || err != nil {
		t.Errorf("end what has ended: %q, %v", id, err)
	}
	if w.signedIn(b) {
		t.Error("lives past its end")
	}

	b = w.signIn()
	w.clock.advance(time.Minute)
	w.change(func(u *provider.User) { u.ValidAfter = w.st.Now() })
	if w.signedIn(b) {
		t.Error("lives although its user was signed out everywhere")
	}
	b = w.signIn()
	w.change(func(u *provider.User) { u.Enabled = false })
	if w.signedIn(b) {
		t.Error("lives although its user is disabled")
	}
}

func TestSessionReadIsOneStatement(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.signIn()
		read := func() storetest.Counts { return storetest.Count(t, w.st, func() { w.signedIn(b) }) }
		if n := read(); n.Reads != 1 || n.Writes != 0 {
			t.Errorf("at once: %s", n)
		}
		w.clock.advance(4 * time.Minute)
		if n := read(); n.Writes != 0 {
			t.Errorf("after 4 minutes: %s", n)
		}
		w.clock.advance(time.Minute)
		if n := read(); n.Writes != 1 {
			t.Errorf("after 5 minutes: %s", n)
		}
		if n := read(); n.Writes != 0 {
			t.Errorf("once touched: %s", n)
		}
	})
}

func TestFaultIsNotSignedOut(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		b := w.signIn()
		if err := w.st.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := w.flow.Sessions.Read(t.Context(), w.pool, b.session); provider.CodeOf(err) != provider.CodeUnavailable {
			t.Errorf("read: %v", err)
		}
		if _, err := w.flow.Sessions.End(t.Context(), w.pool, b.session); provider.CodeOf(err) != provider.CodeUnavailable {
			t.Errorf("end: %v", err)
		}
	})
}

func TestForeignSessionIDs(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, id := range []string{"", "x", "a\x00", secret.Token()} {
			if _, err := w.flow.Sessions.Read(t.Context(), w.pool, id); !errors.Is(err, provider.ErrSessionNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

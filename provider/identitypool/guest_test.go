package identitypool_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

func TestGuestComesAgain(t *testing.T) {
	each(t, func(w *world) {
		first, other := w.trade(guest("")), w.trade(guest(""))
		if first.IdentityID == other.IdentityID || first.Role.Name != "visitor" {
			w.Errorf("two guests: %+v, %+v", first, other)
		}
		again := w.trade(guest(first.GuestHandle))
		if again.IdentityID != first.IdentityID || again.GuestHandle != "" {
			w.Errorf("the guest came back as %+v", again)
		}
		version, rest, _ := strings.Cut(first.GuestHandle, ".")
		id, mac, _ := strings.Cut(rest, ".")
		_, otherRest, _ := strings.Cut(other.GuestHandle, ".")
		otherID, _, _ := strings.Cut(otherRest, ".")
		for _, forged := range []string{"x", "1..", version + "." + otherID + "." + mac, "9." + id + "." + mac, version + "." + id + ".", first.IdentityID} {
			w.refused(guest(forged), provider.CodeUnauthorized)
		}
		w.must(w.RotateLoginKey(w.Context(), w.pool))
		if again := w.trade(guest(first.GuestHandle)); again.IdentityID != first.IdentityID {
			w.Error("a handle was lost by a key rotation")
		}
		_, err := w.UpdatePool(w.Context(), w.pool, func(p *provider.IdentityPool) error { p.Settings.AllowGuests = false; return nil })
		w.must(err)
		w.refused(guest(""), provider.CodeForbidden)
		w.refused(guest(first.GuestHandle), provider.CodeForbidden)
	})
}

func TestGuestKeepsItsIdentityOnFirstSignIn(t *testing.T) {
	each(t, func(w *world) {
		g := w.trade(guest(""))
		r := signedIn(w.idToken(w.person(), nil))
		r.GuestHandle = g.GuestHandle
		for range 2 { // the second is a retry whose answer was lost
			if up := w.trade(r); up.IdentityID != g.IdentityID || up.Role.Name != "member" {
				w.Fatalf("the guest became %+v", up)
			}
		}
		if len(w.merged) > 0 {
			w.Errorf("datasets were moved: %v", w.merged)
		}
		// What was a guest's is a person's now: the handle alone opens it no more.
		w.refused(guest(g.GuestHandle), provider.CodeUnauthorized)
		// Nor may somebody else who holds the handle have it.
		r.SubjectToken = w.idToken(w.person(), nil)
		w.refused(r, provider.CodeConflict)
	})
}

func TestGuestMergesIntoTheIdentityThatTheLoginHas(t *testing.T) {
	each(t, func(w *world) {
		tok := w.idToken(w.person(), nil)
		own := w.trade(signedIn(tok))
		g := w.trade(guest(""))
		held, err := w.OpenCredential(w.Context(), w.pool, g.Token)
		w.must(err)
		r := signedIn(tok)
		r.GuestHandle = g.GuestHandle
		for range 2 {
			if got := w.trade(r); got.IdentityID != own.IdentityID {
				w.Fatalf("merged into %s, not %s", got.IdentityID, own.IdentityID)
			}
		}
		if want := []string{g.IdentityID + ">" + own.IdentityID}; !slices.Equal(w.merged, want) {
			w.Errorf("datasets merged %v, want %v", w.merged, want)
		}
		w.refused(guest(g.GuestHandle), provider.CodeUnauthorized)
		if err := w.Standing(w.Context(), held); provider.CodeOf(err) != provider.CodeUnauthorized {
			w.Errorf("a merged guest's credential stands: %v", err)
		}
	})
}

func TestGuestUpgradesOnceHoweverManyAsk(t *testing.T) {
	each(t, func(w *world) {
		g := w.trade(guest(""))
		alice, bob := w.idToken(w.person(), nil), w.idToken(w.person(), nil)
		// Two people race for one guest: one gets it, the other is told.
		ids := together(12, func(i int) string {
			r := signedIn([]string{alice, bob}[i%2])
			r.GuestHandle = g.GuestHandle
			out, err := w.Exchange(w.Context(), w.pool, r)
			if err != nil {
				if provider.CodeOf(err) != provider.CodeConflict {
					w.Error(err)
				}
				return "conflict"
			}
			return out.IdentityID
		})
		if got := slices.Compact(slices.Clone(ids)); !slices.Equal(got, []string{"conflict", g.IdentityID}) {
			w.Errorf("answers %v", ids)
		}
	})
}

func TestNewGuestsAreRationed(t *testing.T) {
	each(t, func(w *world) {
		home := provider.WithActor(w.Context(), provider.Actor{Kind: "anonymous", Address: "2001:db8:1:2::1"})
		sameHome := provider.WithActor(w.Context(), provider.Actor{Kind: "anonymous", Address: "2001:db8:1:2:ffff::9"})
		elsewhere := provider.WithActor(w.Context(), provider.Actor{Kind: "anonymous", Address: "192.0.2.1"})
		var held string
		for range 100 {
			out, err := w.Exchange(home, w.pool, guest(""))
			w.must(err)
			held = out.GuestHandle
		}
		_, err := w.Exchange(sameHome, w.pool, guest(""))
		if provider.CodeOf(err) != provider.CodeThrottled {
			w.Fatalf("the 101st guest of an address: %v", err)
		}
		if _, err := w.Exchange(elsewhere, w.pool, guest("")); err != nil {
			w.Errorf("another address suffers: %v", err)
		}
		if _, err := w.Exchange(home, w.pool, guest(held)); err != nil {
			w.Errorf("a known guest suffers: %v", err)
		}
	})
}

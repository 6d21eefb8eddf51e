package signin_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/signin"
)

// key is a software authenticator with one passkey.
type key struct {
	virtualwebauthn.Authenticator
	credential virtualwebauthn.Credential
}

func site() virtualwebauthn.RelyingParty {
	return virtualwebauthn.RelyingParty{ID: "id.example.com", Origin: "https://id.example.com"}
}

// takesPasskeys makes the world's pool take passkeys, first and second.
func (w *world) takesPasskeys(change func(s *provider.PoolSettings)) {
	w.t.Helper()
	w.flow.Factors.BaseURL = site().Origin
	w.pool.Settings.FirstFactors = []provider.Factor{provider.FactorPassword, provider.FactorPasskey}
	w.pool.Settings.SecondFactors = []provider.Factor{provider.FactorPasskey, provider.FactorTOTP}
	if change != nil {
		change(&w.pool.Settings)
	}
}

// newKey makes an authenticator for a user. The software one drops leading zeroes of
// a coordinate, against RFC 9053 section 7.1.1; 77 bytes is a whole key.
func newKey(u *provider.User) *key {
	k := &key{virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(u.ID)}),
		virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
	for len(k.credential.Key.AttestationData()) != 77 {
		k.credential = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return k
}

func (k *key) makes(t *testing.T, options []byte) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(options))
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	return virtualwebauthn.CreateAttestationResponse(site(), k.Authenticator, k.credential, *o)
}

func (k *key) shows(t *testing.T, options []byte) string {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(options))
	if err != nil {
		t.Fatalf("options %q: %v", options, err)
	}
	return virtualwebauthn.CreateAssertionResponse(site(), k.Authenticator, k.credential, *o)
}

// adds gives a user a passkey.
func (w *world) adds(u *provider.User) *key {
	w.t.Helper()
	k := newKey(u)
	options, err := w.flow.Factors.BeginPasskey(w.t.Context(), w.pool, u)
	if err == nil {
		_, err = w.flow.Factors.FinishPasskey(w.t.Context(), w.pool, u, k.makes(w.t, options), "")
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return k
}

// options are what the page of a browser's attempt hands to it.
func (b *browser) options() []byte {
	b.w.t.Helper()
	a, err := b.w.flow.Attempt(b.w.t.Context(), b.w.pool, b.attempt, b.binding)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return a.Passkey()
}

func (b *browser) shows(k *key) (*signin.Result, error) {
	b.w.t.Helper()
	return b.answer(signin.Answer{Credential: k.shows(b.w.t, b.options())})
}

func wantStep(t *testing.T, r *signin.Result, err error, want signin.Step) {
	t.Helper()
	if err != nil || r.Principal != nil || r.Attempt.Step != want {
		t.Fatalf("not at step %s: %v %+v", want, err, r)
	}
}

func wantIn(t *testing.T, r *signin.Result, err error, amr ...string) {
	t.Helper()
	if err != nil || r.Principal == nil {
		t.Fatalf("not signed in: %v %+v", err, r)
	}
	if !slices.Equal(r.Principal.AMR, amr) {
		t.Errorf("amr %v, not %v", r.Principal.AMR, amr)
	}
}

// A passkey signs in whoever holds it, without a name and without a password, once
// for each attempt.
func TestPasskeySignsIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(nil)
		k := w.adds(w.user)
		b := w.open(nil)
		credential := k.shows(t, b.options())
		r, err := b.answer(signin.Answer{Credential: credential})
		wantIn(t, r, err, "hwk", "user")
		if r.Principal.UserID != w.user.ID || r.Principal.Username != "Mika" {
			t.Errorf("signed in: %+v", r.Principal)
		}
		if _, err := b.answer(signin.Answer{Credential: credential}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("the same answer again: %v", err)
		}
		if _, err := w.open(nil).answer(signin.Answer{Credential: credential}); !errors.Is(err, factor.ErrPasskeyChallenge) {
			t.Errorf("the same answer in another browser: %v", err)
		}
		k.Options.BackupEligible = true
		if _, err := w.open(nil).shows(k); !errors.Is(err, signin.ErrWrongPasskey) {
			t.Errorf("a passkey that can suddenly be backed up: %v", err)
		}
	})
}

// An unknown passkey looks like a wrong one, and what nobody may use is refused.
func TestPasskeyRefusedAtSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(nil)
		k := w.adds(w.user)
		_, unknown := w.open(nil).shows(newKey(w.user))
		forged := newKey(w.user)
		forged.credential.ID = k.credential.ID
		_, wrong := w.open(nil).shows(forged)
		for what, err := range map[string]error{"unknown": unknown, "wrong": wrong} {
			var e *provider.Error
			if !errors.As(err, &e) || e.Code != provider.CodeUnauthorized || e.Message != signin.ErrWrongPasskey.Message {
				t.Errorf("%s: %v", what, err)
			}
		}
		if !errors.Is(unknown, provider.ErrPasskeyNotFound) || errors.Is(wrong, provider.ErrPasskeyNotFound) {
			t.Error("a browser would be told to forget the wrong one")
		}
		for _, bad := range []string{"{}", "x", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
			if _, err := w.open(nil).answer(signin.Answer{Credential: bad}); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
		w.change(func(u *provider.User) { u.Enabled = false })
		if _, err := w.open(nil).shows(k); !errors.Is(err, provider.ErrUserDisabled) {
			t.Errorf("disabled: %v", err)
		}
		w.change(func(u *provider.User) { u.Enabled = true })

		b := w.open(nil)
		credential := k.shows(t, b.options())
		w.pool.Settings.FirstFactors = nil
		if _, err := b.answer(signin.Answer{Credential: credential}); !errors.Is(err, factor.ErrNoPasskeys) {
			t.Errorf("a pool that takes none any more: %v", err)
		}
		if w.open(nil).options() != nil {
			t.Error("such a pool asks for passkeys")
		}
		if _, _, err := w.try("Mika", rightPassword); err != nil {
			t.Errorf("the password beside it: %v", err)
		}
	})
}

// Wrong passkeys are counted, and leave the way of the password open.
func TestWrongPasskeysAreHeldBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.takesPasskeys(nil)
		k := w.adds(w.user)
		forged := newKey(w.user)
		forged.credential.ID = k.credential.ID
		var err error
		for range 6 {
			_, err = w.open(nil).shows(forged)
		}
		if provider.CodeOf(err) != provider.CodeThrottled {
			w.t.Errorf("the sixth: %v", err)
		}
		if _, _, err := w.try("Mika", rightPassword); err != nil {
			w.t.Errorf("the password: %v", err)
		}
		w.clock.advance(time.Hour)
		if _, err := w.open(nil).shows(k); err != nil {
			w.t.Errorf("the right one, later: %v", err)
		}
	})
}

// A password and a passkey are two factors. A passkey alone is one, unless the pool
// counts one that checked its holder twice.
func TestPasskeyAsSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(func(s *provider.PoolSettings) { s.MFA = "ON" })
		juno := w.addUser("Juno", provider.UserConfirmed, provider.Password{Hash: w.hash(rightPassword)})
		k, other := w.adds(w.user), w.adds(juno)
		b, r, err := w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepSecond)
		if r.Attempt.Method() != provider.FactorPasskey {
			t.Fatalf("asked for %s", r.Attempt.Method())
		}
		if _, err := b.answer(signin.Answer{}); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("nothing given: %v", err)
		}
		if _, err := b.shows(other); !errors.Is(err, signin.ErrWrongPasskey) {
			t.Errorf("another user's passkey: %v", err)
		}
		first := w.open(nil)
		if _, err := b.answer(signin.Answer{Credential: k.shows(t, first.options())}); !errors.Is(err, factor.ErrPasskeyChallenge) {
			t.Errorf("the answer to another question: %v", err)
		}
		r, err = b.shows(k)
		wantIn(t, r, err, "pwd", "hwk", "user", "mfa")

		unchecked := &key{k.Authenticator, k.credential}
		unchecked.Options.UserNotVerified = true
		alone := func(what string, b *browser, k *key) {
			t.Helper()
			for range 6 { // it is the right one: nobody has to wait
				if _, err := b.shows(k); !errors.Is(err, signin.ErrPasskeyIsSecond) {
					t.Fatalf("%s: %v", what, err)
				}
			}
		}
		alone("checked", first, k)
		alone("unchecked", first, unchecked)
		w.pool.Settings.MFA = "OPTIONAL"
		alone("unchecked, where a second factor is the user's choice", first, unchecked)
		r, err = w.open(nil).shows(k)
		wantIn(t, r, err, "hwk", "user") // checked: one factor, and said to be one
		w.pool.Settings.MFA = "ON"
		w.pool.Settings.Passkeys.CountsTwice = true
		alone("counts twice, unchecked", w.open(nil), unchecked)
		r, err = first.answer(signin.Answer{Username: "Mika", Password: rightPassword})
		wantStep(t, r, err, signin.StepSecond) // the same page takes the password
		r, err = w.open(nil).shows(k)
		wantIn(t, r, err, "hwk", "user", "mfa")
		w.pool.Settings.Passkeys.Verification = "required"
		if _, err := w.open(nil).shows(unchecked); !errors.Is(err, signin.ErrWrongPasskey) {
			t.Errorf("unverified: %v", err)
		}
	})
}

// Where a second factor is required, a passkey is set up at the first sign-in, and
// recovery codes with it.
func TestPasskeySetUp(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(func(s *provider.PoolSettings) { s.MFA = "ON" })
		b, r, err := w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepSetUp)
		r, err = b.answer(signin.Answer{Choose: provider.FactorPasskey})
		wantStep(t, r, err, signin.StepSetUp)
		k := newKey(w.user)
		if _, err := b.answer(signin.Answer{Credential: k.shows(t, b.options())}); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("a passkey shown, not made: %v", err)
		}
		r, err = b.answer(signin.Answer{Credential: k.makes(t, b.options()), Name: "My key"})
		wantStep(t, r, err, signin.StepRecoveryCodes)
		r, err = b.answer(signin.Answer{})
		wantIn(t, r, err, "pwd", "mfa")
		list, err := w.flow.Factors.ListPasskeys(t.Context(), w.pool, w.user.ID)
		if err != nil || len(list) != 1 || list[0].Name != "My key" {
			t.Errorf("kept: %v %+v", err, list)
		}
		b, r, err = w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepSecond)
		r, err = b.shows(k)
		wantIn(t, r, err, "pwd", "hwk", "user", "mfa")
	})
}

// A copied passkey signs nobody in; the password still does.
func TestCopiedPasskey(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(nil)
		k := w.adds(w.user)
		k.credential.Counter = 10
		r, err := w.open(nil).shows(k)
		wantIn(t, r, err, "hwk", "user")
		for _, count := range []uint32{9, 11} {
			k.credential.Counter = count
			if _, err := w.open(nil).shows(k); !errors.Is(err, factor.ErrPasskeyCopied) {
				t.Errorf("count %d: %v", count, err)
			}
		}
		if _, r, err := w.try("Mika", rightPassword); err != nil || r.Principal == nil {
			t.Errorf("the password: %v", err)
		}
	})
}

// Who signs in without a passkey is offered one. A no holds for thirty days.
func TestNudge(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(func(s *provider.PoolSettings) { s.Passkeys.Nudge = true })
		b, r, err := w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepNudge)
		if _, err := b.answer(signin.Answer{}); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("nothing given: %v", err)
		}
		r, err = b.answer(signin.Answer{Skip: true})
		wantIn(t, r, err, "pwd")
		_, r, err = w.try("Mika", rightPassword)
		wantIn(t, r, err, "pwd")
		w.clock.advance(30*24*time.Hour + time.Minute)
		b, r, err = w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepNudge)
		k := newKey(w.user)
		credential := k.makes(t, b.options())
		r, err = b.answer(signin.Answer{Credential: credential})
		wantIn(t, r, err, "pwd")
		_, r, err = w.try("Mika", rightPassword)
		wantIn(t, r, err, "pwd") // it has one now
		r, err = w.open(nil).shows(k)
		wantIn(t, r, err, "hwk", "user")
	})
}

// A passkey that is added on the offer is asked for from then on where the pool wants
// second factors, so recovery codes come with it.
func TestNudgeGivesRecoveryCodes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		t := w.t
		w.takesPasskeys(func(s *provider.PoolSettings) { s.Passkeys.Nudge, s.MFA = true, "OPTIONAL" })
		b, r, err := w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepNudge)
		k := newKey(w.user)
		r, err = b.answer(signin.Answer{Credential: k.makes(t, b.options())})
		wantStep(t, r, err, signin.StepRecoveryCodes)
		r, err = b.answer(signin.Answer{})
		wantIn(t, r, err, "pwd")
		_, r, err = w.try("Mika", rightPassword)
		wantStep(t, r, err, signin.StepSecond)
	})
}

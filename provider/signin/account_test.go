package signin_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/signin"
)

// owner is the user in their account.
func (w *world) account() *signin.Account {
	if w.flow.Directory == nil {
		w.flow.Directory = directory.New(directory.Config{Store: w.st, Audit: w.flow.Audit, Sealer: w.flow.Sealer, Hasher: w.flow.Hasher,
			Guard: w.flow.Guard, Region: "us-east-1"})
	}
	return &signin.Account{Flow: w.flow}
}

func (w *world) live(session string) *signin.Live {
	w.t.Helper()
	live, err := w.flow.Sessions.Read(w.t.Context(), w.pool, session)
	if err != nil {
		w.t.Fatal(err)
	}
	return live
}

// Whoever finds a session that was left open, or steals one, can do nothing with it
// that would let them stay. Neither does the session of a browser that was spared the
// second factor.
func TestAnOldSessionDoesNothingDangerous(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		a, ctx := w.account(), t.Context()
		m := &machine{w: w}
		m.enter(phone)
		m.wantSpared(true)
		spared := w.live(m.session)
		w.clock.advance(6 * time.Minute)
		_, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		other := &machine{w: w}
		other.enter(phone)
		elsewhere := w.live(other.session).Principal.SessionID
		m.enter2(phone)
		w.clock.advance(6 * time.Minute)
		old := w.live(m.session)
		for name, act := range map[string]func(live *signin.Live) error{
			"password":       func(l *signin.Live) error { return a.ChangePassword(ctx, w.pool, l, rightPassword, "Another-horse-8") },
			"address":        func(l *signin.Live) error { return a.ChangeAddress(ctx, w.pool, l, provider.ByEmail, "x@example.com") },
			"no address":     func(l *signin.Live) error { return a.ChangeAddress(ctx, w.pool, l, provider.BySMS, "") },
			"app":            func(l *signin.Live) error { _, err := a.OfferApp(ctx, w.pool, l); return err },
			"enrol":          func(l *signin.Live) error { _, err := a.EnrolApp(ctx, w.pool, l, nil, "000000"); return err },
			"remove factor":  func(l *signin.Live) error { return a.RemoveFactor(ctx, w.pool, l, provider.FactorTOTP) },
			"add factor":     func(l *signin.Live) error { _, err := a.AddFactor(ctx, w.pool, l, provider.FactorEmail); return err },
			"prefer":         func(l *signin.Live) error { return a.Prefer(ctx, w.pool, l, provider.FactorTOTP) },
			"recovery codes": func(l *signin.Live) error { _, err := a.RenewRecoveryCodes(ctx, w.pool, l, ""); return err },
			"ask passkey":    func(l *signin.Live) error { _, err := a.OfferPasskey(ctx, w.pool, l); return err },
			"add passkey":    func(l *signin.Live) error { _, err := a.AddPasskey(ctx, w.pool, l, "{}", ""); return err },
			"remove passkey": func(l *signin.Live) error { return a.RemovePasskey(ctx, w.pool, l, "x") },
			"other session":  func(l *signin.Live) error { return a.EndSession(ctx, w.pool, l, elsewhere) },
			"all sessions":   func(l *signin.Live) error { return a.EndOtherSessions(ctx, w.pool, l) },
			"device":         func(l *signin.Live) error { return a.ForgetDevice(ctx, w.pool, l, w.devices()[0].ID) },
			"delete":         func(l *signin.Live) error { return a.Delete(ctx, w.pool, l, "Mika") },
		} {
			fresh := *spared
			fresh.Principal.AuthTime = provider.At(w.clock.now())
			for which, live := range map[string]*signin.Live{"old": old, "spared": &fresh} {
				if err := act(live); !errors.Is(err, signin.ErrProofTooOld) {
					t.Errorf("%s by an %s session: %v", name, which, err)
				}
			}
		}
		w.live(other.session) // it still holds
	})
}

// enter2 signs in again in a browser that is not spared for the while.
func (m *machine) enter2(phone *app) {
	m.w.t.Helper()
	m.w.pool.Settings.Devices.SkipSecond = false
	previous := m.session
	r, err := m.start("Mika")
	m.w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
	m.session = previous
	r, err = m.give(signin.Answer{Code: phone.later().code()})
	m.w.wantIn(r, err, "pwd", "otp", "mfa")
	m.w.pool.Settings.Devices.SkipSecond = true
}

// Proving it again takes all of it, by the same user, and gives another session.
func TestProvingItAgain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.remembering("always")
		a, ctx := w.account(), t.Context()
		w.addUser("Noa", provider.UserConfirmed, provider.Password{Hash: w.hash("Noas-own-horse-9")})
		m := &machine{w: w}
		m.enter(phone)
		w.clock.advance(time.Hour)
		live := w.live(m.session)
		again := func() {
			t.Helper()
			attempt, err := w.flow.Begin(ctx, w.pool, signin.Start{Binding: m.binding, Devices: m.tokens, Return: "/account", Again: &live.User})
			if err != nil || attempt.Username != "Mika" || !attempt.Again() {
				t.Fatalf("%+v, %v", attempt, err)
			}
			m.attempt = attempt.ID
		}
		again()
		if _, err := m.give(signin.Answer{Username: "Noa", Password: "Noas-own-horse-9"}); !errors.Is(err, provider.ErrWrongPassword) {
			t.Errorf("somebody else proved it: %v", err)
		}
		before := m.session
		r, err := m.give(signin.Answer{Username: "Noa", Password: rightPassword})
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP) // though the browser is remembered
		r, err = m.give(signin.Answer{Code: phone.later().code()})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		if r.Attempt.Return() != "/account" || r.Principal.UserID != w.user.ID {
			t.Errorf("%+v", r)
		}
		if _, err := w.flow.Sessions.Read(ctx, w.pool, before); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("the session before lives: %v", err)
		}
		if err := a.Prefer(ctx, w.pool, w.live(m.session), provider.FactorTOTP); err != nil {
			t.Error(err)
		}
	})
}

// What a user does with their account touches nobody else's.
func TestAnotherUsersThingsAreOutOfReach(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.pool.Settings.Devices.Remember = "always"
		a, ctx := w.account(), t.Context()
		mine, theirs := &machine{w: w}, &machine{w: w}
		if _, err := mine.start("Mika"); err != nil {
			t.Fatal(err)
		}
		w.addUser("Noa", provider.UserConfirmed, provider.Password{Hash: w.hash(rightPassword)})
		if _, err := theirs.start("Noa"); err != nil {
			t.Fatal(err)
		}
		noa, mika := w.live(theirs.session), w.live(mine.session)
		if err := a.EndSession(ctx, w.pool, mika, noa.Principal.SessionID); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("another user's session ended: %v", err)
		}
		if err := a.ForgetDevice(ctx, w.pool, mika, noa.Device); !errors.Is(err, provider.ErrDeviceNotFound) {
			t.Errorf("another user's device was forgotten: %v", err)
		}
		key := &provider.Passkey{ID: "key", UserID: noa.User.ID, Name: "Noa's", PublicKey: []byte{1}}
		if err := w.flow.Factors.AddPasskey(ctx, w.pool, key); err != nil {
			t.Fatal(err)
		}
		if err := a.RenamePasskey(ctx, w.pool, mika, "key", "mine"); !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("another user's passkey was renamed: %v", err)
		}
		if err := a.RemovePasskey(ctx, w.pool, mika, "key"); !errors.Is(err, provider.ErrPasskeyNotFound) {
			t.Errorf("another user's passkey was removed: %v", err)
		}
		if err := a.EndOtherSessions(ctx, w.pool, mika); err != nil {
			t.Fatal(err)
		}
		w.live(theirs.session)
		if err := a.Delete(ctx, w.pool, mika, "Noa"); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("deleted by another's name: %v", err)
		}
		w.pool.Settings.KeepAccounts = true
		if err := a.Delete(ctx, w.pool, mika, "Mika"); provider.CodeOf(err) != provider.CodeForbidden {
			t.Errorf("deleted where the pool keeps accounts: %v", err)
		}
		w.pool.Settings.KeepAccounts = false
		if err := a.Delete(ctx, w.pool, mika, "Mika"); err != nil {
			t.Error(err)
		}
		if _, err := w.flow.Sessions.Read(ctx, w.pool, mine.session); !errors.Is(err, provider.ErrSessionNotFound) {
			t.Errorf("the deleted user is signed in: %v", err)
		}
	})
}

// An authenticator app is set up, asked for, replaced and removed; the last second
// factor stays where one is required.
func TestTwoStepInTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL", provider.FactorTOTP)
		a, ctx := w.account(), t.Context()
		m := &machine{w: w}
		if _, err := m.start("Mika"); err != nil {
			t.Fatal(err)
		}
		offer, err := a.OfferApp(ctx, w.pool, w.live(m.session))
		if err != nil {
			t.Fatal(err)
		}
		phone := &app{w, offer.Secret()}
		if _, err := a.EnrolApp(ctx, w.pool, w.live(m.session), offer, "000000"); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a wrong code: %v", err)
		}
		codes, err := a.EnrolApp(ctx, w.pool, w.live(m.session), offer, phone.code())
		if err != nil || len(codes) == 0 {
			t.Fatalf("%d recovery codes, %v", len(codes), err)
		}
		m.enter(phone)
		w.mfa("ON", provider.FactorTOTP)
		if err := a.RemoveFactor(ctx, w.pool, w.live(m.session), provider.FactorTOTP); !errors.Is(err, factor.ErrLastFactor) {
			t.Errorf("the last factor was removed: %v", err)
		}
		w.mfa("OPTIONAL", provider.FactorTOTP)
		if err := a.RemoveFactor(ctx, w.pool, w.live(m.session), provider.FactorTOTP); err != nil {
			t.Error(err)
		}
		if _, err := a.RenewRecoveryCodes(ctx, w.pool, w.live(m.session), ""); provider.CodeOf(err) != provider.CodeForbidden {
			t.Errorf("recovery codes for nothing: %v", err)
		}
	})
}

// The first passkey that is asked for as a second step brings recovery codes with it,
// and one of them gets in whoever has lost it. A pool that asks once gives none.
func TestTheFirstPasskeyBringsRecoveryCodes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.takesPasskeys(nil)
		a, ctx := w.account(), t.Context()
		m := &machine{w: w}
		add := func() []string {
			t.Helper()
			if _, err := m.start("Mika"); err != nil {
				t.Fatal(err)
			}
			live := w.live(m.session)
			options, err := a.OfferPasskey(ctx, w.pool, live)
			if err != nil {
				t.Fatal(err)
			}
			k := newKey(&live.User)
			if _, err := a.AddPasskey(ctx, w.pool, live, "{}", ""); err == nil {
				t.Error("nonsense was taken")
			}
			if _, err := a.AddPasskey(ctx, w.pool, live, k.makes(t, options), ""); !errors.Is(err, factor.ErrPasskeyChallenge) {
				t.Errorf("after a wrong answer another was taken: %v", err)
			}
			if options, err = a.OfferPasskey(ctx, w.pool, live); err != nil {
				t.Fatal(err)
			}
			codes, err := a.AddPasskey(ctx, w.pool, live, k.makes(t, options), "")
			if err != nil {
				t.Fatal(err)
			}
			return codes
		}
		if codes := add(); len(codes) != 0 {
			t.Errorf("%d codes where no second step is asked for", len(codes))
		}
		w.mfa("OPTIONAL", provider.FactorTOTP, provider.FactorPasskey)
		keys, err := a.Passkeys(ctx, w.pool, w.live(m.session))
		if err != nil || len(keys) != 1 {
			t.Fatalf("%d passkeys, %v", len(keys), err)
		}
		if err := a.RemovePasskey(ctx, w.pool, w.live(m.session), keys[0].ID); err != nil {
			t.Fatal(err)
		}
		codes := add()
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		_, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSecond, provider.FactorPasskey)
	})
}

// Of two who each take another of somebody's second factors away at once, one is told
// that it is the last.
func TestTwoRemovalsAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON", provider.FactorTOTP, provider.FactorEmail, provider.FactorSMS)
		a, phone := w.account(), w.enrol()
		w.change(func(u *provider.User) { u.MFA = u.MFA.With(provider.FactorEmail).With(provider.FactorSMS) })
		m := &machine{w: w}
		m.enter(phone)
		live := w.live(m.session) // both windows were drawn before either removal
		var wg sync.WaitGroup
		kept := make(chan error, 3)
		for _, f := range []provider.Factor{provider.FactorTOTP, provider.FactorEmail, provider.FactorSMS} {
			wg.Go(func() {
				if err := a.RemoveFactor(t.Context(), w.pool, live, f); err != nil {
					kept <- err
				}
			})
		}
		wg.Wait()
		close(kept)
		for err := range kept {
			if !errors.Is(err, factor.ErrLastFactor) {
				t.Error(err)
			}
		}
		u, err := w.st.Pool(w.pool.ID).User(t.Context(), w.user.ID)
		if err != nil || len(u.MFA.Enabled) != 1 {
			t.Errorf("left %q, %v", u.MFA.Enabled, err)
		}
	})
}

// The account's pages tell that a name is taken, and so are slow to be asked often.
func TestTakenNamesAreTriedSlowlyInTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.pool.Settings.AliasAttrs = []string{"preferred_username"}
		a := w.account()
		w.addUser("Noa", provider.UserConfirmed, provider.Password{})
		live := w.live(w.signIn().session)
		var err error
		for range 6 {
			err = a.SetProfile(t.Context(), w.pool, live, map[string]string{"preferred_username": "noa"})
		}
		if provider.CodeOf(err) != provider.CodeThrottled {
			t.Error(err)
		}
	})
}

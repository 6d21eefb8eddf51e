package signin_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
)

// app is a person's authenticator app: it knows the secret and the time.
type app struct {
	w      *world
	secret string
}

func (a *app) code() string { return a.at(0) }

// at is the code that the app shows so much later, or earlier.
func (a *app) at(later time.Duration) string {
	a.w.t.Helper()
	code, err := totp.GenerateCode(a.secret, a.w.clock.now().Add(later))
	if err != nil {
		a.w.t.Fatal(err)
	}
	return code
}

// later lets a step pass, since no code works twice.
func (a *app) later() *app {
	a.w.clock.advance(30 * time.Second)
	return a
}

// mfa sets the pool's mode and the factors it takes.
func (w *world) mfa(mode string, factors ...provider.Factor) {
	w.pool.Settings.MFA, w.pool.Settings.SecondFactors = mode, factors
}

// enrol sets an authenticator app up for the user, as their account page does.
func (w *world) enrol() *app {
	w.t.Helper()
	f, ctx := w.flow.Factors, w.t.Context()
	offer, write, err := f.OfferTOTP(ctx, w.pool, w.user)
	if err == nil {
		err = w.st.Tx(ctx, write)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	a := &app{w, offer.Secret()}
	write, err = f.EnrolTOTP(ctx, w.pool, w.user, nil, a.code(), "phone")
	if err == nil {
		err = w.st.Tx(ctx, write)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return a.later()
}

func (w *world) wantStep(r *signin.Result, err error, step signin.Step, method provider.Factor) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	if r.Principal != nil || r.Attempt.Step != step || r.Attempt.Method() != method {
		w.t.Fatalf("in %t, at %s with %q, not at %s with %q", r.Principal != nil, r.Attempt.Step, r.Attempt.Method(), step, method)
	}
}

func (w *world) wantIn(r *signin.Result, err error, amr ...string) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	if r.Principal == nil {
		w.t.Fatalf("not in, but at %s with %q", r.Attempt.Step, r.Attempt.Method())
	}
	if !slices.Equal(r.Principal.AMR, amr) {
		w.t.Errorf("proved by %q, not %q", r.Principal.AMR, amr)
	}
}

func TestTheModesOfSecondFactors(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		_, r, err := w.try("Mika", rightPassword)
		w.wantIn(r, err, "pwd")
		w.mfa("OPTIONAL")
		_, r, err = w.try("Mika", rightPassword)
		w.wantIn(r, err, "pwd") // has none
		phone := w.enrol()
		w.mfa("OFF")
		_, r, err = w.try("Mika", rightPassword)
		w.wantIn(r, err, "pwd")
		for _, mode := range []string{"OPTIONAL", "ON"} {
			w.mfa(mode)
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			if got := r.Attempt.Choices(); !slices.Equal(got, []provider.Factor{provider.FactorTOTP}) {
				t.Errorf("choices %q", got)
			}
			r, err = b.answer(signin.Answer{Code: phone.later().code()})
			w.wantIn(r, err, "pwd", "otp", "mfa")
		}
	})
}

// What the pool took once is worth more than the password alone; where it demands a
// factor that it takes, one is set up next.
func TestAFactorThatThePoolTakesNoMore(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		phone := w.enrol()
		w.mfa("OPTIONAL", provider.FactorSMS)
		b, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		r, err = b.answer(signin.Answer{Code: phone.code()})
		w.wantIn(r, err, "pwd", "otp", "mfa")

		// A code that is sent by a way that is off cannot be asked for.
		w.change(func(u *provider.User) { u.MFA = provider.MFAPreference{Enabled: []provider.Factor{provider.FactorSMS}} })
		w.mfa("OPTIONAL", provider.FactorTOTP)
		_, r, err = w.try("Mika", rightPassword)
		w.wantIn(r, err, "pwd")
		w.mfa("ON", provider.FactorTOTP)
		_, r, err = w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
	})
}

func TestCodesOfAnAppDriftAStepAndWorkOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL")
		phone := w.enrol()
		for drift, works := range map[time.Duration]bool{
			-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false,
		} {
			w.clock.advance(5 * time.Minute)
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			r, err = b.answer(signin.Answer{Code: phone.at(drift)})
			if works {
				w.wantIn(r, err, "pwd", "otp", "mfa")
			} else if !errors.Is(err, signin.ErrWrongCode) {
				t.Errorf("%s off: %v", drift, err)
			}
		}
		w.clock.advance(5 * time.Minute)
		used, before := phone.code(), phone.at(-30*time.Second)
		b, _, _ := w.try("Mika", rightPassword)
		r, err := b.answer(signin.Answer{Code: used[:3] + " " + used[3:]}) // as apps show it
		w.wantIn(r, err, "pwd", "otp", "mfa")
		for _, code := range []string{used, before, "000000", "", "abcdef", "12345678901234567890"} {
			b, _, _ := w.try("Mika", rightPassword)
			if r, err := b.answer(signin.Answer{Code: code}); err == nil {
				t.Errorf("%q: %+v", code, r)
			}
		}
	})
}

func TestOneCodeAtOnceInTwoBrowsersLetsOneIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL")
		phone := w.enrol()
		var browsers []*browser
		for range 4 {
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			browsers = append(browsers, b)
		}
		code := phone.code()
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := 0
		for _, b := range browsers {
			wg.Go(func() {
				r, err := b.answer(signin.Answer{Code: code})
				mu.Lock()
				defer mu.Unlock()
				if err == nil && r.Principal != nil {
					in++
				} else if !errors.Is(err, signin.ErrWrongCode) {
					t.Errorf("%+v, %v", r, err)
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("%d are in", in)
		}
	})
}

// Whoever knows the password may begin anew as often as they like, go over to another
// way and back: their guesses are counted all the same.
func TestGuessesAreCountedAcrossAttempts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL")
		phone := w.enrol()
		guess := func() error {
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			if _, err := b.answer(signin.Answer{Choose: provider.FactorTOTP}); err != nil {
				t.Fatal(err)
			}
			_, err = b.answer(signin.Answer{Code: "000000"})
			return err
		}
		for i := range 5 {
			if err := guess(); !errors.Is(err, signin.ErrWrongCode) {
				t.Fatalf("guess %d: %v", i+1, err)
			}
		}
		if err := guess(); provider.CodeOf(err) != provider.CodeThrottled {
			t.Fatalf("the sixth: %v", err)
		}
		b, _, _ := w.try("Mika", rightPassword)
		if _, err := b.answer(signin.Answer{Code: phone.code()}); provider.CodeOf(err) != provider.CodeThrottled {
			t.Errorf("the right one, too soon: %v", err)
		}
		w.clock.advance(2 * time.Second)
		r, err := b.answer(signin.Answer{Code: phone.code()})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		// An empty form tries nothing, and is not counted.
		b, _, _ = w.try("Mika", rightPassword)
		for range 8 {
			if _, err := b.answer(signin.Answer{}); provider.CodeOf(err) != provider.CodeInvalid {
				t.Fatalf("an empty form: %v", err)
			}
		}
	})
}

// Six digits are few. Whoever knows the password and guesses for a whole day, as fast
// as they may, has tried few of them.
func TestADayOfGuessingFindsLittle(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL")
		w.enrol()
		guesses := 0
		for end := w.clock.now().Add(24 * time.Hour); w.clock.now().Before(end); {
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			_, err = b.answer(signin.Answer{Code: "000000"})
			var held *provider.Error
			switch {
			case errors.Is(err, signin.ErrWrongCode):
				guesses++
			case errors.As(err, &held) && held.Code == provider.CodeThrottled:
				w.clock.advance(time.Duration(held.RetryAfter) * time.Second)
			default:
				t.Fatal(err)
			}
		}
		if guesses > 50 {
			t.Errorf("%d guesses in a day", guesses)
		}
	})
}

func TestNothingSkipsTheSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON")
		phone := w.enrol()
		b, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		for name, given := range map[string]signin.Answer{
			"the password once more": {Username: "Mika", Password: rightPassword},
			"skip":                   {Skip: true},
			"remember":               {Remember: true},
			"a factor not set up":    {Choose: provider.FactorSMS},
			"a recovery code":        {Choose: provider.FactorRecovery},
			"the password as factor": {Choose: provider.FactorPassword},
			"an unknown factor":      {Choose: "NONE"},
			"a new password":         {NewPassword: "Another-horse-8"},
		} {
			if r, err := b.answer(given); err == nil {
				t.Errorf("%s: %+v", name, r)
			}
		}
		// Each is bound to its browser and its pool.
		code := phone.code()
		thief := &browser{w: w, binding: secret.Token(), attempt: b.attempt}
		if _, err := thief.answer(signin.Answer{Code: code}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("another browser: %v", err)
		}
		a, err := w.flow.Attempt(t.Context(), w.pool, b.attempt, b.binding)
		if err != nil || a.Step != signin.StepSecond {
			t.Fatalf("%+v, %v", a, err)
		}
		r, err = b.answer(signin.Answer{Code: code})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		if _, err := b.answer(signin.Answer{Code: phone.later().code()}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("the same attempt twice: %v", err)
		}
	})
}

// Between the factors an account may be turned off, its owner signed out everywhere,
// or the password changed: then what was proven counts no more.
func TestTheAccountIsLookedAtAgainAtTheSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON")
		phone := w.enrol()
		rows := w.st.Pool(w.pool.ID)
		begin := func() *browser {
			b, r, err := w.try("Mika", rightPassword)
			w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
			return b
		}
		b := begin()
		w.change(func(u *provider.User) { u.Enabled = false })
		if _, err := b.answer(signin.Answer{Code: phone.later().code()}); !errors.Is(err, provider.ErrUserDisabled) {
			t.Errorf("turned off: %v", err)
		}
		w.change(func(u *provider.User) { u.Enabled = true })
		w.clock.advance(time.Second)
		if err := rows.EndUserSessions(t.Context(), w.user.ID, "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{Code: phone.later().code()}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("signed out everywhere: %v", err)
		}
		b = begin()
		if err := rows.SetPassword(t.Context(), &provider.Password{UserID: w.user.ID, Hash: w.hash("Another-horse-8")}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{Code: phone.later().code()}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("another password: %v", err)
		}
		if err := rows.DeleteUser(t.Context(), w.user.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{Code: phone.later().code()}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("deleted: %v", err)
		}
	})
}

func TestARequiredFactorIsSetUpAtTheFirstSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON", provider.FactorTOTP)
		b, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		first := &app{w, r.Attempt.Enrolment().Secret()}
		for range 2 {
			if r, err := b.answer(signin.Answer{Skip: true}); err == nil {
				t.Fatalf("skipped: %+v", r)
			}
		}
		if _, err := b.answer(signin.Answer{Code: "000000"}); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("a wrong code: %v", err)
		}
		r, err = b.answer(signin.Answer{Again: true})
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		phone := &app{w, r.Attempt.Enrolment().Secret()}
		if phone.secret == first.secret {
			t.Error("begun again with the same secret")
		}
		if _, err := b.answer(signin.Answer{Code: first.code()}); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("a code of the old secret: %v", err)
		}
		r, err = b.answer(signin.Answer{Code: phone.code(), Name: "phone"})
		w.wantStep(r, err, signin.StepRecoveryCodes, "")
		codes := r.Attempt.RecoveryCodes()
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		r, err = b.answer(signin.Answer{})
		w.wantIn(r, err, "pwd", "mfa")

		// The code that proved the set-up does not work again.
		b, r, err = w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		if _, err := b.answer(signin.Answer{Code: phone.code()}); !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("replayed: %v", err)
		}
		// A lost phone: one of the codes, once, in whatever form.
		r, err = b.answer(signin.Answer{Choose: provider.FactorRecovery})
		w.wantStep(r, err, signin.StepSecond, provider.FactorRecovery)
		r, err = b.answer(signin.Answer{Code: " " + codes[3][:4] + " " + codes[3][5:] + " "})
		w.wantIn(r, err, "pwd", "otp", "mfa")
		b, _, _ = w.try("Mika", rightPassword)
		_, err = b.answer(signin.Answer{Choose: provider.FactorRecovery})
		if err == nil {
			_, err = b.answer(signin.Answer{Code: codes[3]})
		}
		if !errors.Is(err, signin.ErrWrongCode) {
			t.Errorf("a used recovery code: %v", err)
		}
	})
}

// Two set-ups at once, one of them perhaps a stranger's who knows the password: a
// code proves only the secret that its own page has shown.
func TestASetUpProvesTheSecretItHasShown(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON", provider.FactorTOTP)
		mine, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		phone := &app{w, r.Attempt.Enrolment().Secret()}
		_, r, err = w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		strangers := &app{w, r.Attempt.Enrolment().Secret()}
		for _, code := range []string{phone.code(), strangers.code()} {
			if r, err := mine.answer(signin.Answer{Code: code}); provider.CodeOf(err) != provider.CodeExpired {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if again, err := w.st.Pool(w.pool.ID).User(t.Context(), w.user.ID); err != nil || len(again.MFA.Enabled) > 0 {
			t.Errorf("%+v, %v", again, err)
		}
		r, err = mine.answer(signin.Answer{Again: true})
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		phone.secret = r.Attempt.Enrolment().Secret()
		r, err = mine.answer(signin.Answer{Code: phone.code()})
		w.wantStep(r, err, signin.StepRecoveryCodes, "")
	})
}

// Somebody may hold the password and be at the set-up while its owner changes it.
func TestASetUpEndsWithThePasswordThatBeganIt(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("ON", provider.FactorTOTP)
		b, r, err := w.try("Mika", rightPassword)
		w.wantStep(r, err, signin.StepSetUp, provider.FactorTOTP)
		phone := &app{w, r.Attempt.Enrolment().Secret()}
		rows := w.st.Pool(w.pool.ID)
		if err := rows.SetPassword(t.Context(), &provider.Password{UserID: w.user.ID, Hash: w.hash("Another-horse-8")}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{Code: phone.code()}); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("%v", err)
		}
		if u, err := rows.User(t.Context(), w.user.ID); err != nil || len(u.MFA.Enabled) > 0 {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

func TestRecoveryCodesAreGuessedNoFasterThanOthers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.mfa("OPTIONAL")
		w.enrol()
		if _, err := w.flow.Factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID); err != nil {
			t.Fatal(err)
		}
		b, _, _ := w.try("Mika", rightPassword)
		if _, err := b.answer(signin.Answer{Choose: provider.FactorRecovery}); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if _, err := b.answer(signin.Answer{Code: "2222-2222-22"}); !errors.Is(err, signin.ErrWrongCode) {
				t.Fatal(err)
			}
		}
		for _, way := range []provider.Factor{provider.FactorTOTP, provider.FactorRecovery} {
			if _, err := b.answer(signin.Answer{Choose: way}); err != nil {
				t.Fatal(err)
			}
			if _, err := b.answer(signin.Answer{Code: "222222"}); provider.CodeOf(err) != provider.CodeThrottled {
				t.Errorf("%s: %v", way, err)
			}
		}
		if row, err := w.st.Pool(w.pool.ID).Tries(t.Context(), "user:"+w.user.ID+":second"); err != nil || row.Failures != 5 {
			t.Errorf("%+v, %v", row, err)
		}
	})
}

// An upstream has factors of its own. Who leaves for one and comes back to give a
// password is asked like anybody else.
func TestUpstreamsHaveSecondFactorsOfTheirOwn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		u := withUpstream(w)
		u.mfa("ON", provider.FactorTOTP)
		phone := w.enrol()
		b := u.open(u.client)
		r, err := u.returns(b, u.leaves(b))
		w.wantIn(r, err, "fed")
		b = u.open(nil)
		u.leaves(b)
		r, err = b.answer(signin.Answer{Username: "Mika", Password: rightPassword})
		w.wantStep(r, err, signin.StepSecond, provider.FactorTOTP)
		r, err = b.answer(signin.Answer{Code: phone.code()})
		w.wantIn(r, err, "pwd", "otp", "mfa")
	})
}

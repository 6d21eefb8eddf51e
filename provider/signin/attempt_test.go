package signin_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/signin"
)

func TestAttemptBelongsToOneBrowserAndOneHour(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		right := signin.Answer{Username: "mika", Password: rightPassword}
		b := w.open(nil)
		other := &browser{w: w, binding: secret.Token(), attempt: b.attempt}
		for name, stranger := range map[string]*browser{
			"another browser": other,
			"no binding":      {w: w, attempt: b.attempt},
			"unknown attempt": {w: w, binding: b.binding, attempt: secret.Token()},
			"odd attempt":     {w: w, binding: b.binding, attempt: "x\x00'"},
		} {
			if _, err := stranger.answer(right); !errors.Is(err, provider.ErrAttemptNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		elsewhere := &provider.Pool{ID: "us-east-1_elsewhere"}
		if _, err := w.flow.Answer(t.Context(), elsewhere, b.attempt, b.binding, "", right); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("another pool: %v", err)
		}
		w.clock.advance(15 * time.Minute)
		if _, err := b.answer(right); !errors.Is(err, provider.ErrAttemptNotFound) {
			t.Errorf("expired: %v", err)
		}
	})
}

func TestStateOfAnotherAttemptDoesNotOpen(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rows := w.st.Pool(w.pool.ID)
		w.addUser("New", provider.UserForceChangePassword, provider.Password{Hash: w.hash(rightPassword), Temporary: true})
		mine, r, err := w.try("new", rightPassword)
		if err != nil || r.Attempt.Step != signin.StepNewPassword {
			t.Fatal(err)
		}
		proven, err := rows.Attempt(t.Context(), mine.attempt)
		if err != nil {
			t.Fatal(err)
		}
		theirs := w.open(nil)
		proven.ID = theirs.attempt
		if err := rows.MoveAttempt(t.Context(), proven, string(signin.StepPassword), nil); err != nil {
			t.Fatal(err)
		}
		if r, err := theirs.answer(signin.Answer{NewPassword: "Another-horse-8"}); err == nil || !errors.Is(err, secret.ErrSealed) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestForcedChange(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const temporary, own = "Temporary-and-first-1", "My-own-password-2"
		u := w.addUser("New", provider.UserForceChangePassword, provider.Password{Hash: w.hash(temporary), Temporary: true, ExpiresAt: w.st.Now().Add(time.Hour)})
		b, r, err := w.try("new", temporary)
		if err != nil || r.Principal != nil || r.Attempt.Step != signin.StepNewPassword || r.SessionID != "" {
			t.Fatalf("%+v, %v", r, err)
		}
		for password, want := range map[string]error{
			"short": &provider.Error{Code: provider.CodePasswordPolicy}, temporary: signin.ErrPasswordReused,
			"": signin.ErrPasswordMissing, "nul\x00nul-nul": &provider.Error{Code: provider.CodeInvalid},
		} {
			if _, err := b.answer(signin.Answer{NewPassword: password}); !errors.Is(err, want) {
				t.Errorf("%q: %v", password, err)
			}
		}
		// The password step cannot be skipped by answering the next one first.
		fresh := w.open(nil)
		if _, err := fresh.answer(signin.Answer{NewPassword: own}); !errors.Is(err, signin.ErrNameMissing) {
			t.Errorf("skipped the password: %v", err)
		}
		r, err = b.answer(signin.Answer{NewPassword: own})
		if err != nil || r.Principal == nil || r.Principal.UserID != u.ID || r.Principal.Username != "New" {
			t.Fatalf("%+v, %v", r, err)
		}
		if _, _, err := w.try("new", temporary); !errors.Is(err, provider.ErrWrongPassword) {
			t.Errorf("the temporary password: %v", err)
		}
		if _, r, err := w.try("new", own); err != nil || r.Principal == nil {
			t.Errorf("the own password: %+v, %v", r, err)
		}
		if login, _ := w.st.Pool(w.pool.ID).LoginByName(t.Context(), "new"); login.User.Status != provider.UserConfirmed {
			t.Errorf("status %s", login.User.Status)
		}
	})
}

func TestForcedChangeEndsWhenTheGroundShifts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		rows := w.st.Pool(w.pool.ID)
		shifts := map[string]struct {
			do   func(id string) error
			want error
		}{
			"Reset": {func(id string) error {
				return rows.SetPassword(t.Context(), &provider.Password{UserID: id, Hash: w.hash("Another-1"), Temporary: true})
			}, provider.ErrAttemptNotFound},
			"Deleted": {func(id string) error { return rows.DeleteUser(t.Context(), id) }, provider.ErrAttemptNotFound},
			"Disabled": {func(id string) error {
				return rows.ChangeUser(context.Background(), id, func(u *provider.User) ([]provider.UserName, error) {
					u.Enabled = false
					return nil, nil
				})
			}, provider.ErrUserDisabled},
		}
		for name, shift := range shifts {
			u := w.addUser(name, provider.UserForceChangePassword, provider.Password{Hash: w.hash(rightPassword), Temporary: true})
			b, _, err := w.try(name, rightPassword)
			if err != nil {
				t.Fatal(err)
			}
			if err := shift.do(u.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := b.answer(signin.Answer{NewPassword: "My-own-password-2"}); !errors.Is(err, shift.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

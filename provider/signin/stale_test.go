package signin_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/signin"
)

// A hash of another system lets its owner in once, and is one of ours from then on.
func TestForeignHashIsReplacedAtSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const password = "kæse & brot 42"
		for name, hash := range map[string]string{
			"bcrypt":   "$2y$05$fCCAvwnKP7tG8s650EpzeeXW7uV.8EUl4.1WhrG1tYZzDXlM1U9gq",
			"scrypt":   "$scrypt$ln=10,r=8,p=2$zFlLaW0tZaxVynmP8d6bUw$4+wI/rIru5RFjSAgod56nVmr36F6WJDLt9fsYoOfXro",
			"django":   "pbkdf2_sha256$1500$seasalt$BopiErN1ZDiIokm1RZuKNiRf1E54E+i7w88ewyxgpgw=",
			"argon2i":  "$argon2i$v=19$m=512,t=2,p=2$c2Vhc2FsdC1vZi1vdXJz$E/HbTqr/x1n76n29LHty7rU5Z2m5WhzUTrLs7LwhCQU",
			"argon2id": "$argon2id$v=19$m=512,t=2,p=2$c2Vhc2FsdC1vZi1vdXJz$M8LDAb/VasXCf3Q4Veu9l9K/E8O2I1a/RxQFeIu2WSo",
		} {
			u := w.addUser(name, provider.UserConfirmed, provider.Password{Hash: hash})
			stored := func() string {
				login, err := w.st.Pool(w.pool.ID).LoginByID(t.Context(), u.ID)
				if err != nil {
					t.Fatal(err)
				}
				return login.Password.Hash
			}
			if _, _, err := w.try(name, "another"); !errors.Is(err, provider.ErrWrongPassword) || stored() != hash {
				t.Errorf("%s, a wrong password: %v", name, err)
			}
			for range 2 {
				if _, r, err := w.try(name, password); err != nil || r.Principal == nil {
					t.Errorf("%s: %+v, %v", name, r, err)
				}
				if !strings.HasPrefix(stored(), "$argon2id$v=19$m=64,t=1,p=1$") {
					t.Errorf("%s: the hash is still %s", name, stored())
				}
			}
		}
	})
}

func TestPasswordThatIsTooOld(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.pool.Settings.PasswordPolicy = provider.PasswordPolicy{MaxAgeDays: 90, HistorySize: 3}
		if _, r, err := w.try("mika", rightPassword); err != nil || r.Principal == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		w.clock.advance(90 * 24 * time.Hour)
		b, r, err := w.try("mika", rightPassword)
		if err != nil || r.Principal != nil || r.Attempt.Step != signin.StepNewPassword || r.Attempt.ChangeReason() != signin.ChangeTooOld {
			t.Fatalf("%+v, %v", r, err)
		}
		if _, err := b.answer(signin.Answer{NewPassword: rightPassword}); !errors.Is(err, signin.ErrPasswordReused) || provider.PasswordFaultOf(err) != provider.PasswordReused {
			t.Errorf("the old one again: %v", err)
		}
		if r, err = b.answer(signin.Answer{NewPassword: "A-horse-of-mine-8"}); err != nil || r.Principal == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		if _, r, err := w.try("mika", "A-horse-of-mine-8"); err != nil || r.Principal == nil {
			t.Fatalf("the new one: %+v, %v", r, err)
		}
		kept, err := w.st.Pool(w.pool.ID).FormerPasswords(t.Context(), w.user.ID, 10)
		if err != nil || len(kept) != 1 {
			t.Errorf("%d former passwords are kept, %v", len(kept), err)
		}
		// The one before the last may not come back either.
		w.clock.advance(90 * 24 * time.Hour)
		if b, _, err = w.try("mika", "A-horse-of-mine-8"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.answer(signin.Answer{NewPassword: rightPassword}); !errors.Is(err, signin.ErrPasswordReused) {
			t.Errorf("the one before: %v", err)
		}
	})
}

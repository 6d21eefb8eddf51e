package factor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

func TestOperatorsTurnFactorsOnAndOff(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		on, off := true, false
		set := func(wishes ...factor.Preference) error {
			return w.factors.SetPreferences(t.Context(), w.pool, w.user.ID, wishes)
		}
		for _, f := range []provider.Factor{provider.FactorTOTP, provider.FactorSMS, provider.FactorEmail, provider.FactorPasskey, provider.FactorRecovery} {
			if err := set(factor.Preference{Factor: f, Enabled: &on}); provider.CodeOf(err) != provider.CodeInvalid {
				t.Errorf("%s, which is not set up: %v", f, err)
			}
		}
		w.enrol()
		must(t, set(factor.Preference{Factor: provider.FactorTOTP, Preferred: &on}))
		if err := set(factor.Preference{Factor: provider.FactorTOTP, Preferred: &on}, factor.Preference{Factor: provider.FactorSMS, Preferred: &on}); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("two preferred: %v", err)
		}
		must(t, set(factor.Preference{Factor: provider.FactorTOTP, Enabled: &off}))
		u, err := w.st.Pool(w.pool.ID).User(t.Context(), w.user.ID)
		must(t, err)
		if len(u.MFA.Enabled) > 0 || u.MFA.Preferred != "" {
			t.Errorf("%+v", u.MFA)
		}
		// Its secret stays, so it can be turned on again.
		must(t, set(factor.Preference{Factor: provider.FactorTOTP, Enabled: &on, Preferred: &on}))
		if got := w.has(); !slices.Equal(got, []provider.Factor{provider.FactorTOTP}) {
			t.Errorf("has %q", got)
		}
		if err := w.factors.SetPreferences(t.Context(), w.pool, "nobody", nil); !errors.Is(err, provider.ErrUserNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// Who has lost everything is helped by an operator, and told of it.
func TestAResetTakesEverythingAndSignsOut(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		offer := w.enrol()
		codes, err := w.factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID)
		must(t, err)
		before := len(w.told())
		ended := false
		w.factors.EndCredentials = func(context.Context, string, string) error { ended = true; return nil }
		must(t, w.factors.Reset(t.Context(), w.pool, w.user.ID))
		if _, err := w.factors.CheckTOTP(t.Context(), w.pool, w.user, w.code(offer.Secret(), 0)); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("the app: %v", err)
		}
		if err := w.recover(codes[0]); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a recovery code: %v", err)
		}
		u, err := w.st.Pool(w.pool.ID).User(t.Context(), w.user.ID)
		must(t, err)
		if len(u.MFA.Enabled) > 0 || u.ValidAfter == 0 || !ended {
			t.Errorf("%+v, credentials ended: %t", u, ended)
		}
		if told := w.told(); len(told) != before+1 || !strings.Contains(told[before].Subject, "was reset") {
			t.Errorf("%+v", told)
		}
		if got := w.actions(); got[0] != "user.factors_reset" {
			t.Errorf("%q", got)
		}
	})
}

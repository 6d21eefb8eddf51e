package factor_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
)

func (w *world) recover(given string) error {
	write, err := w.factors.CheckRecoveryCode(w.t.Context(), w.pool, w.user, given)
	if err == nil {
		err = w.write(write)
	}
	return err
}

func TestRecoveryCodesWorkOnceEach(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		codes, err := w.factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID)
		must(t, err)
		if len(codes) != 10 || len(slices.Compact(slices.Sorted(slices.Values(codes)))) != 10 {
			t.Fatalf("%q", codes)
		}
		typed := []func(string) string{
			func(c string) string { return c },
			strings.ToUpper,
			func(c string) string { return " " + strings.ReplaceAll(c, "-", " ") + "\t" },
			func(c string) string { return strings.ReplaceAll(c, "-", "") },
			func(c string) string { return strings.ReplaceAll(c, "-", "\u2013") }, // as word processors write it
		}
		for i, as := range typed {
			if err := w.recover(as(codes[i])); err != nil {
				t.Errorf("%q: %v", as(codes[i]), err)
			}
			if err := w.recover(codes[i]); !errors.Is(err, provider.ErrCodeMismatch) {
				t.Errorf("%q once more: %v", codes[i], err)
			}
		}
		for _, wrong := range []string{"", "----", codes[9][:11], codes[9] + "2", "aaaa-aaaa-aa", strings.Repeat("a", 100_000), "\xff\x00"} {
			if err := w.recover(wrong); !errors.Is(err, provider.ErrCodeMismatch) {
				t.Errorf("%.20q: %v", wrong, err)
			}
		}
		if n, err := w.factors.RecoveryCodesLeft(t.Context(), w.pool, w.user.ID); n != 5 || err != nil {
			t.Errorf("%d left, %v", n, err)
		}
		told := w.told()
		if len(told) != 6 || !strings.Contains(told[0].Subject, "new recovery codes") || !strings.Contains(told[5].Text, "codes left: 5") {
			t.Errorf("%+v", told)
		}
		for _, code := range codes[5:7] {
			must(t, w.recover(code))
		}
		if told := w.told(); len(told) != 9 || !strings.Contains(told[8].Subject, "few recovery codes") {
			t.Errorf("with three left: %+v", told[6:])
		}
		for _, m := range told {
			for _, code := range codes {
				if strings.Contains(m.Text, code) {
					t.Errorf("a code was mailed: %s", m.Text)
				}
			}
		}
	})
}

func TestRecoveryCodesAreReplacedAsAWhole(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		old, err := w.factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID)
		must(t, err)
		fresh, err := w.factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID)
		must(t, err)
		for _, code := range old {
			if err := w.recover(code); !errors.Is(err, provider.ErrCodeMismatch) {
				t.Errorf("%q: %v", code, err)
			}
		}
		must(t, w.recover(fresh[0]))
		// They are one person's, and only hashes of them are kept.
		rows, err := w.st.Pool(w.pool.ID).RecoveryCodes(t.Context(), w.user.ID)
		must(t, err)
		for _, row := range rows {
			if len(row.Hash) != 32 || row.KeyVersion != 1 {
				t.Errorf("%+v", row)
			}
		}
		other := &provider.User{ID: "id-eve", Username: "eve"}
		if _, err := w.factors.CheckRecoveryCode(t.Context(), w.pool, other, fresh[1]); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("another's code: %v", err)
		}
	})
}

func TestOneRecoveryCodeWorksOnceHoweverManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		codes, err := w.factors.RenewRecoveryCodes(t.Context(), w.pool, w.user.ID)
		must(t, err)
		write, err := w.factors.CheckRecoveryCode(t.Context(), w.pool, w.user, codes[0])
		must(t, err)
		won := w.race(8, func() error { return w.write(write) }, func(err error) bool { return errors.Is(err, provider.ErrCodeMismatch) })
		if won != 1 {
			t.Errorf("%d uses went well", won)
		}
	})
}

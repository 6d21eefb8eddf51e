package factor_test

import (
	"bytes"
	"errors"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

// What apps read holds who it is for, and the parameters that all of them expect.
func TestAnEnrolmentIsWhatAppsExpect(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		offer, _, err := w.factors.OfferTOTP(t.Context(), w.pool, w.user)
		must(t, err)
		u, err := url.Parse(offer.URI())
		must(t, err)
		q := u.Query()
		// A colon parts issuer and account, so none may stand in a name.
		if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Northwind  Cycling:mika@example.com" || q.Get("issuer") != "Northwind  Cycling" ||
			q.Get("algorithm") != "SHA1" || q.Get("digits") != "6" || q.Get("period") != "30" || len(q.Get("secret")) != 32 {
			t.Errorf("%s", offer.URI())
		}
		if g := offer.Grouped(); strings.Count(g, " ") != 7 || strings.ReplaceAll(g, " ", "") != offer.Secret() {
			t.Errorf("grouped: %s", g)
		}
		picture, err := offer.QR()
		must(t, err)
		if _, err := png.Decode(bytes.NewReader(picture)); err != nil {
			t.Error(err)
		}
		kept, err := offer.MarshalJSON()
		must(t, err)
		var again factor.Enrolment
		if err := again.UnmarshalJSON(kept); err != nil || again.Secret() != offer.Secret() {
			t.Errorf("%s, %v", again.URI(), err)
		}
	})
}

func TestLongAndOddNamesMakeAPicture(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for _, name := range []string{strings.Repeat("名", 400), "::", "a/b?c#d%e&f=g", "  "} {
			w.pool.Settings.DisplayName, w.user.Attributes["email"] = name, name
			offer, _, err := w.factors.OfferTOTP(t.Context(), w.pool, w.user)
			must(t, err)
			if _, err := offer.QR(); err != nil || len(offer.Secret()) != 32 || len(offer.URI()) > 800 {
				t.Errorf("%.20q: %d bytes, %v", name, len(offer.URI()), err)
			}
		}
	})
}

// The secret in the database opens nothing but its own row.
func TestASecretIsSealedToItsRow(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		offer := w.enrol()
		row, err := w.st.Pool(w.pool.ID).TOTP(t.Context(), w.user.ID)
		must(t, err)
		if bytes.Contains(row.SealedSecret, []byte(offer.Secret())) || row.SealedPending != nil || row.VerifiedAt == 0 || row.Name != "phone" {
			t.Errorf("%+v", row)
		}
		other := &provider.User{ID: "id-eve", Username: "eve", Status: provider.UserConfirmed, Enabled: true}
		rows := w.st.Pool(w.pool.ID)
		must(t, rows.CreateUser(t.Context(), other, []provider.UserName{{Key: "eve", Kind: "username"}}))
		must(t, rows.PutPendingTOTP(t.Context(), other.ID, row.SealedSecret))
		if _, err := w.factors.EnrolTOTP(t.Context(), w.pool, other, nil, w.code(offer.Secret(), 0), ""); err == nil {
			t.Error("another's secret was taken")
		}
	})
}

// A new app takes the old one's place only once it has shown a code.
func TestANewAppReplacesTheOldOnceItIsProved(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		old := w.enrol()
		offer, write, err := w.factors.OfferTOTP(t.Context(), w.pool, w.user)
		must(t, err)
		must(t, w.write(write))
		if _, err := w.factors.EnrolTOTP(t.Context(), w.pool, w.user, offer, w.code(old.Secret(), 0), ""); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("a code of the old app: %v", err)
		}
		check := func(secret string, step int) error {
			write, err := w.factors.CheckTOTP(t.Context(), w.pool, w.user, w.code(secret, step))
			if err == nil {
				err = w.write(write)
			}
			return err
		}
		must(t, check(old.Secret(), 0))
		if err := check(offer.Secret(), 0); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("the new app, unproved: %v", err)
		}
		write, err = w.factors.EnrolTOTP(t.Context(), w.pool, w.user, offer, w.code(offer.Secret(), 0), "")
		must(t, err)
		must(t, w.write(write))
		if err := check(old.Secret(), 1); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("the old app: %v", err)
		}
		must(t, check(offer.Secret(), 1))
		if got := w.has(); !slices.Equal(got, []provider.Factor{provider.FactorTOTP}) {
			t.Errorf("has %q", got)
		}
		if err := w.write(write); !errors.Is(err, provider.ErrCodeMismatch) {
			t.Errorf("confirmed twice: %v", err)
		}
	})
}

func TestOneCodeWorksOnceHoweverManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		offer := w.enrol()
		write, err := w.factors.CheckTOTP(t.Context(), w.pool, w.user, w.code(offer.Secret(), 0))
		must(t, err)
		won := w.race(8, func() error { return w.write(write) }, func(err error) bool { return errors.Is(err, provider.ErrCodeMismatch) })
		if won != 1 {
			t.Errorf("%d uses went well", won)
		}
	})
}

func TestUsersAreToldOfAppsThatComeAndGo(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.enrol()
		must(t, w.factors.RemoveTOTP(t.Context(), w.pool, w.user.ID))
		if err := w.factors.RemoveTOTP(t.Context(), w.pool, w.user.ID); !errors.Is(err, provider.ErrFactorNotFound) {
			t.Errorf("removed twice: %v", err)
		}
		if got := w.has(); len(got) > 0 {
			t.Errorf("has %q", got)
		}
		told := w.told()
		if len(told) != 2 || !strings.Contains(told[0].Subject, "was added") || !strings.Contains(told[1].Subject, "was removed") || told[0].To != "mika@example.com" {
			t.Errorf("%+v", told)
		}
		if got := w.actions(); !slices.Equal(got, []string{"user.factor_removed", "user.factor_added"}) {
			t.Errorf("%q", got)
		}
	})
}

// What people call their app may be anything, and as long as a form can be.
func TestAnAppIsCalledAnything(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		offer, write, err := w.factors.OfferTOTP(t.Context(), w.pool, w.user)
		must(t, err)
		must(t, w.write(write))
		write, err = w.factors.EnrolTOTP(t.Context(), w.pool, w.user, offer, w.code(offer.Secret(), 0), "my\x00 \xffphone"+strings.Repeat("é", 10000))
		must(t, err)
		must(t, w.write(write))
		kept, err := w.st.Pool(w.pool.ID).TOTP(t.Context(), w.user.ID)
		must(t, err)
		if !strings.HasPrefix(kept.Name, "my phoneé") || len(kept.Name) > 256 || !utf8.ValidString(kept.Name) {
			t.Errorf("%.40q, %d bytes", kept.Name, len(kept.Name))
		}
	})
}

package factor

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// What authenticator apps expect, whatever an otpauth: address says: SHA-1, six
// digits, steps of 30 seconds (RFC 6238 section 4). The secret is as long as the
// hash (RFC 4226 section 4).
const (
	totpDigits = otp.DigitsSix
	totpStep   = 30
	totpSecret = 20
	// totpDrift is how many steps a clock may be off, each way (RFC 6238 section 5.2).
	totpDrift = 1
)

// pendingLife is how long a new secret waits for its first code.
const pendingLife = time.Hour

// ErrEnrolmentOver means that the secret that a code was made with no longer waits
// for one: it waited too long, or another set-up began since.
var ErrEnrolmentOver = &provider.Error{Code: provider.CodeExpired, Kind: "set-up", Message: "This set-up is over. Begin again."}

// Enrolment is an authenticator app that is being set up: what to show.
type Enrolment struct{ key *otp.Key }

// URI is the otpauth: address that apps read.
func (e *Enrolment) URI() string { return e.key.URL() }

// Secret is what people type who cannot scan, in base32.
func (e *Enrolment) Secret() string { return e.key.Secret() }

// Grouped is Secret in groups of four, for reading aloud and copying.
func (e *Enrolment) Grouped() string {
	var b strings.Builder
	for i, r := range e.Secret() {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// QR is URI as a picture, in PNG. It has no quiet zone: the page leaves room.
func (e *Enrolment) QR() ([]byte, error) {
	img, err := e.key.Image(240, 240)
	if err != nil {
		return nil, errors.New("draw QR code: the address does not fit") // the cause holds the secret
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("draw QR code: %w", err)
	}
	return b.Bytes(), nil
}

// MarshalJSON keeps an enrolment as its address. Keep it sealed: it is the secret.
func (e *Enrolment) MarshalJSON() ([]byte, error) { return json.Marshal(e.URI()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Enrolment) UnmarshalJSON(b []byte) error {
	var uri string
	err := json.Unmarshal(b, &uri)
	if err == nil {
		e.key, err = otp.NewKeyFromURL(uri)
	}
	return err
}

// OfferTOTP makes a secret for a user's authenticator app. write keeps it, pending,
// in the transaction that ctx carries; the app they have goes on to count.
func (f *Factors) OfferTOTP(_ context.Context, pool *provider.Pool, u *provider.User) (offer *Enrolment, write func(context.Context) error, err error) {
	raw := secret.Bytes(totpSecret)
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: label(pool.Title(), 150), AccountName: label(u.KnownAs(), 240), Secret: raw, Period: totpStep, Digits: totpDigits, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("make authenticator secret: %w", err)
	}
	sealed := f.Sealer.Seal(totpRow(pool.ID, u.ID, "sealed_pending"), raw)
	return &Enrolment{key}, func(ctx context.Context) error {
		return f.Store.Pool(pool.ID).PutPendingTOTP(ctx, u.ID, sealed)
	}, nil
}

// label fits a name into an otpauth: address, in which a colon parts issuer and
// account. It takes at most so many bytes once it is escaped, so that the picture
// stays one that can be scanned.
func label(name string, most int) string {
	name = strings.TrimSpace(strings.ReplaceAll(name, ":", " "))
	size := 0
	for i, r := range name {
		if size += len(url.QueryEscape(string(r))); size > most {
			name = name[:i]
			break
		}
	}
	if name == "" {
		return "Cognate"
	}
	return name
}

// EnrolTOTP checks the first code of the secret that is pending. write makes that
// secret count in place of the one before, in the transaction that ctx carries. shown
// is the enrolment that the person saw, nil where the door keeps none; a secret that
// another set-up put in its place is not taken for it.
//
// Errors: provider.ErrCodeMismatch; ErrEnrolmentOver.
func (f *Factors) EnrolTOTP(ctx context.Context, pool *provider.Pool, u *provider.User, shown *Enrolment, code, name string) (write func(context.Context) error, err error) {
	rows := f.Store.Pool(pool.ID)
	t, err := rows.TOTP(ctx, u.ID)
	if errors.Is(err, provider.ErrFactorNotFound) || err == nil && (t.SealedPending == nil || t.PendingAt.Add(pendingLife) <= f.Store.Now()) {
		return nil, ErrEnrolmentOver.With(err)
	}
	if err != nil {
		return nil, err
	}
	raw, err := f.openTOTP(t, "sealed_pending", t.SealedPending)
	if err != nil {
		return nil, err
	}
	if shown != nil && !secret.Equal([]byte(shown.Secret()), []byte(base32.StdEncoding.EncodeToString(raw))) {
		return nil, ErrEnrolmentOver
	}
	step, err := f.stepOf(raw, code, 0)
	if err != nil {
		return nil, err
	}
	pending, had := t.SealedPending, t.SealedSecret != nil
	t.SealedSecret, t.LastStep, t.Name = f.Sealer.Seal(totpRow(pool.ID, u.ID, "sealed_secret"), raw), step, clip(name, 256)
	return func(ctx context.Context) error {
		// The user's row is taken first, as everywhere, so that no two wait for each other.
		var err error
		if had {
			err = f.Replaced(ctx, pool, u.ID)
		} else {
			err = f.Added(ctx, pool, u.ID, provider.FactorTOTP)
		}
		if err != nil {
			return err
		}
		return rows.ConfirmTOTP(ctx, t, pending)
	}, nil
}

// CheckTOTP checks a code of a user's authenticator app. write uses it up, in the
// transaction that ctx carries; of two uses of one code, one write fails.
//
// Errors: provider.ErrCodeMismatch, for write too.
func (f *Factors) CheckTOTP(ctx context.Context, pool *provider.Pool, u *provider.User, code string) (write func(context.Context) error, err error) {
	rows := f.Store.Pool(pool.ID)
	t, err := rows.TOTP(ctx, u.ID)
	if errors.Is(err, provider.ErrFactorNotFound) || err == nil && t.SealedSecret == nil {
		return nil, provider.ErrCodeMismatch.With(err)
	}
	if err != nil {
		return nil, err
	}
	raw, err := f.openTOTP(t, "sealed_secret", t.SealedSecret)
	if err != nil {
		return nil, err
	}
	step, err := f.stepOf(raw, code, t.LastStep)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return rows.TakeTOTPStep(ctx, t, step) }, nil
}

// RemoveTOTP takes a user's authenticator app away.
//
// Errors: provider.ErrFactorNotFound.
func (f *Factors) RemoveTOTP(ctx context.Context, pool *provider.Pool, userID string) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.Removed(ctx, pool, userID, provider.FactorTOTP); err != nil {
			return err
		}
		counted, err := f.Store.Pool(pool.ID).DeleteTOTP(ctx, userID)
		if err == nil && !counted {
			err = provider.ErrFactorNotFound // rolls the notice back
		}
		return err
	})
}

// stepOf is the time step that a code belongs to, if it lies close to now and after
// the last step that was used (RFC 6238 section 5.2).
func (f *Factors) stepOf(raw []byte, code string, last int64) (int64, error) {
	code = strings.Join(strings.Fields(code), "")
	text := base32.StdEncoding.EncodeToString(raw)
	now, match := f.Store.Now().Unix()/totpStep, int64(0)
	for step := now - totpDrift; step <= now+totpDrift; step++ {
		want, err := hotp.GenerateCodeCustom(text, uint64(step), hotp.ValidateOpts{Digits: totpDigits, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("authenticator code: %w", err)
		}
		if secret.Equal([]byte(want), []byte(code)) && step > last {
			match = step
		}
	}
	if match == 0 {
		return 0, provider.ErrCodeMismatch
	}
	return match, nil
}

// openTOTP opens a sealed secret of a user's app. A secret whose master key was
// taken away proves nothing any more.
func (f *Factors) openTOTP(t *provider.TOTP, column string, sealed []byte) ([]byte, error) {
	raw, err := f.Sealer.Open(totpRow(t.PoolID, t.UserID, column), sealed)
	if errors.Is(err, secret.ErrUnknownKey) {
		return nil, provider.ErrCodeMismatch.With(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open authenticator secret: %w", err)
	}
	return raw, nil
}

func totpRow(pool, userID, column string) secret.Row {
	return secret.Row{Table: "totps", Tenant: pool, ID: userID, Column: column}
}

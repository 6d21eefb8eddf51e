package directory

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
)

// JobCode is the kind of the job that mails a code.
const JobCode = "code"

// codeTries is how often one code may be tried. Six digits, five tries and the
// guard's limit on new codes leave a guesser five chances in a million an hour.
const codeTries = 5

// codeLife is how long a code works, as in Cognito.
func codeLife(purpose provider.CodePurpose) time.Duration {
	if purpose == provider.CodeSignUp {
		return 24 * time.Hour
	}
	return time.Hour
}

// CanMail reports whether codes can be sent at all.
func (d *Directory) CanMail() bool {
	return d.Guard != nil && d.Post.Ready(provider.ByEmail)
}

// errNoMail answers what needs a code where none can be sent.
func errNoMail() error {
	return provider.Invalid("", "This server has no way to send messages.")
}

// wanted is a code that somebody asked for. Whether there is anybody to mail it to
// is found out by the job, so that the answer takes the same time either way.
type wanted struct {
	Purpose provider.CodePurpose `json:"purpose"`
	Name    string               `json:"name"`
}

// askCode takes in a wish for a code. It looks nobody up.
//
// Errors: provider.CodeThrottled; provider.CodeInvalid when nothing can be sent.
func (d *Directory) askCode(ctx context.Context, p *provider.Pool, purpose provider.CodePurpose, name string) error {
	if !d.CanMail() {
		return errNoMail()
	}
	plain, err := json.Marshal(wanted{purpose, name})
	if err != nil {
		return fmt.Errorf("code job: %w", err)
	}
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := d.Guard.Ask(ctx, p.ID, risk.Subject{Name: NameKey(p, name)}, string(purpose)); err != nil {
			return err
		}
		key := uuid.NewString()
		return d.Store.All().Enqueue(ctx, provider.Job{
			PoolID: p.ID, Kind: JobCode, DedupeKey: key, Payload: d.Sealer.Seal(wantedRow(p.ID, key), plain),
		})
	})
}

func wantedRow(pool, key string) secret.Row {
	return secret.Row{Table: "jobs", Tenant: pool, ID: key, Column: "payload"}
}

// MailCode is the handler of JobCode: it mails a code to whom the name leads, if
// they may have one, and else does nothing.
func (d *Directory) MailCode(ctx context.Context, j provider.Job) error {
	plain, err := d.Sealer.Open(wantedRow(j.PoolID, j.DedupeKey), j.Payload)
	if err != nil {
		return fmt.Errorf("open code job: %w", err)
	}
	var w wanted
	if err := json.Unmarshal(plain, &w); err != nil {
		return fmt.Errorf("read code job: %w", err)
	}
	p, err := d.Pool(ctx, j.PoolID)
	if err == nil {
		var u *provider.User
		if u, err = d.FindUser(ctx, j.PoolID, w.Name); err == nil {
			err = d.mailCodeTo(ctx, p, u, w)
		}
	}
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil
	}
	return err
}

func (d *Directory) mailCodeTo(ctx context.Context, p *provider.Pool, u *provider.User, w wanted) error {
	if !mayHaveCode(u, w.Purpose) {
		return nil
	}
	if w.Name != u.ID {
		// A person with several names is still mailed no more often than one with one.
		err := d.Guard.Ask(ctx, p.ID, risk.Subject{UserID: u.ID}, string(w.Purpose))
		if provider.CodeOf(err) == provider.CodeThrottled {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return d.Store.Tx(ctx, func(ctx context.Context) error { return d.sendCode(ctx, p, u, w.Purpose) })
}

// mayHaveCode says whether a user can be sent a code for a purpose. A password is
// reset only through an address that was proved.
func mayHaveCode(u *provider.User, purpose provider.CodePurpose) bool {
	if !u.Enabled || u.Attributes["email"] == "" {
		return false
	}
	if purpose == provider.CodeSignUp {
		return u.Status == provider.UserUnconfirmed
	}
	return u.Attributes["email_verified"] == "true" && (u.Status == provider.UserConfirmed || u.Status == provider.UserResetRequired)
}

// sendCode makes a code and mails it, in the transaction that ctx carries.
func (d *Directory) sendCode(ctx context.Context, p *provider.Pool, u *provider.User, purpose provider.CodePurpose) error {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("make code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	c := &provider.OneTimeCode{
		UserID: u.ID, Purpose: purpose, KeyVersion: d.Sealer.Version(), Channel: provider.ByEmail, Destination: u.Attributes["email"],
		SentAt: d.Store.Now(), ExpiresAt: d.Store.Now().Add(codeLife(purpose)),
	}
	c.PoolID = p.ID
	if c.Hash, err = d.codeHash(c, code); err != nil {
		return err
	}
	if err := d.Store.Pool(p.ID).PutCode(ctx, c); err != nil {
		return err
	}
	return d.Post.Send(ctx, message.Letter{
		Pool: p, Kind: message.Kind(purpose), To: c.Destination, Lang: u.Attributes["locale"], Username: u.Username, Code: code,
		Minutes: int(codeLife(purpose) / time.Minute),
	})
}

func (d *Directory) codeHash(c *provider.OneTimeCode, code string) ([]byte, error) {
	key, err := d.Sealer.DeriveFrom(c.KeyVersion, "codes")
	if err != nil {
		return nil, err
	}
	return secret.MAC(key, c.PoolID, c.UserID, string(c.Purpose), c.Destination, code), nil
}

// proveCode checks a code that somebody gave for the user that a name leads to.
// Whether there is such a user shows in nothing: an unknown name is counted,
// throttled and refused like a wrong code. The caller spends the code in the
// transaction of what it allows, and releases the try.
//
// Errors: provider.ErrCodeMismatch; provider.ErrCodeExpired for a right one that is
// too old; provider.CodeThrottled.
func (d *Directory) proveCode(ctx context.Context, p *provider.Pool, name, given string, purpose provider.CodePurpose) (*provider.User, *provider.OneTimeCode, *risk.Try, error) {
	if d.Guard == nil {
		return nil, nil, nil, errNoMail()
	}
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
		return nil, nil, nil, err
	}
	subject := risk.Subject{Name: NameKey(p, name)}
	if u == nil {
		u = &provider.User{PoolID: p.ID, ID: uuid.NewString()}
	} else {
		subject.UserID = u.ID
	}
	try, err := d.Guard.Begin(ctx, p.ID, subject)
	if err != nil {
		return nil, nil, nil, err
	}
	c, err := d.Store.Pool(p.ID).TryCode(ctx, u.ID, purpose, "", codeTries)
	if err != nil {
		return nil, nil, try, err
	}
	want, err := d.codeHash(c, strings.TrimSpace(given))
	switch {
	case errors.Is(err, secret.ErrUnknownKey): // the key that made it was taken away
		return nil, nil, try, provider.ErrCodeMismatch.With(err)
	case err != nil:
		return nil, nil, try, err
	case !secret.Equal(want, c.Hash):
		return nil, nil, try, provider.ErrCodeMismatch
	case c.ExpiresAt <= d.Store.Now():
		return nil, nil, try, provider.ErrCodeExpired
	case c.Destination != u.Attributes["email"] || !mayHaveCode(u, purpose):
		return nil, nil, try, provider.ErrCodeMismatch
	}
	return u, c, try, nil
}

// Masked is an e-mail address as it is shown to whoever may not be its owner.
func Masked(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	first := func(s string) string {
		for _, r := range s {
			return string(r) + "***"
		}
		return "***"
	}
	return first(local) + "@" + first(domain)
}

// verifies reports whether a pool proves e-mail addresses at sign-up.
func verifies(p *provider.Pool) bool { return slices.Contains(p.Settings.AutoVerified, "email") }

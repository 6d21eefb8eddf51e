package directory

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
)

// codeTries is how often one code may be tried. Six digits, five tries and the
// guard's limit on new codes leave a guesser five chances in a million an hour.
const codeTries = 5

// newCode is six digits that nobody can foretell.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%06d", n)
}

// codeHash is what is kept of a code. It fits one user, purpose, attempt and address.
func (d *Directory) codeHash(c *provider.OneTimeCode, code string) ([]byte, error) {
	key, err := d.Sealer.DeriveFrom(c.KeyVersion, "codes")
	if err != nil {
		return nil, err
	}
	return secret.MAC(key, c.PoolID, c.UserID, string(c.Purpose), c.Attempt, c.Destination, code), nil
}

// mayHave says whether a user can be sent a code for a purpose by a channel, and may
// still use one. A password is reset only through an address that was proved. So
// does a code sign in; before the first sign-in it proves the address by itself.
func mayHave(p *provider.Pool, u *provider.User, purpose provider.CodePurpose, by provider.Channel) bool {
	if !u.Enabled || u.Attributes[by.Attribute()] == "" {
		return false
	}
	switch purpose {
	case provider.CodeSignUp:
		return u.Status == provider.UserUnconfirmed
	case provider.CodeResetPassword:
		return proved(u, by) && (u.Status == provider.UserConfirmed || u.Status == provider.UserResetRequired)
	case provider.CodeSignIn:
		switch u.Status {
		case provider.UserConfirmed, provider.UserResetRequired:
			return proved(u, by) && slices.Contains(p.Settings.First(), FactorOf(by))
		case provider.UserUnconfirmed, provider.UserForceChangePassword:
			return slices.Contains(p.Settings.First(), FactorOf(by))
		}
	}
	return false
}

// claim is a code that somebody gave, for the user that a name leads to.
type claim struct {
	Name    string
	Purpose provider.CodePurpose
	Attempt string
	Code    string
}

// evidence is whose code was right. Whoever acts on it spends the code in the
// transaction of what it allows.
type evidence struct {
	User *provider.User        // beside a refusal: whose name it was, for the trail; nil for nobody's
	Code *provider.OneTimeCode // nil beside a refusal
}

// proveCode checks a claim. Whether there is such a user shows in nothing: an
// unknown name is counted, throttled and refused like a wrong code, with the same
// reads and writes. The caller releases the try.
//
// Errors: provider.ErrCodeMismatch; provider.ErrCodeExpired for a right one that is
// too old; provider.CodeThrottled.
func (d *Directory) proveCode(ctx context.Context, p *provider.Pool, k claim) (*evidence, *risk.Try, error) {
	if d.Guard == nil {
		return nil, nil, errCannotSend()
	}
	u, err := d.FindUser(ctx, p.ID, k.Name)
	if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
		return nil, nil, err
	}
	known, subject := u, risk.Subject{Name: NameKey(p, k.Name)}
	if u == nil {
		u = &provider.User{PoolID: p.ID, ID: uuid.NewString()}
	} else {
		subject.UserID = u.ID
	}
	try, err := d.Guard.Begin(ctx, p.ID, subject)
	if err != nil {
		return nil, nil, err
	}
	var c *provider.OneTimeCode
	fault := d.Store.Tx(ctx, func(ctx context.Context) error {
		// Counting a try of a code is a write, and where there is no code to try there
		// would be none: this one is made for both.
		if err := try.Touch(ctx); err != nil {
			return err
		}
		if c, err = d.checkCode(ctx, u, k); err != nil && !refusesCode(err) {
			return err
		}
		return nil // a refusal is counted too
	})
	if fault != nil {
		return nil, try, fault
	}
	if err == nil && (c.Destination != u.Attributes[c.Channel.Attribute()] || !mayHave(p, u, k.Purpose, c.Channel)) {
		err = provider.ErrCodeMismatch
	}
	if err != nil {
		if lost := d.lockedOut(ctx, p, known, try); lost != nil {
			return nil, try, lost
		}
		return &evidence{User: known}, try, err
	}
	return &evidence{u, c}, try, nil
}

// lockedOut has whoever a failed try was of told, if it made them wait; nil for nobody.
func (d *Directory) lockedOut(ctx context.Context, p *provider.Pool, u *provider.User, try *risk.Try) error {
	lock, err := try.Lockout(ctx)
	if err != nil || lock.Wait == 0 {
		return err
	}
	id := ""
	if u != nil {
		id = u.ID
	}
	return d.TellLocked(ctx, p.ID, id, lock)
}

// checkCode compares a code with the one that a user was sent, and counts the try.
// Its caller counts failures over many codes.
//
// Errors: provider.ErrCodeMismatch, provider.ErrCodeExpired.
func (d *Directory) checkCode(ctx context.Context, u *provider.User, k claim) (*provider.OneTimeCode, error) {
	c, err := d.Store.Pool(u.PoolID).TryCode(ctx, u.ID, k.Purpose, k.Attempt, codeTries)
	if err != nil {
		return nil, err
	}
	want, err := d.codeHash(c, strings.TrimSpace(k.Code))
	switch {
	case errors.Is(err, secret.ErrUnknownKey): // the key that made it was taken away
		return nil, provider.ErrCodeMismatch.With(err)
	case err != nil:
		return nil, err
	case !secret.Equal(want, c.Hash):
		return nil, provider.ErrCodeMismatch
	case c.ExpiresAt <= d.Store.Now():
		return nil, provider.ErrCodeExpired
	}
	return c, nil
}

// refusesCode reports whether an error says that a code is not right, and not that
// something broke.
func refusesCode(err error) bool {
	return errors.Is(err, provider.ErrCodeMismatch) || errors.Is(err, provider.ErrCodeExpired)
}

// asUser is the context of what a user does to their own account.
func asUser(ctx context.Context, u *provider.User) context.Context {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", u.ID
	return provider.WithActor(ctx, actor)
}

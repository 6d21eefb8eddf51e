package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// password is the first step: a name and the password that belongs to it.
func (f *Flow) password(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if !directory.TakesPasswords(pool) {
		// The pool's setting has changed since, or its other ways cannot be taken now.
		return outcome{}, provider.ErrUnavailable
	}
	// The page shows again what was typed.
	a.Username = given.Username
	if err := checkName(given.Username); err != nil {
		return outcome{}, err
	}
	if err := checkPassword("password", given.Password); err != nil {
		return outcome{}, err
	}
	proof, err := f.prove(ctx, pool, given.Username, given.Password)
	if err == nil {
		err = usable(&proof.login.User, &proof.login.Password, f.Store.Now())
	}
	if proof == nil {
		return outcome{}, err // throttled, or a fault: no check was made
	}
	out := outcome{try: proof.try}
	if err != nil {
		if mended, ok, fault := f.mend(ctx, pool, a, proof, err); ok {
			return mended, fault
		}
		return out, f.refuse(ctx, pool, a, proof, err)
	}
	user := &proof.login.User
	out.user = user
	a.state.proves(user, provider.FactorPassword, proof.at, "pwd")
	a.state.Typed, a.state.Proven = given.Username, proof.login.Password.Hash
	a.state.Change = changeReason(pool, proof.login, f.Store.Now())
	rehash, err := f.rehash(ctx, proof, given.Password)
	if err != nil {
		return out, err
	}
	if rehash != "" {
		a.state.Proven = rehash
	}
	out.write = func(ctx context.Context) error {
		if rehash != "" {
			if err := f.Store.Pool(pool.ID).RehashPassword(ctx, user.ID, proof.login.Password.Hash, rehash); err != nil {
				return err
			}
		}
		return proof.try.Passed(ctx)
	}
	return out, nil
}

// proof is a password check that was made.
type proof struct {
	login *store.Login // nil when the name leads nowhere
	try   *risk.Try
	stale bool          // the hash has old costs
	at    provider.Time // just before the hash was read
}

// prove checks one password. Whoever the name leads to, it does the same: one
// read, one try counted, one hash. The caller releases the proof's try.
//
// Errors: provider.ErrWrongPassword, provider.CodeThrottled,
// provider.ErrUnavailable. The proof is set once a try was counted.
func (f *Flow) prove(ctx context.Context, pool *provider.Pool, name, password string) (*proof, error) {
	key, at := directory.NameKey(pool, name), f.Store.Now()
	login, err := f.Store.Pool(pool.ID).LoginByName(ctx, key)
	if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
		return nil, err
	}
	subject := risk.Subject{Name: key}
	if login != nil {
		subject.UserID = login.User.ID
	}
	try, err := f.Guard.Begin(ctx, pool.ID, subject)
	if err != nil {
		return nil, err
	}
	p := &proof{login: login, try: try, at: at}
	ok := false
	if login == nil || login.Password.Hash == "" {
		err = f.Hasher.Decoy(ctx, password)
	} else {
		ok, p.stale, err = f.Hasher.Verify(ctx, login.Password.Hash, password)
	}
	if err != nil {
		return p, f.withdraw(ctx, try, err)
	}
	if !ok {
		return p, provider.ErrWrongPassword
	}
	return p, nil
}

// withdraw takes back a try that no check followed.
func (f *Flow) withdraw(ctx context.Context, try *risk.Try, cause error) error {
	// Whoever asked may be gone; the count must be put right all the same.
	ctx = context.WithoutCancel(ctx)
	err := errors.Join(cause, try.Withdraw(ctx))
	if errors.Is(cause, secret.ErrBusy) {
		return provider.ErrUnavailable.With(err)
	}
	return fmt.Errorf("no check was made: %w", err)
}

// usable says whether a user who gave the right password may go on.
func usable(u *provider.User, w *provider.Password, now provider.Time) error {
	switch {
	case !u.Enabled:
		return provider.ErrUserDisabled
	case u.Status == provider.UserUnconfirmed:
		return ErrUnconfirmed
	case u.Status == provider.UserResetRequired:
		return ErrResetRequired
	case w.Temporary && w.ExpiresAt != 0 && w.ExpiresAt <= now:
		return ErrPasswordExpired
	}
	return nil
}

// refuse writes the trail of a sign-in that was refused and returns what the
// outside is told.
func (f *Flow) refuse(ctx context.Context, pool *provider.Pool, a *Attempt, p *proof, err error) error {
	reason := ""
	switch {
	case errors.Is(err, provider.ErrWrongPassword) && p.login == nil:
		reason = "unknown_user"
		if a.state.Reveal {
			err = provider.ErrUserNotFound
		}
	case errors.Is(err, provider.ErrWrongPassword):
		reason = "wrong_password"
	case errors.Is(err, provider.ErrUserDisabled):
		reason = "disabled"
	case errors.Is(err, ErrUnconfirmed):
		reason = "unconfirmed"
	case errors.Is(err, ErrResetRequired):
		reason = "reset_required"
	case errors.Is(err, ErrPasswordExpired):
		reason = "password_expired"
	default:
		return err
	}
	userID := ""
	if p.login != nil {
		userID = p.login.User.ID
	}
	if e := f.failedTry(ctx, pool, a, userID, reason, p.try); e != nil {
		return e
	}
	return err
}

// rehash returns a hash with today's costs when the stored one has others.
func (f *Flow) rehash(ctx context.Context, p *proof, password string) (string, error) {
	if !p.stale {
		return "", nil
	}
	hash, err := f.Hasher.Hash(ctx, password)
	if err != nil {
		return "", f.withdraw(ctx, p.try, err)
	}
	return hash, nil
}

package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// ChangeReason is why a password must be changed.
type ChangeReason string

// The reasons.
const (
	ChangeTemporary ChangeReason = "temporary" // an operator has set it
	ChangeTooOld    ChangeReason = "too_old"   // the pool wants a new one by now
	ChangeReset     ChangeReason = "reset"     // it is refused until it is reset
)

// ChangeReason is why StepNewPassword asks.
func (a *Attempt) ChangeReason() ChangeReason { return a.state.Change }

// changeReason says whether a password that was proven must be changed.
func changeReason(pool *provider.Pool, login *store.Login, now provider.Time) ChangeReason {
	switch {
	case login.User.Status == provider.UserForceChangePassword || login.Password.Temporary:
		return ChangeTemporary
	case pool.Settings.PasswordPolicy.TooOld(login.Password.UpdatedAt, now):
		return ChangeTooOld
	}
	return ""
}

// newPasswordGate has a password changed that must be.
func (f *Flow) newPasswordGate(_ context.Context, _ *provider.Pool, a *Attempt, _ *provider.User) (move, error) {
	if a.state.Change == "" {
		return move{}, nil
	}
	return move{next: StepNewPassword}, nil
}

// newPassword is the step after a password that an operator has set, or that is too
// old: the person chooses another, which nobody else knows.
func (f *Flow) newPassword(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if err := checkPassword("new_password", given.NewPassword); err != nil {
		return outcome{}, err
	}
	rows := f.Store.Pool(pool.ID)
	proven := a.state.Proven
	login, err := rows.LoginByID(ctx, a.state.UserID)
	if err != nil {
		if errors.Is(err, provider.ErrUserNotFound) {
			return outcome{}, provider.ErrAttemptNotFound
		}
		return outcome{}, err
	}
	if login.Password.Hash != a.state.Proven || a.state.At < login.User.ValidAfter {
		// Somebody set another password, or signed the user out everywhere, since: what was
		// proven counts no more.
		return outcome{}, provider.ErrAttemptNotFound
	}
	was := provider.UserForceChangePassword
	if a.state.Change == ChangeReset {
		was = provider.UserResetRequired
	}
	err = usable(&login.User, &login.Password, f.Store.Now())
	if err != nil && !(a.state.Change == ChangeReset && errors.Is(err, ErrResetRequired)) {
		return outcome{}, err
	}
	passwords := directory.Passwords{Store: f.Store, Hasher: f.Hasher, Breached: f.Breached}
	err = passwords.Check(ctx, pool, &login.User, given.NewPassword, proven)
	switch {
	case provider.PasswordFaultOf(err) == provider.PasswordReused:
		return outcome{}, ErrPasswordReused.With(err)
	case provider.CodeOf(err) == provider.CodePasswordPolicy:
		return outcome{}, err
	case err != nil:
		return outcome{}, busy(err)
	}
	hash, err := f.Hasher.Hash(ctx, given.NewPassword)
	if err != nil {
		return outcome{}, busy(err)
	}
	a.state.Proven, a.state.Change = hash, ""
	return outcome{user: &login.User, write: func(ctx context.Context) error {
		if err := rows.RetirePassword(ctx, a.state.UserID, pool.Settings.PasswordPolicy.Former()); err != nil {
			return err
		}
		if err := rows.ReplacePassword(ctx, a.state.UserID, proven, hash, was); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool.ID, directory.UserChangePassword, audit.Success, "user/"+a.state.UserID, nil)
	}}, nil
}

func busy(err error) error {
	if errors.Is(err, secret.ErrBusy) {
		return provider.ErrUnavailable.With(err)
	}
	return fmt.Errorf("hash password: %w", err)
}

package signin

import (
	"context"
	"errors"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/secret"
)

// newPassword is the step after a password that an operator has set: the person
// chooses one that nobody else knows.
func (f *Flow) newPassword(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if err := checkPassword("new_password", given.NewPassword); err != nil {
		return outcome{}, err
	}
	if err := directory.CheckPassword(pool, given.NewPassword); err != nil {
		return outcome{}, err
	}
	rows, at := f.Store.Pool(pool.ID), f.Store.Now()
	login, err := rows.LoginByID(ctx, a.state.UserID)
	if err != nil {
		if errors.Is(err, provider.ErrUserNotFound) {
			return outcome{}, provider.ErrAttemptNotFound
		}
		return outcome{}, err
	}
	if login.Password.Hash != a.state.Proven {
		// Somebody set another password since: what was proven counts no more.
		return outcome{}, provider.ErrAttemptNotFound
	}
	if err := usable(&login.User, &login.Password, f.Store.Now()); err != nil {
		return outcome{}, err
	}
	same, _, err := f.Hasher.Verify(ctx, a.state.Proven, given.NewPassword)
	if err != nil {
		return outcome{}, busy(err)
	}
	if same {
		return outcome{}, ErrPasswordReused
	}
	hash, err := f.Hasher.Hash(ctx, given.NewPassword)
	if err != nil {
		return outcome{}, busy(err)
	}
	return outcome{at: at, write: func(ctx context.Context) error {
		if err := rows.ReplacePassword(ctx, a.state.UserID, a.state.Proven, hash); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool.ID, "user.password_changed", audit.Success, "user/"+a.state.UserID, nil)
	}}, nil
}

func busy(err error) error {
	if errors.Is(err, secret.ErrBusy) {
		return provider.ErrUnavailable.With(err)
	}
	return fmt.Errorf("hash password: %w", err)
}

package directory

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
)

// ChangePassword is for somebody who is signed in: it takes the password that they
// have and gives them another. A user without one, who came in by something else,
// gives none, and the caller has made sure who it is. A wrong one is counted like a
// wrong one at sign-in.
//
// All that they are signed in to elsewhere ends. keep names what goes on: a session,
// by provider.Principal's SessionID, or a grant, by its id; empty for nothing. They
// are told by mail.
//
// Errors: provider.ErrWrongPassword, provider.CodeThrottled,
// provider.CodePasswordPolicy, provider.ErrUserNotFound, provider.ErrUserDisabled,
// provider.CodeInvalid for somebody without a password here,
// provider.CodeConflict when it was changed meanwhile, provider.ErrUnavailable.
func (d *Directory) ChangePassword(ctx context.Context, p *provider.Pool, userID, old, password, keep string) error {
	rows := d.Store.Pool(p.ID)
	login, err := rows.LoginByID(ctx, userID)
	if err != nil {
		return err
	}
	u, has := &login.User, login.Password.Hash
	switch {
	case !u.Enabled:
		return provider.ErrUserDisabled
	case u.Status == provider.UserExternalProvider:
		return provider.Invalid("Username", "The user signs in at another provider and has no password here.")
	}
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", u.ID
	ctx = provider.WithActor(ctx, actor)
	try, err := d.proveOld(ctx, p, u, has, old)
	if try != nil {
		defer try.Release()
	}
	if err != nil {
		return busy(err)
	}
	pw, err := d.chosen(ctx, p, u, has, old, password)
	if err != nil {
		if try != nil { // the old one was right
			err = errors.Join(err, try.Withdraw(ctx))
		}
		return busy(err)
	}
	return d.change(ctx, p.ID, UserChangePassword, userTarget(u.ID), nil, func(ctx context.Context) error {
		err := rows.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			if now.Status == provider.UserForceChangePassword || now.Status == provider.UserResetRequired {
				now.Status = provider.UserConfirmed
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
		if has != "" { // it is held until this transaction ends
			if err := rows.HoldPassword(ctx, u.ID, has); err != nil {
				return &provider.Error{Code: provider.CodeConflict, Kind: "password", Message: "The password was changed meanwhile.", Cause: err}
			}
		}
		if err := d.putPassword(ctx, p, pw); err != nil {
			return err
		}
		if err := rows.EndOtherSessions(ctx, u.ID, keep, "password changed"); err != nil {
			return err
		}
		if d.EndCredentials != nil {
			if err := d.EndCredentials(ctx, p.ID, u.ID); err != nil {
				return err
			}
		}
		if try != nil {
			if err := try.Passed(ctx); err != nil {
				return err
			}
		}
		return d.Post.Tell(ctx, p, u, message.PasswordChanged)
	})
}

// proveOld checks the password that a user has. The try stays counted when it is
// wrong.
func (d *Directory) proveOld(ctx context.Context, p *provider.Pool, u *provider.User, hash, old string) (*risk.Try, error) {
	if hash == "" {
		if old != "" {
			return nil, provider.ErrWrongPassword
		}
		return nil, nil
	}
	if d.Guard == nil {
		return nil, provider.ErrUnavailable
	}
	try, err := d.Guard.Begin(ctx, p.ID, risk.Subject{UserID: u.ID})
	if err != nil {
		return nil, err
	}
	ok, _, err := d.Hasher.Verify(ctx, hash, old)
	if err != nil {
		return try, errors.Join(err, try.Withdraw(context.WithoutCancel(ctx)))
	}
	if !ok {
		if err := d.Audit.Record(ctx, p.ID, UserChangePassword, audit.Failure, userTarget(u.ID), map[string]string{"reason": "wrong_password"}); err != nil {
			return try, err
		}
		return try, provider.ErrWrongPassword
	}
	return try, nil
}

// chosen checks and hashes the password that a user wants in place of another.
func (d *Directory) chosen(ctx context.Context, p *provider.Pool, u *provider.User, has, old, password string) (*provider.Password, error) {
	if has != "" && password == old {
		return nil, refused(provider.PasswordReused, "Password has been used before")
	}
	if err := d.passwords().Check(ctx, p, u, password); err != nil {
		return nil, err
	}
	return d.hash(ctx, p, u, password, true)
}

// busy is what the outside is told when too many passwords wait to be hashed.
func busy(err error) error {
	if errors.Is(err, secret.ErrBusy) {
		return provider.ErrUnavailable.With(err)
	}
	return err
}

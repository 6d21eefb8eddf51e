package directory

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
)

// ForgotPassword mails a code that lets a password be reset to whom the name leads,
// if their e-mail address is verified, and does nothing for anybody else. It takes
// the same time for all: who it is, a job finds out.
//
// Errors: provider.CodeThrottled; provider.CodeInvalid when nothing can be sent.
func (d *Directory) ForgotPassword(ctx context.Context, p *provider.Pool, name string) error {
	return d.askCode(ctx, p, provider.CodeResetPassword, name)
}

// ConfirmForgotPassword sets a new password by the code that was mailed. Every
// session and grant from before ends, and the owner is told by mail.
//
// Errors: provider.CodePasswordPolicy, before anybody is looked for;
// provider.ErrCodeMismatch, provider.ErrCodeExpired, provider.CodeThrottled.
func (d *Directory) ConfirmForgotPassword(ctx context.Context, p *provider.Pool, name, code, password string) (*provider.User, error) {
	if !d.CanMail() {
		return nil, errNoMail()
	}
	if err := Fits(p, &provider.User{Username: name}, password); err != nil {
		return nil, err
	}
	u, c, try, err := d.proveCode(ctx, p, name, code, provider.CodeResetPassword)
	if try != nil {
		defer try.Release()
	}
	if err != nil {
		return nil, err
	}
	// What only their owner may be told comes after the proof.
	if err := d.passwords().Check(ctx, p, u, password); err != nil {
		return nil, busy(errors.Join(err, d.unproved(ctx, c, try)))
	}
	pw, err := d.hash(ctx, p, u, password, true)
	if err != nil {
		return nil, busy(err)
	}
	st := d.Store.Pool(p.ID)
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", u.ID
	ctx = provider.WithActor(ctx, actor)
	return u, d.change(ctx, p.ID, UserPasswordReset, userTarget(u.ID), nil, func(ctx context.Context) error {
		if err := st.SpendCode(ctx, c); err != nil {
			return err
		}
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			if !mayHaveCode(now, provider.CodeResetPassword) || now.Attributes["email"] != c.Destination {
				return nil, provider.ErrCodeMismatch
			}
			now.Status = provider.UserConfirmed
			return nil, nil
		})
		if err != nil {
			return err
		}
		if err := d.putPassword(ctx, p, pw); err != nil {
			return err
		}
		if err := st.EndUserSessions(ctx, u.ID, "password reset"); err != nil {
			return err
		}
		if err := try.Passed(ctx); err != nil {
			return err
		}
		return d.Post.Tell(ctx, p, u, message.PasswordReset)
	})
}

// unproved takes back the try of a right code that could not be used yet: who chooses
// badly may choose again.
func (d *Directory) unproved(ctx context.Context, c *provider.OneTimeCode, try *risk.Try) error {
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := d.Store.Pool(c.PoolID).ForgiveCode(ctx, c); err != nil {
			return err
		}
		return try.Withdraw(ctx)
	})
}

// ResetPassword makes a user choose a new password by a code that is mailed to
// them. Every session and grant ends at once.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden when the user's state
// does not allow it; provider.CodeInvalid without a verified address or a way to
// send.
func (d *Directory) ResetPassword(ctx context.Context, pool, name string) error {
	if !d.CanMail() {
		return errNoMail()
	}
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	st := d.Store.Pool(pool)
	return d.changeIn(ctx, pool, UserResetPassword, userTarget(u.ID), nil, func(ctx context.Context, p *provider.Pool) error {
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			switch {
			case now.Status != provider.UserConfirmed && now.Status != provider.UserResetRequired:
				return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "User password cannot be reset in the current state."}
			case now.Attributes["email"] == "" || now.Attributes["email_verified"] != "true":
				return nil, provider.Invalid("Username", "Cannot reset password for the user as there is no registered/verified email or phone_number")
			}
			now.Status = provider.UserResetRequired
			u = now
			return nil, nil
		})
		if err != nil {
			return err
		}
		if err := st.EndUserSessions(ctx, u.ID, "password reset by an operator"); err != nil || !u.Enabled {
			return err
		}
		return d.sendCode(ctx, p, u, provider.CodeResetPassword)
	})
}

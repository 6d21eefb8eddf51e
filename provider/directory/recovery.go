package directory

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
)

// ForgotPassword sends a code that lets a password be reset to whom the name leads,
// by the first channel of the pool's order whose address they have proved, and does
// nothing for anybody else. It takes the same time for all: who it is, a job finds
// out.
//
// Errors: ErrAskAdministrator, for every name alike; provider.CodeThrottled;
// provider.CodeInvalid when nothing can be sent.
func (d *Directory) ForgotPassword(ctx context.Context, p *provider.Pool, name string) error {
	if len(p.Settings.RecoveryOrder()) == 0 {
		return ErrAskAdministrator
	}
	return d.askCode(ctx, p, wanted{Purpose: provider.CodeResetPassword, Name: name})
}

// ResendReset sends the code of an operator's reset once more. It is for whoever
// gave the old password, so it goes on where only administrators reset passwords.
//
// Errors: those of ForgotPassword but the first.
func (d *Directory) ResendReset(ctx context.Context, p *provider.Pool, name string) error {
	return d.askCode(ctx, p, wanted{Purpose: provider.CodeResetPassword, Name: name, Operator: true})
}

// ConfirmForgotPassword sets a new password by the code that was sent. Every
// session and grant from before ends, and the owner is told by mail.
//
// Errors: provider.CodePasswordPolicy, before anybody is looked for;
// provider.ErrCodeMismatch, provider.ErrCodeExpired, provider.CodeThrottled.
func (d *Directory) ConfirmForgotPassword(ctx context.Context, p *provider.Pool, name, code, password string) (*provider.User, error) {
	if err := Fits(p, &provider.User{Username: name}, password); err != nil {
		return nil, err
	}
	e, try, err := d.proveCode(ctx, p, claim{Name: name, Purpose: provider.CodeResetPassword, Code: code})
	if try != nil {
		defer try.Release()
	}
	if err != nil {
		return nil, err
	}
	u, by, st := e.User, e.Code.Channel, d.Store.Pool(p.ID)
	// What only their owner may be told comes after the proof.
	if err := d.passwords().Check(ctx, p, u, password); err != nil {
		return nil, busy(errors.Join(err, d.unproved(ctx, e.Code, try)))
	}
	pw, err := d.hash(ctx, p, u, password, true)
	if err != nil {
		return nil, busy(err)
	}
	return u, d.change(asUser(ctx, u), p.ID, UserPasswordReset, userTarget(u.ID), map[string]string{"channel": string(by)}, func(ctx context.Context) error {
		if err := d.end(ctx, u, "password reset"); err != nil {
			return err
		}
		if err := st.SpendCode(ctx, e.Code); err != nil {
			return err
		}
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			if !mayHave(p, now, provider.CodeResetPassword, by) || now.Attributes[by.Attribute()] != e.Code.Destination {
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

// ResetPassword makes a user choose a new password by a code that is sent to
// them, by the pool's order of recovery. Every session and grant ends at once.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden when the user's state
// does not allow it; provider.CodeInvalid without a verified address or a way to
// send; provider.CodeLimit when a limit holds the text back.
func (d *Directory) ResetPassword(ctx context.Context, pool, name string) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	st := d.Store.Pool(pool)
	return d.changeIn(ctx, pool, UserResetPassword, userTarget(u.ID), nil, func(ctx context.Context, p *provider.Pool) error {
		if err := d.end(ctx, u, "password reset by an operator"); err != nil {
			return err
		}
		var by provider.Channel
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			if by = d.recoveryChannel(p, now, true); by == "" {
				by = d.recoveryChannel(everywhere(p), now, true) // to be told below that the country is not listed
			}
			switch {
			case by == "" && d.cannotSend(p):
				return nil, errCannotSend()
			case now.Status != provider.UserConfirmed && now.Status != provider.UserResetRequired:
				return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "User password cannot be reset in the current state."}
			case by == "":
				return nil, provider.Invalid("Username", "Cannot reset password for the user as there is no registered/verified email or phone_number")
			}
			now.Status = provider.UserResetRequired
			u = now
			return nil, nil
		})
		if err != nil || !u.Enabled {
			return err
		}
		return d.sendCode(ctx, p, u, parcel{Purpose: provider.CodeResetPassword, By: by, To: u.Attributes[by.Attribute()], Insist: true})
	})
}

package directory

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// hash hashes a password that was checked. It takes tens of milliseconds, so it is
// done before a transaction begins.
func (d *Directory) hash(ctx context.Context, p *provider.Pool, u *provider.User, password string, permanent bool) (*provider.Password, error) {
	phc, err := d.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	out := &provider.Password{UserID: u.ID, Hash: phc, Temporary: !permanent}
	if out.Temporary {
		out.ExpiresAt = d.Store.Now().Add(p.Settings.PasswordPolicy.TemporaryLife())
	}
	return out, nil
}

// PasswordUntil is when the temporary password of a user ends, or has ended; zero for who
// has none.
//
// Errors: provider.ErrUserNotFound.
func (d *Directory) PasswordUntil(ctx context.Context, u *provider.User) (provider.Time, error) {
	if u.Status != provider.UserForceChangePassword {
		return 0, nil
	}
	l, err := d.Store.Pool(u.PoolID).LoginByID(ctx, u.ID)
	if err != nil || !l.Password.Temporary {
		return 0, err
	}
	return l.Password.ExpiresAt, nil
}

// putPassword stores a password in place of the one before, which the pool may want
// to remember, in the transaction that ctx carries.
func (d *Directory) putPassword(ctx context.Context, p *provider.Pool, pw *provider.Password) error {
	rows := d.Store.Pool(p.ID)
	if err := rows.RetirePassword(ctx, pw.UserID, p.Settings.PasswordPolicy.Former()); err != nil {
		return err
	}
	return rows.SetPassword(ctx, pw)
}

// SetPassword gives a user a password. A permanent one confirms them; any other
// must be changed at the next sign-in. Whoever was signed in as the user is out:
// passwords are set by others when the old one cannot be trusted any more.
//
// Errors: provider.ErrUserNotFound, provider.CodePasswordPolicy.
func (d *Directory) SetPassword(ctx context.Context, pool, name, password string, permanent bool) error {
	u, p, err := d.local(ctx, pool, name)
	if err != nil {
		return err
	}
	if err := d.passwords().Check(ctx, p, u, password); err != nil {
		return err
	}
	pw, err := d.hash(ctx, p, u, password, permanent)
	if err != nil {
		return err
	}
	return d.setPassword(ctx, p, u, pw, nil, nil)
}

// SetPasswordHash gives a user a password of which only the hash is known, such as
// another system's; see package secret for those that are understood. It counts as
// permanent. The next sign-in replaces it by a hash of our own.
//
// Errors: provider.ErrUserNotFound; provider.CodeInvalid with the reason for a hash
// that is not understood or costs too much.
func (d *Directory) SetPasswordHash(ctx context.Context, pool, name, hash string) error {
	u, p, err := d.local(ctx, pool, name)
	if err != nil {
		return err
	}
	kind, err := secret.HashKind(hash)
	if err != nil {
		return provider.Invalid("PasswordHash", "%s.", err)
	}
	return d.setPassword(ctx, p, u, &provider.Password{UserID: u.ID, Hash: hash}, map[string]string{"hash": kind}, nil)
}

// local finds a user who has a password here.
func (d *Directory) local(ctx context.Context, pool, name string) (*provider.User, *provider.Pool, error) {
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, nil, err
	}
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return nil, nil, err
	}
	if u.Status == provider.UserExternalProvider {
		return nil, nil, provider.Invalid("Username", "The user signs in at another provider and has no password here.")
	}
	return u, p, nil
}

// setPassword stores a password and ends what was signed in before; then runs in
// the same transaction.
func (d *Directory) setPassword(ctx context.Context, p *provider.Pool, u *provider.User, pw *provider.Password, detail map[string]string, then func(context.Context) error) error {
	return d.change(ctx, p.ID, UserSetPassword, userTarget(u.ID), detail, func(ctx context.Context) error {
		if err := d.end(ctx, u, "password set by an operator"); err != nil {
			return err
		}
		err := d.Store.Pool(p.ID).ChangeUser(ctx, u.ID, func(u *provider.User) ([]provider.UserName, error) {
			u.Status = provider.UserConfirmed
			if pw.Temporary {
				u.Status = provider.UserForceChangePassword
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
		if err := d.putPassword(ctx, p, pw); err != nil || then == nil {
			return err
		}
		return then(ctx)
	})
}

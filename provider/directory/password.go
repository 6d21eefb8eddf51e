package directory

import (
	"context"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

const maxPassword = 256 // characters; Argon2id takes any length, so this bounds work

// CheckPassword says whether a password fits the pool's policy.
//
// Errors: provider.CodePasswordPolicy, with what is missing.
func CheckPassword(p *provider.Pool, password string) error {
	policy := p.Settings.PasswordPolicy
	least := policy.MinimumLength
	if least == 0 {
		least = 8
	}
	var upper, lower, number, symbol bool
	for _, r := range password {
		upper = upper || unicode.IsUpper(r)
		lower = lower || unicode.IsLower(r)
		number = number || unicode.IsDigit(r)
		symbol = symbol || unicode.IsPunct(r) || unicode.IsSymbol(r) || r == ' '
	}
	length := utf8.RuneCountInString(password)
	for _, rule := range []struct {
		broken bool
		why    string
	}{
		{length < least, "Password not long enough"},
		{length > maxPassword, "Password too long"},
		{policy.RequireUppercase && !upper, "Password must have uppercase characters"},
		{policy.RequireLowercase && !lower, "Password must have lowercase characters"},
		{policy.RequireNumbers && !number, "Password must have numeric characters"},
		{policy.RequireSymbols && !symbol, "Password must have symbol characters"},
	} {
		if rule.broken {
			return &provider.Error{Code: provider.CodePasswordPolicy, Kind: "password", Message: "Password did not conform with policy: " + rule.why}
		}
	}
	return nil
}

// hash checks a password and hashes it. It takes tens of milliseconds, so it is
// done before a transaction begins.
func (d *Directory) hash(ctx context.Context, p *provider.Pool, password string, permanent bool) (*provider.Password, error) {
	if err := CheckPassword(p, password); err != nil {
		return nil, err
	}
	phc, err := d.Hasher.Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	out := &provider.Password{Hash: phc, Temporary: !permanent}
	if out.Temporary {
		days := p.Settings.PasswordPolicy.TemporaryValidityDays
		if days == 0 {
			days = 7
		}
		out.ExpiresAt = d.Store.Now().Add(time.Duration(days) * 24 * time.Hour)
	}
	return out, nil
}

// SetPassword gives a user a password. A permanent one confirms them; any other
// must be changed at the next sign-in. Whoever was signed in as the user is out:
// passwords are set by others when the old one cannot be trusted any more.
//
// Errors: provider.ErrUserNotFound, provider.CodePasswordPolicy.
func (d *Directory) SetPassword(ctx context.Context, pool, name, password string, permanent bool) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	return d.setPassword(ctx, u, password, permanent, nil)
}

// Reinvite gives a user who has not signed in yet a new temporary password, made
// when empty, and sends it.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden when they have;
// provider.CodeInvalid when nothing can be sent.
func (d *Directory) Reinvite(ctx context.Context, pool, name, password string) (*provider.User, error) {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return nil, err
	}
	if u.Status != provider.UserForceChangePassword {
		return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "The user has signed in already and needs no invitation."}
	}
	if d.Invite == nil {
		return nil, provider.Invalid("MessageAction", "This server has no way to send messages.")
	}
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, err
	}
	if password == "" {
		password = secret.Password(p.Settings.PasswordPolicy.MinimumLength)
	}
	return u, d.setPassword(ctx, u, password, false, func(ctx context.Context) error { return d.Invite(ctx, p, u, password) })
}

// setPassword stores a password and ends what was signed in before; then runs in
// the same transaction.
func (d *Directory) setPassword(ctx context.Context, u *provider.User, password string, permanent bool, then func(context.Context) error) error {
	if u.Status == provider.UserExternalProvider {
		return provider.Invalid("Username", "The user signs in at another provider and has no password here.")
	}
	p, err := d.Pool(ctx, u.PoolID)
	if err != nil {
		return err
	}
	pw, err := d.hash(ctx, p, password, permanent)
	if err != nil {
		return err
	}
	pw.UserID = u.ID
	st := d.Store.Pool(p.ID)
	return d.change(ctx, p.ID, UserSetPassword, userTarget(u.ID), nil, func(ctx context.Context) error {
		if err := d.end(ctx, u, "password set by an operator"); err != nil {
			return err
		}
		err := st.ChangeUser(ctx, u.ID, func(u *provider.User) ([]provider.UserName, error) {
			u.Status = provider.UserForceChangePassword
			if permanent {
				u.Status = provider.UserConfirmed
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
		if err := st.SetPassword(ctx, pw); err != nil || then == nil {
			return err
		}
		return then(ctx)
	})
}

package directory

import (
	"context"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
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
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return err
	}
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	if u.Status == provider.UserExternalProvider {
		return provider.Invalid("Username", "The user signs in at another provider and has no password here.")
	}
	pw, err := d.hash(ctx, p, password, permanent)
	if err != nil {
		return err
	}
	pw.UserID = u.ID
	st := d.Store.Pool(pool)
	return d.change(ctx, pool, UserSetPassword, userTarget(u.ID), nil, func(ctx context.Context) error {
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
		if err := st.SetPassword(ctx, pw); err != nil {
			return err
		}
		return st.EndUserSessions(ctx, u.ID, "password set by an operator")
	})
}

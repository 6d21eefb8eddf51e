package directory

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

const maxPassword = 256 // characters; Argon2id takes any length, so this bounds work

// Passwords decides which passwords a pool takes. Whoever sets one asks here.
type Passwords struct {
	Store    *store.Store
	Hasher   *secret.Hasher
	Breached *risk.Breached // nil asks nobody
}

func (d *Directory) passwords() Passwords {
	return Passwords{Store: d.Store, Hasher: d.Hasher, Breached: d.Breached}
}

// Check says whether a user may have a password: whether it fits the pool's policy,
// is none that the user had lately, and is not known from a breach. but are further
// hashes that it must not match. It may hash many times and ask the network, so call
// it outside of transactions.
//
// Errors: provider.CodePasswordPolicy with a provider.PasswordFault; secret.ErrBusy.
func (k Passwords) Check(ctx context.Context, p *provider.Pool, u *provider.User, password string, but ...string) error {
	if err := Fits(p, u, password); err != nil {
		return err
	}
	former, err := k.former(ctx, p, u)
	if err != nil {
		return err
	}
	for _, hash := range former {
		if !slices.Contains(but, hash) {
			but = append(but, hash)
		}
	}
	for _, hash := range but {
		same, _, err := k.Hasher.Verify(ctx, hash, password)
		if err != nil {
			return err
		}
		if same {
			return refused(provider.PasswordReused, "Password has been used before")
		}
	}
	if p.Settings.PasswordPolicy.CheckBreached && k.Breached.Found(ctx, password) {
		return refused(provider.PasswordBreached, "Password is known from a breach")
	}
	return nil
}

// former are the hashes of the password that a user has and of those before, where the
// pool does not take them again.
func (k Passwords) former(ctx context.Context, p *provider.Pool, u *provider.User) ([]string, error) {
	n := p.Settings.PasswordPolicy.Former()
	if n == 0 || u == nil || u.ID == "" {
		return nil, nil
	}
	rows := k.Store.Pool(p.ID)
	login, err := rows.LoginByID(ctx, u.ID)
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil, nil // a user who is only being made
	}
	if err != nil {
		return nil, err
	}
	var out []string
	if login.Password.Hash != "" {
		out = append(out, login.Password.Hash)
	}
	before, err := rows.FormerPasswords(ctx, u.ID, n)
	for _, one := range before {
		out = append(out, one.Hash)
	}
	return out, err
}

// Fits is the part of Check that needs no reading: the rules of the pool, the list of
// common passwords, and what is known of u, who may be nil.
//
// Errors: provider.CodePasswordPolicy with a provider.PasswordFault.
func Fits(p *provider.Pool, u *provider.User, password string) error {
	policy := p.Settings.PasswordPolicy
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
		fault  provider.PasswordFault
		why    string
	}{
		{length < policy.Least(), provider.PasswordTooShort, "Password not long enough"},
		{length > maxPassword, provider.PasswordTooLong, "Password too long"},
		{policy.RequireUppercase && !upper, provider.PasswordNoUppercase, "Password must have uppercase characters"},
		{policy.RequireLowercase && !lower, provider.PasswordNoLowercase, "Password must have lowercase characters"},
		{policy.RequireNumbers && !number, provider.PasswordNoNumber, "Password must have numeric characters"},
		{policy.RequireSymbols && !symbol, provider.PasswordNoSymbol, "Password must have symbol characters"},
	} {
		if rule.broken {
			return refused(rule.fault, rule.why)
		}
	}
	if personal(u, password) {
		return refused(provider.PasswordPersonal, "Password must not contain the user's name or address")
	}
	if !policy.AllowCommon && risk.Common(password) {
		return refused(provider.PasswordCommon, "Password is too common")
	}
	return nil
}

// refused is the error of a password that is not taken. Its words are Cognito's where
// Cognito has any.
func refused(fault provider.PasswordFault, why string) error {
	kind := "password"
	if fault == provider.PasswordReused {
		kind = "password reused"
	}
	return &provider.Error{Code: provider.CodePasswordPolicy, Kind: kind, Message: "Password did not conform with policy: " + why, Cause: fault}
}

// personalLength is how long a name is that no password may hold. Shorter ones are
// in many words by chance.
const personalLength = 4

// personal reports whether a password holds a name or an address of its user, or a
// part of one: static/js/strength.js asks the same.
func personal(u *provider.User, password string) bool {
	if u == nil {
		return false
	}
	var names []string
	for _, attribute := range []string{u.Username, u.Attributes["email"], u.Attributes["preferred_username"], u.Attributes["phone_number"],
		u.Attributes["name"], u.Attributes["given_name"], u.Attributes["middle_name"], u.Attributes["family_name"], u.Attributes["nickname"]} {
		local, _, _ := strings.Cut(attribute, "@")
		names = append(names, attribute, local)
		names = append(names, strings.FieldsFunc(local, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) })...)
	}
	folded := strings.ToLower(password)
	for _, name := range names {
		if utf8.RuneCountInString(name) >= personalLength && strings.Contains(folded, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

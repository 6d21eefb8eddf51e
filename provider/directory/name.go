package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/store"
)

// NameKey is the form of a name that is unique in the pool: folded by Unicode's
// compatibility form and full case folding, or, where the pool tells case apart,
// by canonical form alone. Databases never fold, since each does it differently.
//
// Where people sign in by their telephone number, any way to write one leads to the
// same key, E.164.
func NameKey(p *provider.Pool, name string) string {
	if byPhone(p) {
		if number, ok := Phone(p, name); ok {
			return number
		}
	}
	if p.Settings.CaseSensitive {
		return norm.NFC.String(name)
	}
	return store.Fold(name)
}

// names lists what leads to a user: the username, and the attributes that the
// pool signs in by. An address counts once it is proved: else anybody could keep
// another's from them by naming it as their own. In place of a username one counts
// unproved too where its key is among led: the one that the account was made with, and
// later whatever leads to the user already. Users from an upstream sign in there, so
// only their username leads to them.
func names(p *provider.Pool, u *provider.User, led ...string) []provider.UserName {
	out := []provider.UserName{{Key: NameKey(p, u.Username), Kind: "username"}}
	if u.Status == provider.UserExternalProvider {
		return out
	}
	for _, kind := range p.Settings.UsernameAttrs {
		if u.Attributes[kind+"_verified"] == "true" || slices.Contains(led, NameKey(p, u.Attributes[kind])) {
			out = withName(p, out, kind, u.Attributes[kind])
		}
	}
	for _, kind := range p.Settings.AliasAttrs {
		if kind == "preferred_username" || u.Attributes[kind+"_verified"] == "true" {
			out = withName(p, out, kind, u.Attributes[kind])
		}
	}
	return out
}

// isName reports whether a pool's users may sign in by an attribute.
func isName(p *provider.Pool, attribute string) bool {
	return slices.Contains(p.Settings.UsernameAttrs, attribute) || slices.Contains(p.Settings.AliasAttrs, attribute)
}

// led lists the keys that lead to a user as the database has it, where that decides
// whether an address counts: for an unproved one that stands in place of a username.
func (d *Directory) led(ctx context.Context, p *provider.Pool, u *provider.User) ([]string, error) {
	asks := slices.ContainsFunc(p.Settings.UsernameAttrs, func(kind string) bool {
		return u.Attributes[kind] != "" && u.Attributes[kind+"_verified"] != "true"
	})
	if !asks {
		return nil, nil
	}
	list, err := d.Store.Pool(p.ID).Names(ctx, u.ID)
	var out []string
	for _, n := range list {
		out = append(out, n.Key)
	}
	return out, err
}

// stillNames are the names of a user whose row has changed, in the transaction that ctx
// carries and that has locked the row.
func (d *Directory) stillNames(ctx context.Context, p *provider.Pool, u *provider.User) ([]provider.UserName, error) {
	led, err := d.led(ctx, p, u)
	if err != nil {
		return nil, err
	}
	return names(p, u, led...), nil
}

// namesByOperator are the names of a user whom an operator has changed, in the
// transaction that ctx carries. An address whose proof the operator took back leads
// nowhere any more. But nobody is left without one: what the operator put in the place
// of the last address leads to the user like the one that an account is made with.
func (d *Directory) namesByOperator(ctx context.Context, p *provider.Pool, before, now *provider.User) ([]provider.UserName, error) {
	led, err := d.led(ctx, p, now)
	if err != nil {
		return nil, err
	}
	var kept, instead []string
	for _, kind := range p.Settings.UsernameAttrs {
		old, key := NameKey(p, before.Attributes[kind]), NameKey(p, now.Attributes[kind])
		if !slices.Contains(led, old) {
			continue
		}
		instead = append(instead, key)
		if key == old && before.Attributes[kind+"_verified"] != "true" {
			kept = append(kept, key)
		}
	}
	if out := names(p, now, kept...); len(out) > 1 {
		return out, nil
	}
	return names(p, now, instead...), nil
}

// releaseAlias takes a proved address away from whoever else signs in by it, so that
// keeper may: from then on it is unproved with them. It takes nothing but an alias:
// no username, and no address that stands in place of one.
func (d *Directory) releaseAlias(ctx context.Context, p *provider.Pool, name provider.UserName, keeper string) error {
	if name.Kind != "email" && name.Kind != "phone_number" || !slices.Contains(p.Settings.AliasAttrs, name.Kind) {
		return nil
	}
	st := d.Store.Pool(p.ID)
	holder, err := st.UserByName(ctx, name.Key)
	if errors.Is(err, provider.ErrUserNotFound) || err == nil && (holder.ID == keeper || NameKey(p, holder.Attributes[name.Kind]) != name.Key) {
		return nil
	}
	if err != nil {
		return err
	}
	err = st.ChangeUser(ctx, holder.ID, func(now *provider.User) ([]provider.UserName, error) {
		now.Attributes[name.Kind+"_verified"] = "false"
		return names(p, now), nil
	})
	if err != nil {
		return err
	}
	return d.Audit.Record(ctx, p.ID, UserUpdate, audit.Success, userTarget(holder.ID), map[string]string{"attributes": name.Kind + "_verified", "alias_taken_by": keeper})
}

func withName(p *provider.Pool, names []provider.UserName, kind, value string) []provider.UserName {
	if value == "" {
		return names
	}
	key := NameKey(p, value)
	for _, n := range names {
		if n.Key == key { // the same person's own name
			return names
		}
	}
	return append(names, provider.UserName{Key: key, Kind: kind})
}

// checkUsername refuses, in Cognito's words, a username that could pass for an address.
func checkUsername(p *provider.Pool, name string) error {
	switch passesFor(p, name) {
	case "email":
		return provider.Invalid("Username", "Username cannot be of email format, since user pool is configured for email alias.")
	case "phone_number":
		return provider.Invalid("Username", "Username cannot be of phone number format, since user pool is configured for phone number alias.")
	}
	return nil
}

// passesFor is the address that a name of a person's own choice could pass for, in a
// pool whose addresses are aliases; empty for none. An address leads to whoever has
// proved it, so nobody may take one as a mere name.
func passesFor(p *provider.Pool, name string) string {
	if slices.Contains(p.Settings.AliasAttrs, "email") && strings.Contains(name, "@") {
		return "email"
	}
	if slices.Contains(p.Settings.AliasAttrs, "phone_number") {
		if _, ok := Phone(p, name); ok {
			return "phone_number"
		}
	}
	return ""
}

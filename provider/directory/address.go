package directory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// ChangeAddress gives a user another address. The old one stays, and signs in, until
// a code has proved the new one; where the pool replaces addresses at once, the new
// one counts from now on and is unproved. Delivery says where a code went; nil for
// none.
//
// An address that is a second factor is never replaced at once: whoever took over a
// session would else take over the factor. Nor is one that leads to the user in place of
// a username, since the new one does not until it is proved; nor a proved one where no
// code can be sent.
//
// Errors: provider.CodeInvalid; provider.CodeThrottled; provider.ErrAliasExists.
func (d *Directory) ChangeAddress(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel, address string) (*Delivery, error) {
	attribute := by.Attribute()
	if strings.TrimSpace(address) == "" {
		return nil, d.removeAddress(ctx, p, u, by)
	}
	address, err := Address(p, by, address)
	if err != nil {
		return nil, err
	}
	if address == u.Attributes[attribute] {
		if proved(u, by) {
			return nil, d.Store.Pool(p.ID).DropCode(ctx, u.ID, purposeOf(by))
		}
		return d.prove(ctx, p, u, by, address)
	}
	sends := d.CanSend(p, by)
	atOnce := slices.Contains(p.Settings.Verification.ReplaceAtOnce, attribute) || !sends && !proved(u, by)
	if atOnce && slices.Contains(p.Settings.UsernameAttrs, attribute) {
		list, err := d.stillNames(ctx, p, u)
		if err != nil {
			return nil, err
		}
		atOnce = !slices.ContainsFunc(list, func(n provider.UserName) bool { return n.Kind == attribute })
	}
	if !atOnce || u.MFA.Has(FactorOf(by)) {
		return d.prove(ctx, p, u, by, address)
	}
	var out *Delivery
	err = d.change(asUser(ctx, u), p.ID, UserUpdate, userTarget(u.ID), map[string]string{"attributes": attribute}, func(ctx context.Context) error {
		changed, err := d.replaceAddress(ctx, p, u.ID, by, address, false)
		if err != nil || !sends || !slices.Contains(p.Settings.AutoVerified, attribute) {
			return err
		}
		out, err = d.prove(ctx, p, changed, by, address)
		return err
	})
	return out, err
}

func isRequired(p *provider.Pool, attribute string) bool {
	a, ok := attributeOf(p, attribute)
	return ok && required(a)
}

func (d *Directory) removeAddress(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel) error {
	attribute := by.Attribute()
	switch {
	case u.MFA.Has(FactorOf(by)):
		return provider.Invalid(attribute, "The address is a second factor. Turn that off first.")
	case isRequired(p, attribute):
		return provider.Invalid(attribute, "The user pool requires this attribute.")
	}
	return d.change(asUser(ctx, u), p.ID, UserUpdate, userTarget(u.ID), map[string]string{"attributes": attribute}, func(ctx context.Context) error {
		_, err := d.replaceAddress(ctx, p, u.ID, by, "", false)
		return err
	})
}

// UpdateOwnAttributes sets what users may change of themselves, through a client
// whose write permissions hold; nil for none. Addresses go by ChangeAddress. It says
// where codes went.
//
// Errors: provider.CodeInvalid for what may not be set so, such as email_verified;
// those of ChangeAddress and Naming.
func (d *Directory) UpdateOwnAttributes(ctx context.Context, p *provider.Pool, u *provider.User, c *provider.Client, values map[string]string) ([]Delivery, error) {
	for name := range values {
		if !MayWrite(p, c, name) {
			return nil, provider.Invalid(name, "The attribute cannot be changed by the user.")
		}
	}
	var out []Delivery
	// All or nothing: an address that cannot be taken leaves the rest as it was.
	set := func(ctx context.Context) error {
		out = nil
		rest := maps.Clone(values) // here, since a transaction may run again
		for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
			address, given := rest[by.Attribute()]
			if !given {
				continue
			}
			delete(rest, by.Attribute())
			sent, err := d.ChangeAddress(ctx, p, u, by, address)
			if err != nil {
				return err
			}
			if sent != nil {
				out = append(out, *sent)
			}
		}
		if len(rest) == 0 {
			return nil
		}
		return d.SetOwn(ctx, p, c, u.ID, rest)
	}
	err := d.Naming(ctx, p, u.ID, values, func() error { return d.Store.Tx(ctx, set) })
	return out, err
}

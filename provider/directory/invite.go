package directory

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
)

// invite sends a user their temporary password, in the transaction that ctx
// carries: by each of the channels that they have an address for, or, where none is
// named, by e-mail if they have one and else by text message. Without an address
// nobody is written to, as in Cognito: an operator will set the password.
//
// Errors: provider.CodeInvalid when nothing can be sent; provider.CodeLimit when the
// pool's limits hold a text back: the password would be lost.
func (d *Directory) invite(ctx context.Context, p *provider.Pool, u *provider.User, password string, by []provider.Channel) error {
	if d.Post == nil {
		return nil
	}
	to := slices.DeleteFunc([]provider.Channel{provider.ByEmail, provider.BySMS}, func(c provider.Channel) bool {
		return u.Attributes[c.Attribute()] == "" || len(by) > 0 && !slices.Contains(by, c)
	})
	if len(by) == 0 && len(to) > 1 {
		to = to[:1]
	}
	name, err := d.signsInAs(ctx, p, u)
	if err != nil {
		return err
	}
	for _, c := range to {
		if err := d.Post.Outbox.Ready(c); err != nil {
			return err
		}
		l := message.Letter{
			Pool: p, Kind: message.Invitation, Channel: c, To: u.Attributes[c.Attribute()], Lang: u.Attributes["locale"],
			UserID: u.ID, Username: name, Code: password, Lasts: p.Settings.PasswordPolicy.TemporaryLife(),
		}
		if c == provider.ByEmail && d.PageURL != nil {
			l.Link = d.PageURL(p) + l.Kind.Path()
		}
		if err := d.Post.Insist(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// signsInAs is the name that a user knows themselves by: in pools that sign in by an
// address, the one that leads to them, a proved one first.
func (d *Directory) signsInAs(ctx context.Context, p *provider.Pool, u *provider.User) (string, error) {
	var has []string
	for _, kind := range p.Settings.UsernameAttrs {
		switch {
		case u.Attributes[kind] != "" && u.Attributes[kind+"_verified"] == "true":
			return u.Attributes[kind], nil
		case u.Attributes[kind] != "":
			has = append(has, u.Attributes[kind])
		}
	}
	switch len(has) {
	case 0:
		return u.Username, nil
	case 1:
		return has[0], nil
	}
	led, err := d.led(ctx, p, u)
	for _, address := range has {
		if slices.Contains(led, NameKey(p, address)) {
			return address, err
		}
	}
	return has[0], err
}

// Reinvite gives a user who has not signed in yet a new temporary password, made
// when empty, and sends it.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden when they have;
// provider.CodeInvalid when nothing can be sent; provider.CodeLimit when a limit holds
// the text back.
func (d *Directory) Reinvite(ctx context.Context, pool, name, password string, by []provider.Channel) (*provider.User, error) {
	u, p, err := d.local(ctx, pool, name)
	if err != nil {
		return nil, err
	}
	if u.Status != provider.UserForceChangePassword {
		return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "The user has a password of their own, chosen by them or set by an operator, and needs no invitation."}
	}
	if d.Post == nil {
		return nil, provider.Invalid("MessageAction", "This server has no way to send messages.")
	}
	if u.Attributes["email"] == "" && u.Attributes["phone_number"] == "" {
		return nil, provider.Invalid("UserAttributes", "An invitation needs an e-mail address or a phone number.")
	}
	if password == "" {
		password = secret.Password(p.Settings.PasswordPolicy.MinimumLength)
	} else if err := d.passwords().Check(ctx, p, u, password); err != nil {
		return nil, err
	}
	pw, err := d.hash(ctx, p, u, password, false)
	if err != nil {
		return nil, err
	}
	return u, d.setPassword(ctx, p, u, pw, nil, func(ctx context.Context) error { return d.invite(ctx, p, u, password, by) })
}

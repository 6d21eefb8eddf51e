package directory

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/store"
)

// SignUp is what somebody who makes their own account says of themselves.
type SignUp struct {
	Username   string // in pools that sign in by an address, that address
	Password   string
	Attributes map[string]string
	Client     *provider.Client // whose write permissions hold; nil for none
	Terms      string           // the address of the terms that they agreed to; empty for none
	Flow       string           // the attempt that a link leads back to; empty for none
	// Instead is an account that the same person has made a moment ago and not
	// confirmed, such as with a mistyped address: it gives way.
	Instead string

	asked bool // the message is counted already
}

// ErrNoSignUp answers where people do not make their own accounts.
var ErrNoSignUp = &provider.Error{Code: provider.CodeForbidden, Kind: "sign-up", Message: "SignUp is not permitted for this user pool"}

// OffersSignUp reports whether a pool's pages let people make accounts: where they
// may, and where their address can be proved.
func (d *Directory) OffersSignUp(p *provider.Pool) bool { return signsUp(p) && len(d.Proves(p)) > 0 }

// signsUp keeps operators from making themselves.
func signsUp(p *provider.Pool) bool {
	return p.Kind == provider.PoolKindUsers && !p.Settings.AdminCreateOnly
}

// SignUp adds an unconfirmed user and sends the code that confirms them, where the
// pool proves an address that they have. Elsewhere an operator confirms them.
//
// Errors: ErrNoSignUp, provider.ErrUserExists, provider.CodeInvalid,
// provider.CodePasswordPolicy, provider.CodeThrottled; risk.ErrWorkNeeded.
func (d *Directory) SignUp(ctx context.Context, p *provider.Pool, n SignUp) (*provider.User, error) {
	u, pw, err := d.prepareSignUp(ctx, p, n)
	if err == nil {
		err = d.textsNewcomer(ctx, p, u)
	}
	if err == nil && d.Guard != nil {
		// By itself, so that it counts for the network address whether or not the name is
		// free: who is told of taken names must not try them by the million, nor fill a pool
		// whose newcomers are sent nothing.
		err = d.askSignUp(ctx, p, u.ID)
	}
	if err != nil {
		return nil, err
	}
	return u, d.addSignUp(ctx, p, u, pw, n, nil)
}

// unconfirmed is a user who is still unconfirmed; nil for anybody else.
func (d *Directory) unconfirmed(ctx context.Context, p *provider.Pool, id string) (*provider.User, error) {
	if id == "" {
		return nil, nil
	}
	u, err := d.Store.Pool(p.ID).User(ctx, id)
	if errors.Is(err, provider.ErrUserNotFound) || err == nil && u.Status != provider.UserUnconfirmed {
		return nil, nil
	}
	return u, err
}

// holder is who has the username or, as a name to sign in by, the address; nil for
// nobody.
func (d *Directory) holder(ctx context.Context, p *provider.Pool, names ...string) (*provider.User, error) {
	for _, name := range names {
		u, err := d.Store.Pool(p.ID).UserByName(ctx, NameKey(p, name))
		if err == nil {
			return u, nil
		}
		if !errors.Is(err, provider.ErrUserNotFound) {
			return nil, err
		}
	}
	return nil, nil
}

// prepareSignUp checks and hashes, so all that takes long, before anybody is
// looked for.
func (d *Directory) prepareSignUp(ctx context.Context, p *provider.Pool, n SignUp) (*provider.User, *provider.Password, error) {
	if !signsUp(p) {
		return nil, nil, ErrNoSignUp
	}
	if strings.TrimSpace(n.Username) == "" {
		return nil, nil, provider.Invalid("Username", "A username is required.")
	}
	if err := checkUsername(p, n.Username); err != nil {
		return nil, nil, err
	}
	for name := range n.Attributes {
		if !MayWrite(p, n.Client, name) {
			return nil, nil, provider.Invalid(name, "The attribute cannot be set at sign-up.")
		}
	}
	u, err := newUser(p, NewUser{Username: n.Username, Attributes: n.Attributes, Status: provider.UserUnconfirmed, Permanent: true})
	if err != nil {
		return nil, nil, err
	}
	if lacks := Missing(p, n.Client, u); len(lacks) > 0 {
		return nil, nil, provider.Invalid(WireName(lacks[0]), "The user pool requires this attribute.")
	}
	if n.Password == "" && !TakesPasswords(p) {
		return u, nil, nil // they sign in by codes
	}
	if err := d.passwords().Check(ctx, p, u, n.Password); err != nil {
		return nil, nil, err
	}
	pw, err := d.hash(ctx, p, u, n.Password, true)
	return u, pw, err
}

// askSignUp counts a sign-up: by the id of the new user, because the resend button asks
// by it and its wait begins with the first code, and by the address that this goes to. One
// mailbox has many spellings where the pool tells case apart.
func (d *Directory) askSignUp(ctx context.Context, p *provider.Pool, name string) error {
	return d.Guard.Ask(ctx, p.ID, risk.Subject{Name: store.Fold(name)}, string(provider.CodeSignUp))
}

func (d *Directory) addSignUp(ctx context.Context, p *provider.Pool, u *provider.User, pw *provider.Password, n SignUp, instead *provider.User) error {
	st := d.Store.Pool(p.ID)
	by := d.signUpChannel(p, u)
	var detail map[string]string
	if n.Terms != "" {
		detail = map[string]string{"terms": n.Terms} // when and from where, the trail says anyway
	}
	return d.change(asUser(ctx, u), p.ID, UserSignUp, userTarget(u.ID), detail, func(ctx context.Context) error {
		if instead != nil {
			if err := d.giveWay(ctx, instead); err != nil {
				return err
			}
		}
		if err := st.CreateUser(ctx, u, names(p, u, NameKey(p, n.Username))); err != nil {
			return err
		}
		if pw != nil {
			if err := st.SetPassword(ctx, pw); err != nil {
				return err
			}
		}
		if by == "" {
			return nil
		}
		if !n.asked {
			if err := d.askSignUp(ctx, p, u.Attributes[by.Attribute()]); err != nil {
				return err
			}
		}
		return d.sendCode(ctx, p, u, parcel{Purpose: provider.CodeSignUp, By: by, To: u.Attributes[by.Attribute()], Flow: n.Flow})
	})
}

// giveWay removes a user who is still unconfirmed.
func (d *Directory) giveWay(ctx context.Context, u *provider.User) error {
	st := d.Store.Pool(u.PoolID)
	err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
		if now.Status != provider.UserUnconfirmed {
			return nil, provider.ErrUserExists
		}
		return nil, nil
	})
	if err != nil {
		return err
	}
	if d.Forget != nil {
		if err := d.Forget(ctx, u.PoolID, u.ID); err != nil {
			return err
		}
	}
	return st.DeleteUser(ctx, u.ID)
}

// ConfirmSignUp confirms a user by the code that was sent to them, which proves
// their address. take moves the address to them from whoever has it as an alias.
//
// Errors: provider.ErrCodeMismatch, provider.ErrCodeExpired, provider.ErrAliasExists,
// provider.CodeThrottled.
func (d *Directory) ConfirmSignUp(ctx context.Context, p *provider.Pool, name, code string, take bool) (*provider.User, error) {
	e, try, err := d.proveCode(ctx, p, claim{Name: name, Purpose: provider.CodeSignUp, Code: code})
	if try != nil {
		defer try.Release()
	}
	if err != nil {
		return nil, err
	}
	u, st := e.User, d.Store.Pool(p.ID)
	err = d.change(asUser(ctx, u), p.ID, UserConfirm, userTarget(u.ID), nil, func(ctx context.Context) error {
		if err := st.SpendCode(ctx, e.Code); err != nil {
			return err
		}
		if take {
			name := provider.UserName{Key: NameKey(p, e.Code.Destination), Kind: e.Code.Channel.Attribute()}
			if err := d.releaseAlias(ctx, p, name, u.ID); err != nil {
				return err
			}
		}
		if err := d.makeWay(ctx, p, u.ID, e.Code.Channel, e.Code.Destination); err != nil {
			return err
		}
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			by := e.Code.Channel.Attribute()
			if now.Status != provider.UserUnconfirmed || now.Attributes[by] != e.Code.Destination {
				return nil, provider.ErrCodeMismatch
			}
			now.Status = provider.UserConfirmed
			now.Attributes[by+"_verified"] = "true"
			u = now
			return d.stillNames(ctx, p, now)
		})
		if err != nil {
			return err
		}
		return try.Passed(ctx)
	})
	return u, err
}

// ResendCode sends a new confirmation code to a user who signed up and is not
// confirmed, and does nothing for anybody else.
//
// Errors: provider.CodeThrottled; provider.CodeInvalid when nothing can be sent.
func (d *Directory) ResendCode(ctx context.Context, p *provider.Pool, name string) error {
	return d.ResendTo(ctx, p, name, "")
}

// ResendTo is ResendCode whose link leads back to an attempt.
func (d *Directory) ResendTo(ctx context.Context, p *provider.Pool, name, flow string) error {
	return d.askCode(ctx, p, wanted{Purpose: provider.CodeSignUp, Name: name, Flow: flow})
}

// ResendByOperator is ResendCode for an operator, who is told why no code goes out, and
// else where it went.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden for who is confirmed or
// disabled; provider.CodeInvalid without an address that the pool proves or a way to
// send; provider.CodeLimit when a limit holds the text back.
func (d *Directory) ResendByOperator(ctx context.Context, pool, name string) (*Delivery, error) {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return nil, err
	}
	var out *Delivery
	err = d.changeIn(ctx, pool, UserResendCode, userTarget(u.ID), nil, func(ctx context.Context, p *provider.Pool) error {
		by := d.signUpChannel(p, u)
		if by == "" {
			by = d.signUpChannel(everywhere(p), u) // to be told below that the country is not listed
		}
		switch {
		case u.Status != provider.UserUnconfirmed || !u.Enabled:
			return &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "The user is confirmed or disabled, and needs no code."}
		case by == "" && d.cannotSend(p):
			return errCannotSend()
		case by == "":
			return provider.Invalid("Username", "The user pool proves no address that the user has. Confirm the user without a code.")
		}
		out = &Delivery{by, Masked(u.Attributes[by.Attribute()])}
		return d.sendCode(ctx, p, u, parcel{Purpose: provider.CodeSignUp, By: by, To: u.Attributes[by.Attribute()], Insist: true})
	})
	return out, err
}

// TakesPasswords reports whether a pool's users sign in by a password at all.
func TakesPasswords(p *provider.Pool) bool {
	return slices.Contains(p.Settings.First(), provider.FactorPassword)
}

package directory

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
)

// AskSignIn takes in a wish for a code to sign in with, which one attempt alone may
// show. It looks nobody up, and joins the transaction that ctx carries.
//
// Errors: provider.CodeThrottled; provider.CodeInvalid when nothing can be sent.
func (d *Directory) AskSignIn(ctx context.Context, p *provider.Pool, name, attempt string, by provider.Channel) error {
	return d.askCode(ctx, p, wanted{Purpose: provider.CodeSignIn, Name: name, Attempt: attempt, Channel: by})
}

// Proof is a code that was right, and whose it was. Spend belongs into the
// transaction of what the code allows: it uses it up, and of two at once one fails.
type Proof struct {
	User  *provider.User
	Spend func(ctx context.Context) error
}

// ProveSignIn checks a code to sign in with. An unknown name is refused like a wrong
// code and costs the same. The caller releases the try.
//
// A right code proves the address. It confirms who was unconfirmed, and takes the
// password away from the account: whoever signed up with somebody else's address
// chose it, and this may not be them.
//
// Errors: provider.ErrCodeMismatch, provider.ErrCodeExpired, with whose name it was in
// the proof, if anybody's; provider.CodeThrottled.
func (d *Directory) ProveSignIn(ctx context.Context, p *provider.Pool, name, attempt string, by provider.Channel, code string) (*Proof, *risk.Try, error) {
	e, try, err := d.proveCode(ctx, p, claim{Name: name, Purpose: provider.CodeSignIn, Attempt: attempt, Code: code})
	if err == nil && e.Code.Channel != by {
		err = provider.ErrCodeMismatch
	}
	if err != nil {
		refused := &Proof{}
		if e != nil {
			refused.User = e.User
		}
		return refused, try, err
	}
	u := e.User
	spend := func(ctx context.Context) error {
		if err := d.Store.Pool(p.ID).SpendCode(ctx, e.Code); err != nil {
			return err
		}
		for _, who := range []risk.Subject{{Name: NameKey(p, name)}, {UserID: u.ID}} {
			if err := d.Guard.Answered(ctx, p.ID, who, string(provider.CodeSignIn)); err != nil {
				return err
			}
		}
		if proved(u, by) && u.Status != provider.UserForceChangePassword {
			return nil
		}
		return d.confirmBySignIn(ctx, p, u, e.Code)
	}
	return &Proof{User: u, Spend: spend}, try, nil
}

// confirmBySignIn notes that a code proved the address of somebody who signs in for
// the first time.
func (d *Directory) confirmBySignIn(ctx context.Context, p *provider.Pool, u *provider.User, c *provider.OneTimeCode) error {
	st := d.Store.Pool(p.ID)
	return d.change(asUser(ctx, u), p.ID, UserConfirm, userTarget(u.ID), map[string]string{"channel": string(c.Channel)}, func(ctx context.Context) error {
		if err := d.makeWay(ctx, p, u.ID, c.Channel, c.Destination); err != nil {
			return err
		}
		var was provider.UserStatus
		err := st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			if now.Attributes[c.Channel.Attribute()] != c.Destination || !mayHave(p, now, provider.CodeSignIn, c.Channel) {
				return nil, provider.ErrCodeMismatch
			}
			was = now.Status
			now.Attributes[c.Channel.Attribute()+"_verified"] = "true"
			// An invited user chooses a password first where the pool has passwords.
			if was == provider.UserUnconfirmed || was == provider.UserForceChangePassword && !slices.Contains(p.Settings.First(), provider.FactorPassword) {
				now.Status = provider.UserConfirmed
			}
			return d.stillNames(ctx, p, now)
		})
		if err != nil || was != provider.UserUnconfirmed {
			return err
		}
		return st.RemovePassword(ctx, u.ID)
	})
}

// SecondAlone reports whether codes by a channel are somebody's only second factor,
// beside a password. A code by it is no first factor then: whoever reads there would
// have all that is asked for.
func (d *Directory) SecondAlone(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel) (bool, error) {
	s, this := &p.Settings, FactorOf(by)
	if s.MFA == "" || s.MFA == "OFF" || !u.MFA.Has(this) || !slices.Contains(s.Second(), this) || !TakesPasswords(p) {
		return false, nil
	}
	for _, other := range u.MFA.Enabled {
		// Apps and passkeys are asked for even where the pool takes them no more.
		if other != this && (ChannelOf(other) == "" || slices.Contains(s.Second(), other)) {
			return false, nil
		}
	}
	login, err := d.Store.Pool(p.ID).LoginByID(ctx, u.ID)
	if err != nil {
		return false, err
	}
	return login.Password.Hash != "", nil
}

package directory

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
)

// purposeOf is the purpose of a code that proves an address of a channel.
func purposeOf(by provider.Channel) provider.CodePurpose {
	if by == provider.BySMS {
		return provider.CodeVerifyPhone
	}
	return provider.CodeVerifyEmail
}

// Address is an address as a pool keeps it, from how a person wrote it.
//
// Errors: provider.CodeInvalid.
func Address(p *provider.Pool, by provider.Channel, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", provider.Invalid(by.Attribute(), "The value is missing.")
	}
	return settable(p, &provider.User{}, by.Attribute(), text, true)
}

// RequestVerification sends a code that proves a user's address: the one that waits
// to take the place of the old, or else the one that they have.
//
// Errors: provider.CodeInvalid without an address or a way to send;
// provider.CodeThrottled.
func (d *Directory) RequestVerification(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel) (*Delivery, error) {
	to, err := d.Pending(ctx, p, u, by)
	if err != nil {
		return nil, err
	}
	if to == "" {
		to = u.Attributes[by.Attribute()]
	}
	if to == "" {
		return nil, provider.Invalid(by.Attribute(), "The user has no such address to verify.")
	}
	return d.prove(ctx, p, u, by, to)
}

// Pending is the address that waits for its proof; empty for none.
func (d *Directory) Pending(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel) (string, error) {
	c, err := d.Store.Pool(p.ID).Code(ctx, u.ID, purposeOf(by), "")
	if errors.Is(err, provider.ErrCodeMismatch) {
		return "", nil
	}
	if err != nil || c.ExpiresAt <= d.Store.Now() || c.Destination == u.Attributes[by.Attribute()] {
		return "", err
	}
	return c.Destination, nil
}

// ResendWait is in how many seconds another code can be sent that proves an address of
// a user.
func (d *Directory) ResendWait(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel, to string) (int, error) {
	if d.Guard == nil {
		return 0, nil
	}
	return d.Guard.Wait(ctx, p.ID, risk.Subject{UserID: u.ID, To: to}, string(purposeOf(by)))
}

// DropPending forgets the address that waits for its proof: the user goes on with the
// one that they have.
func (d *Directory) DropPending(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel) error {
	to, err := d.Pending(ctx, p, u, by)
	if err != nil || to == "" {
		return err
	}
	return d.Store.Pool(p.ID).DropCode(ctx, u.ID, purposeOf(by))
}

// What a person who is signed in is told of a number that no text can go to. Strangers
// are not: they would learn which numbers work.
var (
	ErrCountryUnserved = &provider.Error{Code: provider.CodeInvalid, Kind: "country", Field: "phone_number", Message: "Text messages are not sent to numbers of this country."}
	ErrNumberUnserved  = &provider.Error{Code: provider.CodeInvalid, Kind: "untexted", Field: "phone_number", Message: "Text messages cannot be sent to this number."}
)

// Reaches says, to somebody who is signed in, whether codes can go to an address by a
// channel.
//
// Errors: ErrCountryUnserved, ErrNumberUnserved.
func (d *Directory) Reaches(p *provider.Pool, by provider.Channel, to string) error {
	if by != provider.BySMS {
		return nil
	}
	switch d.Post.Reaches(p, to) {
	case message.DropCountry:
		return ErrCountryUnserved
	case message.DropNumber:
		return ErrNumberUnserved
	}
	return nil
}

// prove sends a code to an address. The code's row holds the address until then.
func (d *Directory) prove(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel, to string) (*Delivery, error) {
	if !d.CanSend(p, by) {
		return nil, errCannotSend()
	}
	if err := d.Reaches(p, by, to); err != nil {
		return nil, err
	}
	err := d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := d.Guard.Ask(ctx, p.ID, risk.Subject{UserID: u.ID, To: to}, string(purposeOf(by))); err != nil {
			return err
		}
		return d.sendCode(ctx, p, u, parcel{Purpose: purposeOf(by), By: by, To: to})
	})
	if err != nil {
		return nil, err
	}
	return &Delivery{by, Masked(to)}, nil
}

// Verify takes the code that RequestVerification or ChangeAddress sent. The address
// is the user's from then on, and leads to them where the pool signs in by it.
//
// Errors: provider.ErrCodeMismatch, provider.ErrCodeExpired, provider.CodeThrottled;
// provider.ErrAliasExists when somebody else has proved the address.
func (d *Directory) Verify(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel, code string) (*provider.User, error) {
	if d.Guard == nil {
		return nil, errCannotSend()
	}
	try, err := d.Guard.Begin(ctx, p.ID, risk.Subject{UserID: u.ID, What: string(purposeOf(by)), Proven: true})
	if err != nil {
		return nil, err
	}
	defer try.Release()
	c, err := d.checkCode(ctx, u, claim{Purpose: purposeOf(by), Code: code})
	if err != nil {
		return nil, err
	}
	return d.verified(ctx, p, u, c, try.Passed)
}

// verified uses up a code that was right and gives the user its address.
func (d *Directory) verified(ctx context.Context, p *provider.Pool, u *provider.User, c *provider.OneTimeCode, then func(context.Context) error) (*provider.User, error) {
	var out *provider.User
	err := d.change(asUser(ctx, u), p.ID, UserVerify, userTarget(u.ID), map[string]string{"attribute": c.Channel.Attribute()}, func(ctx context.Context) error {
		if err := d.Store.Pool(p.ID).SpendCode(ctx, c); err != nil {
			return err
		}
		if err := d.Guard.Answered(ctx, p.ID, risk.Subject{UserID: u.ID, To: c.Destination}, string(c.Purpose)); err != nil {
			return err
		}
		var err error
		if out, err = d.replaceAddress(ctx, p, u.ID, c.Channel, c.Destination, true); err != nil || then == nil {
			return err
		}
		return then(ctx)
	})
	return out, err
}

// ProvedAddress gives a user an address that a code proved elsewhere, in the
// transaction that ctx carries.
//
// Errors: provider.ErrAliasExists.
func (d *Directory) ProvedAddress(ctx context.Context, p *provider.Pool, u *provider.User, by provider.Channel, address string) error {
	if proved(u, by) && u.Attributes[by.Attribute()] == address {
		return nil
	}
	return d.change(asUser(ctx, u), p.ID, UserVerify, userTarget(u.ID), map[string]string{"attribute": by.Attribute()}, func(ctx context.Context) error {
		_, err := d.replaceAddress(ctx, p, u.ID, by, address, true)
		return err
	})
}

// replaceAddress writes a user's new address, and moves the name that it is. The
// unique key of names decides between two who want it at once. The old address is
// told, with a way back.
func (d *Directory) replaceAddress(ctx context.Context, p *provider.Pool, userID string, by provider.Channel, address string, isProved bool) (*provider.User, error) {
	if isProved {
		if err := d.makeWay(ctx, p, userID, by, address); err != nil {
			return nil, err
		}
	}
	var before, after provider.User
	err := d.Store.Pool(p.ID).ChangeUser(ctx, userID, func(now *provider.User) ([]provider.UserName, error) {
		before = *now
		before.Attributes = maps.Clone(now.Attributes)
		led, err := d.led(ctx, p, &before)
		if err != nil {
			return nil, err
		}
		attribute := by.Attribute()
		delete(now.Attributes, attribute+"_verified")
		if now.Attributes[attribute] = address; address == "" {
			delete(now.Attributes, attribute)
		}
		if isProved {
			now.Attributes[attribute+"_verified"] = "true"
		}
		if address != before.Attributes[attribute] {
			now.MFA = now.MFA.MovedAt(FactorOf(by), d.Store.Now())
		}
		after = *now
		list := names(p, now, led...)
		if len(p.Settings.UsernameAttrs) > 0 && len(list) == 1 && len(names(p, &before, led...)) > 1 {
			return nil, provider.Invalid(attribute, "The user signs in by this address.")
		}
		return list, nil
	})
	if err != nil {
		return nil, err
	}
	old := before.Attributes[by.Attribute()]
	if old == "" || old == address {
		return &after, nil
	}
	back := false
	if isProved {
		// Who proves the address from before again takes the change back by themselves.
		// The address between may be the one of whoever made it: it gets no way to return.
		if back, err = d.Store.Pool(p.ID).DropWaysBack(ctx, userID, by, address); err != nil {
			return nil, err
		}
	}
	return &after, d.tellOld(ctx, p, &before, by, !back)
}

// makeWay removes an account that was never confirmed and holds an address by
// having named it: nothing of it was proved, and now somebody else has.
func (d *Directory) makeWay(ctx context.Context, p *provider.Pool, userID string, by provider.Channel, address string) error {
	if !isName(p, by.Attribute()) {
		return nil
	}
	holder, err := d.holder(ctx, p, address)
	if err != nil || holder == nil || holder.ID == userID || holder.Status != provider.UserUnconfirmed {
		return err
	}
	if err := d.giveWay(ctx, holder); !errors.Is(err, provider.ErrUserNotFound) && !errors.Is(err, provider.ErrUserExists) {
		return err
	}
	return nil // they, or somebody else, were a moment faster; the name's key decides
}

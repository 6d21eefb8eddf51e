package directory

import (
	"cmp"
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
)

// newcomer is somebody who signed up on a page and is not looked up yet.
type newcomer struct {
	User     provider.User      `json:"user"`
	Name     string             `json:"name"`               // as they gave it
	Password *provider.Password `json:"password,omitempty"` // nil where people sign in by codes
	Channel  provider.Channel   `json:"channel"`
	Terms    string             `json:"terms,omitempty"`
	Flow     string             `json:"flow,omitempty"`
	Instead  string             `json:"instead,omitempty"`
}

// SignUpQuietly is SignUp for pages: it does not betray which names are taken. It
// looks nobody up: a job does, so a page answers the same, after the same work, whoever
// has the name. The job makes the account and sends its code, or sends what to do to
// the address that was given. Then the user who is answered is nowhere, and no code is
// ever right for them. An account with the same address that was never confirmed gives
// way: nothing of it was proved.
//
// Errors: those of SignUp except provider.ErrUserExists.
func (d *Directory) SignUpQuietly(ctx context.Context, p *provider.Pool, n SignUp) (*provider.User, error) {
	if !d.OffersSignUp(p) {
		return nil, ErrNoSignUp
	}
	u, pw, err := d.prepareSignUp(ctx, p, n)
	if err == nil {
		err = d.textsNewcomer(ctx, p, u)
	}
	if err != nil {
		return nil, err
	}
	by := d.signUpChannel(p, u)
	if by == "" {
		return nil, provider.Invalid(d.Proves(p)[0].Attribute(), "The user pool requires this attribute.")
	}
	return u, d.Store.Tx(ctx, func(ctx context.Context) error {
		for _, name := range []string{u.Attributes[by.Attribute()], u.ID} {
			if err := d.askSignUp(ctx, p, name); err != nil {
				return err
			}
		}
		return d.put(ctx, p, wanted{Purpose: provider.CodeSignUp, Newcomer: &newcomer{*u, n.Username, pw, by, n.Terms, n.Flow, n.Instead}})
	})
}

// settle makes a newcomer's account, or tells them why there is none. It may be called
// again for one that it made.
func (d *Directory) settle(ctx context.Context, p *provider.Pool, n *newcomer) error {
	u := &n.User
	if _, err := d.Store.Pool(p.ID).User(ctx, u.ID); !errors.Is(err, provider.ErrUserNotFound) {
		return err
	}
	address := u.Attributes[n.Channel.Attribute()]
	// A server of the version before kept no name.
	n.Name = cmp.Or(n.Name, address)
	var wants []string
	for _, name := range names(p, u, NameKey(p, n.Name)) {
		wants = append(wants, name.Key)
	}
	if isName(p, n.Channel.Attribute()) { // the code will prove it
		wants = append(wants, address)
	}
	holder, err := d.holder(ctx, p, wants...)
	if err != nil {
		return err
	}
	mine, err := d.unconfirmed(ctx, p, n.Instead)
	if err != nil {
		return err
	}
	if holder == nil || mine != nil && holder.ID == mine.ID {
		holder = mine
	}
	same := holder != nil && NameKey(p, holder.Attributes[n.Channel.Attribute()]) == NameKey(p, address)
	if holder == nil || holder == mine || same && holder.Status == provider.UserUnconfirmed {
		err := d.addSignUp(ctx, p, u, n.Password, SignUp{Username: n.Name, Terms: n.Terms, Flow: n.Flow, asked: true}, holder)
		if !errors.Is(err, provider.ErrUserExists) && !errors.Is(err, provider.ErrAliasExists) {
			return err
		}
		same = false // somebody else was a moment faster
	}
	kind := message.NameTaken
	if same {
		kind = message.AccountExists
	}
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		return d.Post.Send(ctx, message.Letter{Pool: p, Kind: kind, Channel: n.Channel, To: address, Lang: u.Attributes["locale"]})
	})
}

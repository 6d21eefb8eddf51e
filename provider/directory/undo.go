package directory

import (
	"context"
	"errors"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
)

// tellOld tells a proved address that it is no longer a user's, in the transaction that
// ctx carries. Where it is undoable, a link takes the change back: if somebody else made
// it, they have everything but this address. An address that was never proved is told
// nothing, since whoever reads there may never have been the user.
func (d *Directory) tellOld(ctx context.Context, p *provider.Pool, before *provider.User, by provider.Channel, undoable bool) error {
	if !proved(before, by) || !d.CanSend(p, by) {
		return nil
	}
	address, link := before.Attributes[by.Attribute()], ""
	if undoable && d.PageURL != nil {
		token := secret.Token()
		c := &provider.OneTimeCode{
			// Each change has a row of its own: a second one must not take the way back to
			// the first address away.
			UserID: before.ID, Purpose: provider.CodeUndo, Attempt: uuid.NewString(), Hash: secret.Hash(token), LinkHash: secret.Hash(token),
			KeyVersion: d.Sealer.Version(), Channel: by, Destination: address,
			SentAt: d.Store.Now(), ExpiresAt: d.Store.Now().Add(provider.CodeUndo.Life()),
		}
		if err := d.Store.Pool(p.ID).PutCode(ctx, c); err != nil {
			return err
		}
		link = d.PageURL(p) + message.EmailChanged.Path() + "?" + url.Values{"token": {token}}.Encode()
	}
	kind := message.EmailChanged
	if by == provider.BySMS {
		kind = message.PhoneChanged
	}
	return d.Post.Notify(ctx, before, message.Letter{Pool: p, Kind: kind, Channel: by, To: address, Link: link})
}

// Undoable says which address a link takes back, masked.
//
// Errors: provider.ErrCodeMismatch for a link that is used up, too old or none.
func (d *Directory) Undoable(ctx context.Context, p *provider.Pool, token string) (*Delivery, error) {
	c, err := d.undo(ctx, p, token)
	if err != nil {
		return nil, err
	}
	return &Delivery{c.Channel, Masked(c.Destination)}, nil
}

func (d *Directory) undo(ctx context.Context, p *provider.Pool, token string) (*provider.OneTimeCode, error) {
	c, err := d.Store.Pool(p.ID).CodeByLink(ctx, secret.Hash(token))
	if err == nil && (c.Purpose != provider.CodeUndo || c.ExpiresAt <= d.Store.Now()) {
		err = provider.ErrCodeMismatch
	}
	return c, err
}

// Undo takes the change of an address back: the old one returns, and what came after
// goes: whatever waits for a proof, the other address if it was changed since, and
// everything that was set up since to prove who it is. So does all that anybody is
// signed in by. A password must be reset, since whoever made the change may know it.
// The address that is back is told, and what to do next.
//
// Errors: provider.ErrCodeMismatch; provider.ErrAliasExists when the address is
// somebody else's by now.
func (d *Directory) Undo(ctx context.Context, p *provider.Pool, token string) error {
	c, err := d.undo(ctx, p, token)
	if err != nil {
		return err
	}
	st := d.Store.Pool(p.ID)
	u, err := st.User(ctx, c.UserID)
	if err != nil {
		return err
	}
	return d.change(asUser(ctx, u), p.ID, UserUndo, userTarget(u.ID), map[string]string{"attribute": c.Channel.Attribute()}, func(ctx context.Context) error {
		if err := d.end(ctx, u, "change of address taken back"); err != nil {
			return err
		}
		if err := st.SpendCode(ctx, c); err != nil {
			return err
		}
		if err := d.makeWay(ctx, p, u.ID, c.Channel, c.Destination); err != nil {
			return err
		}
		kept, err := d.dropSince(ctx, p, u, c.SentAt)
		if err != nil {
			return err
		}
		login, err := st.LoginByID(ctx, u.ID)
		if err != nil {
			return err
		}
		err = st.ChangeUser(ctx, u.ID, func(now *provider.User) ([]provider.UserName, error) {
			takeBack(now, c, kept)
			// Where there is no password there is nothing to reset.
			if now.Status == provider.UserConfirmed && login.Password.Hash != "" && TakesPasswords(p) {
				now.Status = provider.UserResetRequired
			}
			return d.stillNames(ctx, p, now)
		})
		if err != nil {
			return err
		}
		if err := st.DropCodes(ctx, u.ID, c.SentAt); err != nil || !d.CanSend(p, c.Channel) {
			return err
		}
		return d.Post.Notify(ctx, u, message.Letter{Pool: p, Kind: message.AddressRestored, Channel: c.Channel, To: c.Destination})
	})
}

// dropSince removes what was set up since, and answers which of an app and a passkey a
// user still has.
func (d *Directory) dropSince(ctx context.Context, p *provider.Pool, u *provider.User, since provider.Time) (kept []provider.Factor, err error) {
	st := d.Store.Pool(p.ID)
	if err := st.DropFactorsSince(ctx, u.ID, since); err != nil {
		return nil, err
	}
	_, err = st.TOTP(ctx, u.ID)
	switch {
	case err == nil:
		kept = append(kept, provider.FactorTOTP)
	case !errors.Is(err, provider.ErrFactorNotFound):
		return nil, err
	}
	has, err := st.HasPasskey(ctx, u.ID)
	if has {
		kept = append(kept, provider.FactorPasskey)
	}
	return kept, err
}

// takeBack gives a user their old address, and takes away what proves somebody by
// another one. A factor of which nobody knows since when it is there goes too.
func takeBack(u *provider.User, c *provider.OneTimeCode, kept []provider.Factor) {
	for _, f := range u.MFA.Enabled {
		by, since := ChannelOf(f), u.MFA.Since[f]
		moved := by != c.Channel && u.MFA.Moved[f] >= c.SentAt
		if by == "" && !slices.Contains(kept, f) || by != "" && (since == 0 || since >= c.SentAt || moved) {
			u.MFA = u.MFA.Without(f)
		}
	}
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		attribute := by.Attribute()
		switch {
		case by == c.Channel:
			u.Attributes[attribute], u.Attributes[attribute+"_verified"] = c.Destination, "true"
		case u.MFA.Moved[FactorOf(by)] >= c.SentAt:
			delete(u.Attributes, attribute)
			delete(u.Attributes, attribute+"_verified")
		}
	}
}

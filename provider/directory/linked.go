package directory

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
)

// Why a subject at an upstream is not tied to a user.
var (
	ErrLinkedElsewhere = &provider.Error{Code: provider.CodeExists, Kind: "identity", Message: "That account belongs to another user here already."}
	ErrNotLinkable     = &provider.Error{Code: provider.CodeForbidden, Kind: "identity", Message: "This account is looked after by an identity provider."}
)

// LinkIdentity lets a user sign in as a subject of an upstream too, in the transaction that
// ctx carries or in one of its own. The caller has had both proved: the user here,
// and the subject there. An e-mail address that they share counts for nothing.
//
// The user is told by mail. Linking what is linked already changes nothing.
//
// Errors: ErrLinkedElsewhere; ErrNotLinkable for a user who was made by an upstream;
// provider.ErrUserDisabled, provider.ErrUserNotFound.
func (d *Directory) LinkIdentity(ctx context.Context, p *provider.Pool, userID string, idp *provider.IdentityProvider, id *federation.Identity) error {
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		st := d.Store.Pool(p.ID)
		u, err := d.hold(ctx, p, userID)
		if err != nil {
			return err
		}
		switch {
		case !u.Enabled:
			return provider.ErrUserDisabled
		case u.Status == provider.UserExternalProvider:
			return ErrNotLinkable
		}
		added, err := st.AddFederatedLogin(ctx, &provider.FederatedLogin{Provider: idp.Name, Issuer: id.Issuer, Subject: id.Subject, UserID: userID})
		if err != nil {
			return err
		}
		if !added {
			owner, err := st.FederatedUser(ctx, idp.Name, id.Issuer, id.Subject)
			if err == nil && owner.ID != userID || errors.Is(err, provider.ErrUserNotFound) { // the latter: let go of meanwhile
				return ErrLinkedElsewhere
			}
			return err
		}
		if err := d.recordFederated(ctx, p, UserLink, u, idp, map[string]string{}); err != nil {
			return err
		}
		return d.Post.Notify(ctx, u, message.Letter{Pool: p, Kind: message.IdentityLinked, Name: idp.Name})
	})
}

// UnlinkIdentity takes a subject of an upstream off a user, in the transaction that ctx
// carries or in one of its own. The user's row is held till that ends, so the caller
// can see what is left and refuse. The user is told by mail.
//
// Errors: provider.ErrIdentityNotFound; ErrNotLinkable for a user who was made by an
// upstream; provider.ErrUserNotFound.
func (d *Directory) UnlinkIdentity(ctx context.Context, p *provider.Pool, l *provider.FederatedLogin) error {
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		u, err := d.hold(ctx, p, l.UserID)
		if err != nil {
			return err
		}
		if u.Status == provider.UserExternalProvider {
			return ErrNotLinkable
		}
		if err := d.Store.Pool(p.ID).RemoveFederatedLogin(ctx, l); err != nil {
			return err
		}
		if err := d.recordFederated(ctx, p, UserUnlink, u, &provider.IdentityProvider{Name: l.Provider}, map[string]string{}); err != nil {
			return err
		}
		return d.Post.Notify(ctx, u, message.Letter{Pool: p, Kind: message.IdentityUnlinked, Name: l.Provider})
	})
}

// hold reads a user and keeps their row until the transaction ends.
func (d *Directory) hold(ctx context.Context, p *provider.Pool, id string) (*provider.User, error) {
	var out *provider.User
	err := d.Store.Pool(p.ID).ChangeUser(ctx, id, func(u *provider.User) ([]provider.UserName, error) {
		out = u
		return nil, nil
	})
	return out, err
}

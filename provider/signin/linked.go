package signin

import (
	"context"
	"errors"
	"slices"

	"github.com/cognate-idp/cognate/federation"
	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
)

// ErrLastWay refuses to take away the only thing that somebody can sign in by.
var ErrLastWay = &provider.Error{Code: provider.CodeConflict, Kind: "last way", Message: "It is the only way that you can sign in. Set a password or add a passkey first."}

// link is for whom an attempt asks an upstream.
type link struct {
	User    string `json:"user"`
	Session string `json:"session"` // named as provider.Principal does
}

// Links reports whether the attempt signs nobody in, but lets somebody who is signed
// in sign in at an upstream too.
func (a *Attempt) Links() bool { return a.state.Link != nil }

// Linkable lists the providers that a user may link: all of the pool's. Who was made
// by an upstream belongs to it and may link none.
func (f *Federation) Linkable(ctx context.Context, pool *provider.Pool, live *Live) ([]provider.IdentityProvider, error) {
	if live.User.Status == provider.UserExternalProvider {
		return nil, nil
	}
	return f.Directory.IdPs(ctx, pool.ID)
}

// LinkTo sends somebody who is signed in, and has just proved it, to an upstream, and
// answers the URL for the browser. Both sides are proved so: theirs here, and by
// Finish the one there. The upstream is told to ask anew, because the browser may be
// signed in there as somebody else.
//
// Errors: ErrProofTooOld; directory.ErrNotLinkable; those of Begin.
func (f *Federation) LinkTo(ctx context.Context, pool *provider.Pool, live *Live, page, binding string, h Handover) (string, error) {
	if err := f.Flow.Sessions.Fresh(live); err != nil {
		return "", err
	}
	if live.User.Status == provider.UserExternalProvider {
		return "", directory.ErrNotLinkable
	}
	a, err := f.Flow.Begin(ctx, pool, Start{Binding: binding, Return: page, Link: live})
	if err != nil {
		return "", err
	}
	h.Prompt = "login"
	return f.Begin(ctx, pool, a, h)
}

// link ties what an upstream vouched for to the user who asked for it, as long as the
// browser that brings the answer is still signed in by the session that asked.
func (f *Federation) link(ctx context.Context, pool *provider.Pool, a *Attempt, session string, idp *provider.IdentityProvider, who *federation.Identity) error {
	live, err := f.Flow.Sessions.Read(ctx, pool, session)
	if errors.Is(err, provider.ErrSessionNotFound) || err == nil && live.Principal.SessionID != a.state.Link.Session {
		return provider.ErrAttemptNotFound
	}
	if err != nil {
		return err
	}
	ctx = asUser(ctx, live)
	err = f.Directory.LinkIdentity(ctx, pool, a.state.Link.User, idp, who)
	if errors.Is(err, directory.ErrLinkedElsewhere) {
		return errors.Join(f.Flow.Audit.Record(ctx, pool.ID, directory.UserLink, audit.Denied, "user/"+a.state.Link.User,
			map[string]string{"provider": idp.Name, "reason": "linked_elsewhere"}), err)
	}
	return err
}

// Identities lists the upstream accounts that the user can sign in by, the oldest
// first.
func (a *Account) Identities(ctx context.Context, pool *provider.Pool, live *Live) ([]provider.FederatedLogin, error) {
	return a.Flow.Store.Pool(pool.ID).FederatedLogins(ctx, live.User.ID)
}

// Unlink takes an upstream account off the user, and signs them out everywhere else:
// whoever holds it may be signed in. The last way in stays.
//
// Errors: ErrProofTooOld, ErrLastWay, those of directory.UnlinkIdentity.
func (a *Account) Unlink(ctx context.Context, pool *provider.Pool, live *Live, l provider.FederatedLogin) error {
	return a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		l.UserID = u.ID
		return a.Flow.keepingWay(ctx, pool, u.ID, func(ctx context.Context) error {
			if end := a.Flow.Factors.EndCredentials; end != nil {
				if err := end(ctx, pool.ID, u.ID); err != nil {
					return err
				}
			}
			if err := a.Flow.Directory.UnlinkIdentity(ctx, pool, &l); err != nil {
				return err
			}
			return a.Flow.Store.Pool(pool.ID).EndOtherSessions(ctx, u.ID, live.Principal.SessionID, "identity unlinked")
		})
	})
}

// keepingWay refuses a change that takes a user's last way in. The change holds their
// row: of two at once, the later sees what the first has left.
func (f *Flow) keepingWay(ctx context.Context, pool *provider.Pool, userID string, change func(context.Context) error) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		before, err := f.canEnter(ctx, pool, userID)
		if err != nil {
			return err
		}
		if err := change(ctx); err != nil {
			return err
		}
		left, err := f.canEnter(ctx, pool, userID)
		if err == nil && before && !left {
			err = ErrLastWay
		}
		return err
	})
}

// canEnter reports whether a user of the pool's own directory has any way in, as the
// pool is set up now.
func (f *Flow) canEnter(ctx context.Context, pool *provider.Pool, userID string) (bool, error) {
	rows := f.Store.Pool(pool.ID)
	login, err := rows.LoginByID(ctx, userID)
	if err != nil {
		return false, err
	}
	for _, way := range f.ways(pool) {
		by := directory.ChannelOf(way)
		if way == provider.FactorPassword && login.Password.Hash != "" && !login.Password.Temporary ||
			by != "" && login.User.Attributes[by.Attribute()+"_verified"] == "true" {
			return true, nil
		}
	}
	if slices.Contains(pool.Settings.First(), provider.FactorPasskey) {
		if has, err := rows.HasPasskey(ctx, userID); err != nil || has {
			return has, err
		}
	}
	logins, err := rows.FederatedLogins(ctx, userID)
	if err != nil || len(logins) == 0 {
		return false, err
	}
	idps, err := f.Directory.IdPs(ctx, pool.ID)
	return slices.ContainsFunc(logins, func(l provider.FederatedLogin) bool {
		return slices.ContainsFunc(idps, func(i provider.IdentityProvider) bool { return i.Name == l.Provider })
	}), err
}

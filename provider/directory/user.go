package directory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// NewUser says who a new user is.
type NewUser struct {
	ID         string // the sub; made when empty (imports keep theirs)
	Username   string // in pools that sign in by an address, that address
	Attributes map[string]string
	Password   string // made when empty, unless NoPassword
	NoPassword bool   // for users who sign in at an upstream
	Permanent  bool   // the password need not be changed
	Status     provider.UserStatus
	TakeAlias  bool               // take an address away from whoever has it as an alias
	Invite     bool               // send the password
	InviteBy   []provider.Channel // how; empty for e-mail where there is an address, else a text
}

// CreateUser adds a user.
//
// Errors: provider.ErrUserExists, provider.ErrAliasExists, provider.CodeInvalid,
// provider.CodePasswordPolicy.
func (d *Directory) CreateUser(ctx context.Context, pool string, n NewUser) (*provider.User, error) {
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, err
	}
	if err := checkUsername(p, n.Username); err != nil {
		return nil, err
	}
	u, err := newUser(p, n)
	if err != nil {
		return nil, err
	}
	var pw *provider.Password
	if !n.NoPassword {
		if n.Password == "" {
			n.Password = secret.Password(p.Settings.PasswordPolicy.MinimumLength)
		} else if err := d.passwords().Check(ctx, p, u, n.Password); err != nil {
			return nil, err
		}
		if pw, err = d.hash(ctx, p, u, n.Password, n.Permanent); err != nil {
			return nil, err
		}
	}
	st := d.Store.Pool(pool)
	err = d.change(ctx, pool, UserCreate, userTarget(u.ID), map[string]string{"status": string(u.Status)}, func(ctx context.Context) error {
		list := names(p, u, NameKey(p, n.Username))
		if n.TakeAlias {
			for _, name := range list {
				if err := d.releaseAlias(ctx, p, name, u.ID); err != nil {
					return err
				}
			}
		}
		if err := st.CreateUser(ctx, u, list); err != nil {
			return err
		}
		if pw == nil {
			return nil
		}
		if err := st.SetPassword(ctx, pw); err != nil {
			return err
		}
		if n.Invite {
			return d.invite(ctx, p, u, n.Password, n.InviteBy)
		}
		return nil
	})
	return u, err
}

func newUser(p *provider.Pool, n NewUser) (*provider.User, error) {
	u := &provider.User{PoolID: p.ID, ID: n.ID, Username: n.Username, Status: n.Status, Enabled: true}
	if u.ID == "" {
		u.ID = uuid.NewString()
	}
	if u.Status == "" {
		u.Status = provider.UserForceChangePassword
		if n.Permanent {
			u.Status = provider.UserConfirmed
		}
	}
	attributes := map[string]string{}
	maps.Copy(attributes, n.Attributes)
	if len(p.Settings.UsernameAttrs) > 0 && u.Status != provider.UserExternalProvider {
		kind, err := addressKind(p, n.Username)
		if err != nil {
			return nil, err
		}
		attributes[kind] = n.Username
		u.Username = u.ID // nobody has to know it: the address leads to the user
	}
	return u, setAttributes(p, u, attributes, true)
}

// addressKind is the attribute that a name is, in a pool whose users sign in by
// an address.
func addressKind(p *provider.Pool, name string) (string, error) {
	kind := "phone_number"
	if strings.Contains(name, "@") {
		kind = "email"
	}
	if !slices.Contains(p.Settings.UsernameAttrs, kind) {
		return "", provider.Invalid("Username", "Users of this pool are named by their %s.", strings.Join(p.Settings.UsernameAttrs, " or "))
	}
	return kind, nil
}

// FindUser answers the user that a name leads to: username, alias or sub.
//
// Errors: provider.ErrPoolNotFound, provider.ErrUserNotFound.
func (d *Directory) FindUser(ctx context.Context, pool, name string) (*provider.User, error) {
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return nil, err
	}
	u, err := d.Store.Pool(pool).UserByName(ctx, NameKey(p, name))
	if provider.CodeOf(err) == provider.CodeNotFound && uuid.Validate(name) == nil {
		return d.Store.Pool(pool).User(ctx, name)
	}
	return u, err
}

// UpdateUser sets attributes; an empty value removes one. A proved address that goes is
// told. An address that is a second factor stays proved, or the factor is turned off
// first: its codes would go to somebody whom nobody vouches for.
//
// Errors: provider.ErrUserNotFound, provider.ErrAliasExists, provider.CodeInvalid.
func (d *Directory) UpdateUser(ctx context.Context, pool, name string, values map[string]string) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	changed := map[string]string{"attributes": strings.Join(slices.Sorted(maps.Keys(values)), " ")}
	return d.changeIn(ctx, pool, UserUpdate, userTarget(u.ID), changed, func(ctx context.Context, p *provider.Pool) error {
		var before provider.User
		var gone []provider.Channel
		err := d.Store.Pool(pool).ChangeUser(ctx, u.ID, func(u *provider.User) ([]provider.UserName, error) {
			before, gone = *u, nil
			before.Attributes = maps.Clone(u.Attributes)
			if err := setAttributes(p, u, values, false); err != nil {
				return nil, err
			}
			for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
				moved := before.Attributes[by.Attribute()] != u.Attributes[by.Attribute()]
				if (moved || proved(&before, by)) && !proved(u, by) && u.MFA.Has(FactorOf(by)) {
					return nil, provider.Invalid(by.Attribute(), "The address is a second factor. Give one that is marked as verified, or turn the factor off first.")
				}
				if moved {
					u.MFA = u.MFA.MovedAt(FactorOf(by), d.Store.Now())
					gone = append(gone, by)
				}
			}
			return d.namesByOperator(ctx, p, &before, u)
		})
		if err != nil {
			return err
		}
		// Without a way back: an operator may be taking the account out of the hands of
		// whoever reads there.
		for _, by := range gone {
			if err := d.tellOld(ctx, p, &before, by, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteUser removes a user with their sessions, grants and everything else that
// hangs on them. The audit trail keeps their sub, which by then names nobody.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden for the last owner of
// the installation.
func (d *Directory) DeleteUser(ctx context.Context, pool, name string) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	return d.deleteUser(ctx, pool, u.ID)
}

// DeleteOwn is DeleteUser for somebody who is known by their sub and nothing else:
// who calls for themselves must never be taken for another whose username is that.
//
// Errors: provider.CodeForbidden where users may not, beside those of DeleteUser.
func (d *Directory) DeleteOwn(ctx context.Context, pool, id string) error {
	p, err := d.Pool(ctx, pool)
	if err != nil {
		return err
	}
	if !p.MayDeleteOwn() {
		return &provider.Error{Code: provider.CodeForbidden, Kind: "user", Message: "Users of this pool may not delete their accounts."}
	}
	return d.deleteUser(ctx, pool, id)
}

func (d *Directory) deleteUser(ctx context.Context, pool, id string) error {
	return d.changeIn(ctx, pool, UserDelete, userTarget(id), nil, func(ctx context.Context, p *provider.Pool) error {
		if err := d.keepOwner(ctx, p, id, Everywhere); err != nil {
			return err
		}
		if d.Forget != nil {
			if err := d.Forget(ctx, pool, id); err != nil {
				return err
			}
		}
		return d.Store.Pool(pool).DeleteUser(ctx, id)
	})
}

// SetEnabled lets a user in or shuts them out; shutting out ends every session,
// grant and credential of an identity pool at once.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden for the last owner.
func (d *Directory) SetEnabled(ctx context.Context, pool, name string, enabled bool) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	action := UserEnable
	if !enabled {
		action = UserDisable
	}
	st := d.Store.Pool(pool)
	return d.changeIn(ctx, pool, action, userTarget(u.ID), nil, func(ctx context.Context, p *provider.Pool) error {
		if !enabled {
			if err := d.keepOwner(ctx, p, u.ID, Everywhere); err != nil {
				return err
			}
			if err := d.end(ctx, u, "user disabled"); err != nil {
				return err
			}
		}
		return st.ChangeUser(ctx, u.ID, func(u *provider.User) ([]provider.UserName, error) {
			u.Enabled = enabled
			return nil, nil
		})
	})
}

// Confirm makes an unconfirmed user a confirmed one.
//
// Errors: provider.ErrUserNotFound; provider.CodeForbidden in any other state.
func (d *Directory) Confirm(ctx context.Context, pool, name string) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	return d.change(ctx, pool, UserConfirm, userTarget(u.ID), nil, func(ctx context.Context) error {
		return d.Store.Pool(pool).ChangeUser(ctx, u.ID, func(u *provider.User) ([]provider.UserName, error) {
			if u.Status != provider.UserUnconfirmed {
				return nil, &provider.Error{Code: provider.CodeForbidden, Kind: "user",
					Message: "User cannot be confirmed. Current status is " + string(u.Status)}
			}
			u.Status = provider.UserConfirmed
			return nil, nil
		})
	})
}

// SignOut ends every session and grant of a user, and every credential that they
// have from an identity pool.
//
// Errors: provider.ErrUserNotFound.
func (d *Directory) SignOut(ctx context.Context, pool, name string) error {
	u, err := d.FindUser(ctx, pool, name)
	if err != nil {
		return err
	}
	return d.signOut(ctx, u, "signed out by an operator")
}

// SignOutOwn is SignOut for a user who asks for it themselves.
func (d *Directory) SignOutOwn(ctx context.Context, u *provider.User) error {
	return d.signOut(ctx, u, "signed out everywhere by the user")
}

func (d *Directory) signOut(ctx context.Context, u *provider.User, reason string) error {
	return d.change(ctx, u.PoolID, UserSignOut, userTarget(u.ID), nil, func(ctx context.Context) error {
		return d.end(ctx, u, reason)
	})
}

// end ends everything that a user is signed in by. Identities come first, as
// when a user is deleted: two transactions that take the same rows in the same
// order do not deadlock.
func (d *Directory) end(ctx context.Context, u *provider.User, reason string) error {
	if d.EndCredentials != nil {
		if err := d.EndCredentials(ctx, u.PoolID, u.ID); err != nil {
			return err
		}
	}
	return d.Store.Pool(u.PoolID).EndUserSessions(ctx, u.ID, reason)
}

func userTarget(id string) string { return "user/" + id }

package signin

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// Record is what the service keeps of a user beside their activity. The rows hold
// hashes and keys too: whoever writes a record down picks what it tells.
type Record struct {
	User          provider.User
	Groups        []provider.Group
	PasswordSet   provider.Time // when it was chosen; 0 for none
	App           provider.TOTP // the authenticator app; zero for none
	RecoveryCodes int           // left to use
	Passkeys      []provider.Passkey
	Devices       []provider.Device
	Sessions      []provider.Session // that hold
	Identities    []provider.FederatedLogin
}

// Export gathers what the service keeps of the user, for them to take along. The trail
// tells of it: whoever takes a copy may not be its owner.
//
// Errors: ErrProofTooOld.
func (a *Account) Export(ctx context.Context, pool *provider.Pool, live *Live) (*Record, error) {
	out := &Record{}
	return out, a.act(ctx, live, func(ctx context.Context, u *provider.User) error {
		rows := a.Flow.Store.Pool(pool.ID)
		login, err := rows.LoginByID(ctx, u.ID)
		if err != nil {
			return err
		}
		out.User = login.User
		if login.Password.Hash != "" {
			out.PasswordSet = login.Password.UpdatedAt
		}
		for _, read := range []func() error{
			func() (err error) { out.Groups, err = rows.GroupsOf(ctx, u.ID); return err },
			func() error {
				app, err := rows.TOTP(ctx, u.ID)
				if errors.Is(err, provider.ErrFactorNotFound) {
					return nil
				}
				if err == nil {
					out.App = *app
				}
				return err
			},
			func() (err error) { out.RecoveryCodes, err = a.RecoveryCodesLeft(ctx, pool, live); return err },
			func() (err error) { out.Passkeys, err = a.Passkeys(ctx, pool, live); return err },
			func() (err error) { out.Devices, err = a.Devices(ctx, pool, live); return err },
			func() (err error) { out.Sessions, err = a.SignedIn(ctx, pool, live); return err },
			func() (err error) { out.Identities, err = rows.FederatedLogins(ctx, u.ID); return err },
		} {
			if err := read(); err != nil {
				return err
			}
		}
		return a.Flow.Audit.Record(ctx, pool.ID, "user.export", audit.Success, "user/"+u.ID, nil)
	})
}

package factor

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// Factors enrols, checks and removes factors. All but Post are required.
type Factors struct {
	Store  *store.Store
	Sealer *secret.Sealer
	Audit  *audit.Log
	Post   *message.Post // tells users what was added or removed; nil tells nobody
	// BaseURL is where the pages are: passkeys are bound to its host.
	BaseURL string
	// EndCredentials ends what a user's tokens were traded for at identity pools. It
	// runs inside the transaction that ends their sessions and grants. Nil ends nothing.
	EndCredentials func(ctx context.Context, pool, user string) error
}

// The actions that this package writes to the audit trail.
const (
	ActionAdded    = "user.factor_added"
	ActionReplaced = "user.factor_replaced"
	ActionRemoved  = "user.factor_removed"
	ActionPrefer   = "user.factor_preferred"
	ActionReset    = "user.factors_reset"
	ActionRenewed  = "user.recovery_codes_renewed"
	ActionRecovery = "user.recovery_code_used"
)

// Added notes that a user has set a second factor up, and tells them, in the
// transaction that ctx carries. Every way to set one up ends here.
func (f *Factors) Added(ctx context.Context, pool *provider.Pool, userID string, factor provider.Factor) error {
	return f.changed(ctx, pool, userID, ActionAdded, factor, message.FactorAdded(factor), func(m provider.MFAPreference) provider.MFAPreference {
		return m.SetUp(factor, f.Store.Now())
	})
}

// Replaced notes that another authenticator app has taken the place of the one that a
// user had, which stops working, and tells them, in the transaction that ctx carries.
func (f *Factors) Replaced(ctx context.Context, pool *provider.Pool, userID string) error {
	return f.changed(ctx, pool, userID, ActionReplaced, provider.FactorTOTP, message.AppReplaced, func(m provider.MFAPreference) provider.MFAPreference {
		return m.With(provider.FactorTOTP)
	})
}

// Removed notes that a user no longer has a second factor, and tells them, in the
// transaction that ctx carries.
func (f *Factors) Removed(ctx context.Context, pool *provider.Pool, userID string, factor provider.Factor) error {
	return f.changed(ctx, pool, userID, ActionRemoved, factor, message.FactorRemoved(factor), func(m provider.MFAPreference) provider.MFAPreference {
		return m.Without(factor)
	})
}

func (f *Factors) changed(ctx context.Context, pool *provider.Pool, userID, action string, factor provider.Factor, kind message.Kind, change func(provider.MFAPreference) provider.MFAPreference) error {
	u, err := f.prefer(ctx, pool, userID, change)
	if err != nil {
		return err
	}
	err = f.Audit.Record(ctx, pool.ID, action, audit.Success, target(userID), map[string]string{"factor": string(factor)})
	if err != nil {
		return err
	}
	return f.Post.Tell(ctx, pool, u, kind)
}

// prefer changes which factors a user's row names, and returns the user.
func (f *Factors) prefer(ctx context.Context, pool *provider.Pool, userID string, change func(provider.MFAPreference) provider.MFAPreference) (*provider.User, error) {
	var u *provider.User
	err := f.Store.Pool(pool.ID).ChangeUser(ctx, userID, func(now *provider.User) ([]provider.UserName, error) {
		now.MFA, u = change(now.MFA), now
		return nil, nil
	})
	return u, err
}

func target(userID string) string { return "user/" + userID }

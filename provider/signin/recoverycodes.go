package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// RecoveryCodes are those that StepRecoveryCodes shows, this once.
func (a *Attempt) RecoveryCodes() []string { return a.state.RecoveryCodes }

// recoveryLeft reports whether a user has recovery codes left.
func (f *Flow) recoveryLeft(ctx context.Context, pool *provider.Pool, u *provider.User) (bool, error) {
	n, err := f.Factors.RecoveryCodesLeft(ctx, pool, u.ID)
	return n > 0, err
}

// newRecoveryCodes makes recovery codes for a user who has none, and what keeps
// them.
func (f *Flow) newRecoveryCodes(ctx context.Context, pool *provider.Pool, u *provider.User) ([]string, func(context.Context) error, error) {
	left, err := f.recoveryLeft(ctx, pool, u)
	if left || err != nil {
		return nil, nil, err
	}
	return f.Factors.NewRecoveryCodes(pool, u.ID)
}

// recoveryCodes is StepRecoveryCodes: the person says that they keep them.
func (f *Flow) recoveryCodes(ctx context.Context, pool *provider.Pool, a *Attempt, _ Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	a.state.RecoveryCodes = nil
	return outcome{user: u}, err
}

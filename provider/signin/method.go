package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// method answers how a second factor is asked for; nil where this server cannot.
func (f *Flow) method(factor provider.Factor) method {
	switch factor {
	}
	return nil
}

// recoveryLeft reports whether a user has recovery codes left.
func (f *Flow) recoveryLeft(context.Context, *provider.Pool, *provider.User) (bool, error) {
	return false, nil
}

// newRecoveryCodes makes recovery codes for a user who has none, and what keeps
// them.
func (f *Flow) newRecoveryCodes(context.Context, *provider.Pool, *provider.User) ([]string, func(context.Context) error, error) {
	return nil, nil, nil
}

// recoveryCodes is StepRecoveryCodes: the person says that they keep them.
func (f *Flow) recoveryCodes(ctx context.Context, pool *provider.Pool, a *Attempt, _ Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	a.state.RecoveryCodes = nil
	return outcome{user: u}, err
}

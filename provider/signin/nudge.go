package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// nudgeGate offers a passkey to who signed in without one.
func (f *Flow) nudgeGate(context.Context, *provider.Pool, *Attempt, *provider.User) (move, error) {
	return move{}, nil
}

// nudge is StepNudge.
func (f *Flow) nudge(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

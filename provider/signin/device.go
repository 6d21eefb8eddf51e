package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// spared reports whether a remembered browser stands in for the second factor.
func (f *Flow) spared(context.Context, *provider.Pool, *Attempt, *provider.User) (bool, error) {
	return false, nil
}

// rememberGate asks whether this browser shall be remembered.
func (f *Flow) rememberGate(context.Context, *provider.Pool, *Attempt, *provider.User) (move, error) {
	return move{}, nil
}

// remember is StepRemember.
func (f *Flow) remember(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// attributesGate asks for what the pool requires by now and the user has not told.
func (f *Flow) attributesGate(context.Context, *provider.Pool, *Attempt, *provider.User) (move, error) {
	return move{}, nil
}

// attributes is StepAttributes.
func (f *Flow) attributes(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

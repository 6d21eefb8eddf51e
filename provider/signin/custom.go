package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// customGate asks the pool's own questions.
func (f *Flow) customGate(context.Context, *provider.Pool, *Attempt, *provider.User) (move, error) {
	return move{}, nil
}

// custom is StepCustom.
func (f *Flow) custom(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// first is StepIdentifier and StepFirst: who it is, and which way in they take.
func (f *Flow) first(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

// code is StepCode: the code that was sent in place of a password.
func (f *Flow) code(context.Context, *provider.Pool, *Attempt, Answer) (outcome, error) {
	return outcome{}, provider.ErrAttemptNotFound
}

package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// Step names what an attempt asks for next.
type Step string

// The steps, in the order that a person meets them. Most people meet one.
const (
	StepIdentifier    Step = "identifier"     // a name alone, where there are several ways in
	StepFirst         Step = "first"          // which way in
	StepPassword      Step = "password"       // a name and a password
	StepCode          Step = "code"           // a code that was sent, in place of a password
	StepFederation    Step = "federation"     // the person was sent to an upstream provider
	StepCustom        Step = "custom"         // a question of the pool's own
	StepSecond        Step = "second"         // a second factor; Attempt.Method says which
	StepNewPassword   Step = "new_password"   // a password of the person's own, or a new one
	StepSetUp         Step = "set_up"         // a second factor to set up; Attempt.Method says which, once chosen
	StepRecoveryCodes Step = "recovery_codes" // shown this once
	StepAttributes    Step = "attributes"     // what the pool wants to know by now
	StepRemember      Step = "remember"       // shall this browser be remembered
	StepNudge         Step = "nudge"          // would a passkey be welcome
)

// Answer is what a person gave. Each step reads the fields that it asked for.
type Answer struct {
	Username    string
	Password    string
	NewPassword string
	Code        string            // a one-time code, or the answer to a custom question
	Address     string            // where a code of a factor that is set up shall go
	Credential  string            // a public key credential as JSON (WebAuthn Level 3 section 5.1)
	Name        string            // what a new passkey or authenticator app is called
	Attributes  map[string]string // what StepAttributes asked for
	Choose      provider.Factor   // another way, in place of an answer
	Other       bool              // ask for another address to send the code to, in place of an answer
	Again       bool              // send the code once more, in place of an answer
	Skip        bool              // no, thank you: for steps that may be skipped
	Remember    bool              // yes, remember this browser
}

// move is a step that an attempt goes on to, with what has to be written for it.
type move struct {
	next  Step
	write func(ctx context.Context) error // nil for nothing
}

// advance decides what an attempt asks for next, once what it asked for is
// answered. Each gate looks at the whole of what was proven and holds the person
// up, or lets them pass. The empty step means that all have.
func (f *Flow) advance(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	for _, gate := range []func(context.Context, *provider.Pool, *Attempt, *provider.User) (move, error){
		f.customGate,
		f.secondGate,
		f.newPasswordGate,
		f.setUpGate,
		f.attributesGate,
		f.rememberGate,
		f.nudgeGate,
	} {
		m, err := gate(ctx, pool, a, u)
		if err != nil || m.next != "" {
			return m, err
		}
	}
	return move{}, nil
}

// step hands an answer to the attempt's step.
func (f *Flow) step(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	switch a.Step {
	case StepPassword, StepFederation, StepIdentifier, StepFirst:
		if given.Credential != "" {
			return f.passkey(ctx, pool, a, given)
		}
	}
	switch a.Step {
	case StepPassword:
		return f.password(ctx, pool, a, given)
	case StepFederation: // whoever comes back from an upstream without an answer may sign in here
		if f.door(pool) == StepPassword {
			return f.password(ctx, pool, a, given)
		}
		return f.first(ctx, pool, a, given)
	case StepIdentifier, StepFirst:
		return f.first(ctx, pool, a, given)
	case StepCode:
		return f.code(ctx, pool, a, given)
	case StepCustom:
		return f.custom(ctx, pool, a, given)
	case StepSecond:
		return f.second(ctx, pool, a, given)
	case StepNewPassword:
		return f.newPassword(ctx, pool, a, given)
	case StepSetUp:
		return f.setUp(ctx, pool, a, given)
	case StepRecoveryCodes:
		return f.recoveryCodes(ctx, pool, a, given)
	case StepAttributes:
		return f.attributes(ctx, pool, a, given)
	case StepRemember:
		return f.remember(ctx, pool, a, given)
	case StepNudge:
		return f.nudge(ctx, pool, a, given)
	}
	// A step that answers elsewhere, such as at an upstream provider.
	return outcome{}, provider.ErrAttemptNotFound
}

// both runs two writes of one transaction in a row; either may be nil.
func both(first, second func(context.Context) error) func(context.Context) error {
	if first == nil {
		return second
	}
	if second == nil {
		return first
	}
	return func(ctx context.Context) error {
		if err := first(ctx); err != nil {
			return err
		}
		return second(ctx)
	}
}

package signin

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// Flow runs sign-in attempts.
type Flow struct {
	Store    *store.Store
	Sealer   *secret.Sealer
	Hasher   *secret.Hasher
	Guard    *risk.Guard
	Audit    *audit.Log
	Sessions *Sessions

	Directory *directory.Directory // sign-up and recovery; nil for neither
}

// Step names what an attempt asks for next.
type Step string

// The steps.
const (
	StepPassword    Step = "password"     // a name and a password
	StepNewPassword Step = "new_password" // a password of the person's own, in place of an operator's
)

// Answer is what a person gave. Each step reads the fields that it asked for.
type Answer struct {
	Username    string
	Password    string
	NewPassword string
}

// Result is how an answer ended: with the next step, or with somebody known.
type Result struct {
	Attempt   *Attempt            // stands at the next step; when Principal is set, what has ended
	Principal *provider.Principal // nil while there is a next step
	SessionID string              // the opaque id of the new session, for the browser's cookie alone
	Provider  string              // the upstream that the person came back from; empty for a local sign-in
}

// outcome is what a step decided. write belongs into the transaction that moves
// the attempt on or ends it; try is released after it.
type outcome struct {
	next  Step          // empty once the person is known
	at    provider.Time // when what proves them was read: all that ends later ends their session too
	write func(ctx context.Context) error
	try   *risk.Try
}

// Answer takes what the person gave for the attempt's step.
//
// previous is the session id that the browser sent along, or "": it ends when a
// new one begins, so nobody signs in on an id that somebody else has planted.
//
// Errors: provider.ErrAttemptNotFound when the attempt is over, unknown or
// another browser's; provider.CodeInvalid for malformed input; ErrWrongPassword
// and the others of this package; provider.CodeThrottled; provider.ErrUnavailable.
func (f *Flow) Answer(ctx context.Context, pool *provider.Pool, id, binding, previous string, given Answer) (*Result, error) {
	a, err := f.Attempt(ctx, pool, id, binding)
	if err != nil {
		return nil, err
	}
	if a.state.NoPassword {
		return nil, ErrUpstreamOnly
	}
	from := a.Step
	var out outcome
	switch a.Step {
	case StepPassword, StepFederation: // whoever comes back from an upstream without an answer may give a password
		out, err = f.password(ctx, pool, a, given)
	case StepNewPassword:
		out, err = f.newPassword(ctx, pool, a, given)
	default:
		// A step that answers elsewhere, such as at an upstream provider.
		return nil, provider.ErrAttemptNotFound
	}
	if out.try != nil {
		defer out.try.Release()
	}
	if err != nil {
		return nil, err
	}
	if out.next == "" {
		return f.finish(ctx, pool, a, previous, out)
	}
	a.Step = out.next
	err = f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.move(ctx, a, from); err != nil || out.write == nil {
			return err
		}
		return out.write(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &Result{Attempt: a}, nil
}

// finish ends an attempt whose steps have all passed: in one transaction the
// attempt goes, the session begins, and the trail says so.
func (f *Flow) finish(ctx context.Context, pool *provider.Pool, a *Attempt, previous string, out outcome) (*Result, error) {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", a.state.UserID
	ctx = provider.WithActor(ctx, actor)
	s, id := f.Sessions.begin(ctx, pool, &a.state, out.at)
	err := f.Store.Tx(ctx, func(ctx context.Context) error {
		rows := f.Store.Pool(pool.ID)
		if err := rows.EndAttempt(ctx, a.ID, string(a.Step)); err != nil {
			return err
		}
		if previous != "" {
			if err := rows.RevokeSession(ctx, secret.Hash(previous)); err != nil {
				return err
			}
		}
		if err := rows.AddSession(ctx, s); err != nil {
			return err
		}
		if out.write != nil {
			if err := out.write(ctx); err != nil {
				return err
			}
		}
		return f.Audit.Record(ctx, pool.ID, "signin.success", audit.Success, "user/"+a.state.UserID, a.state.detail(""))
	})
	if err != nil {
		return nil, err
	}
	principal := principalOf(s)
	principal.Username = a.state.Username
	return &Result{Attempt: a, Principal: principal, SessionID: id}, nil
}

// failed writes a refused sign-in into the trail. userID is empty for a name that
// leads nowhere; the name itself stays out, since people type passwords there.
func (f *Flow) failed(ctx context.Context, pool *provider.Pool, a *Attempt, userID, reason string) error {
	target := ""
	if userID != "" {
		target = "user/" + userID
	}
	return f.Audit.Record(ctx, pool.ID, "signin.failure", audit.Failure, target, a.state.detail(reason))
}

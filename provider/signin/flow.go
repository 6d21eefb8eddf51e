package signin

import (
	"context"
	"errors"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
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
	Breached  *risk.Breached       // passwords known from breaches, for pools that ask; nil for none
	Factors   *factor.Factors      // what people prove themselves with beside a password; nil for nothing

	Challenger Challenger // asks the pools' own questions; nil for none
}

// Result is how an answer ended: with the next step, or with somebody known.
type Result struct {
	Attempt   *Attempt            // stands at the next step; when Principal is set, what has ended
	Principal *provider.Principal // nil while there is a next step
	SessionID string              // the opaque id of the new session, for the browser's cookie alone
	Device    *Device             // what the browser keeps from now on; nil for nothing
	Provider  string              // the upstream that the person came back from; empty for a local sign-in
	Linked    bool                // they were signed in, and can sign in there too from now on
}

// outcome is what a step decided. write belongs into the transaction that moves
// the attempt on or ends it; try is released after it.
type outcome struct {
	next  Step           // empty: the step is done, and the gates say what comes next
	user  *provider.User // whose step it was, for the gates
	write func(ctx context.Context) error
	try   *risk.Try
	// exact: of two answers at once to one question, only one may move the attempt on,
	// though it stays at the same step.
	exact bool
}

// Answer takes what the person gave for the attempt's step.
//
// previous is the session id that the browser sent along, or "": it ends when a
// new one begins, so nobody signs in on an id that somebody else has planted.
//
// Errors: provider.ErrAttemptNotFound when the attempt is over, unknown or
// another browser's; provider.CodeInvalid for malformed input; ErrWrongPassword
// and the others of this package; provider.CodeThrottled; provider.ErrUnavailable.
// Beside ErrChallengeFailed, Result holds the attempt that has ended.
func (f *Flow) Answer(ctx context.Context, pool *provider.Pool, id, binding, previous string, given Answer) (*Result, error) {
	a, err := f.Attempt(ctx, pool, id, binding)
	if err != nil {
		return nil, err
	}
	if a.Links() {
		return nil, provider.ErrAttemptNotFound
	}
	if a.state.NoPassword && (atDoor(a.Step) || a.Step == StepFederation) {
		return nil, ErrUpstreamOnly
	}
	if a.state.Fixed != "" {
		given.Username = a.state.Typed
	}
	out, err := f.step(ctx, pool, a, given)
	if out.try != nil {
		defer out.try.Release()
	}
	var res *Result
	if err == nil {
		res, err = f.proceed(ctx, pool, a, previous, out)
	}
	if errors.Is(err, ErrChallengeFailed) {
		res = &Result{Attempt: a}
	}
	return res, err
}

// proceed goes where a step has led: on to the next, or in.
func (f *Flow) proceed(ctx context.Context, pool *provider.Pool, a *Attempt, previous string, out outcome) (*Result, error) {
	if err := a.state.checkFixed(); err != nil {
		return nil, err
	}
	if out.next == "" {
		m, err := f.advance(ctx, pool, a, out.user)
		if err != nil && out.try != nil { // what was given was right, and will be given once more
			return nil, f.withdraw(ctx, out.try, err)
		}
		if err != nil {
			return nil, err
		}
		out.next, out.write = m.next, both(out.write, m.write)
	}
	if out.next == "" {
		return f.finish(ctx, pool, a, previous, out.write)
	}
	from := a.Step
	a.Step = out.next
	var was []byte
	if out.exact {
		was = a.sealed
	}
	err := f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.moveFrom(ctx, a, from, was); err != nil || out.write == nil {
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
func (f *Flow) finish(ctx context.Context, pool *provider.Pool, a *Attempt, previous string, write func(context.Context) error) (*Result, error) {
	if err := a.state.checkFixed(); err != nil {
		return nil, err
	}
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", a.state.UserID
	ctx = provider.WithActor(ctx, actor)
	s, id := f.Sessions.begin(ctx, pool, &a.state)
	token := secret.Token()
	var kept *factor.Kept
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
		if write != nil {
			if err := write(ctx); err != nil {
				return err
			}
		}
		var err error
		if kept, err = f.keepDevice(ctx, pool, a, token); err != nil {
			return err
		}
		if kept != nil {
			s.Device = kept.ID
		}
		if err := rows.AddSession(ctx, s); err != nil {
			return err
		}
		if a.state.Proven != "" {
			if err := rows.HoldPassword(ctx, a.state.UserID, a.state.Proven); err != nil {
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
	return &Result{Attempt: a, Principal: principal, SessionID: id, Device: deviceToken(kept, pool)}, nil
}

// failed writes a refused sign-in into the trail. userID is empty for a name that
// leads nowhere; the name itself stays out, since people type passwords there.
func (f *Flow) failed(ctx context.Context, pool *provider.Pool, a *Attempt, userID, reason string) error {
	return f.failedTry(ctx, pool, a, userID, reason, nil)
}

// failedTry is failed for a try that was counted. It says how long the next one has
// to wait, so that each lock-out stands in the trail once: what is tried while it
// lasts is not looked at, and leaves nothing.
func (f *Flow) failedTry(ctx context.Context, pool *provider.Pool, a *Attempt, userID, reason string, try *risk.Try) error {
	target, detail := "", a.state.detail(reason)
	if userID != "" {
		target = "user/" + userID
	}
	if try != nil {
		lock, err := try.Lockout(ctx)
		if err != nil {
			return err
		}
		if lock.Wait > 0 {
			detail["locked"] = lock.Wait.Round(time.Second).String()
			if f.Directory != nil {
				if err := f.Directory.TellLocked(ctx, pool.ID, userID, lock); err != nil {
					return err
				}
			}
		}
	}
	return f.Audit.Record(ctx, pool.ID, "signin.failure", audit.Failure, target, detail)
}

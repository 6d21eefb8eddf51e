package signin

import (
	"context"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// nudgeAgain is how long nobody is asked after they have said no.
const nudgeAgain = 30 * 24 * time.Hour

// nudgeGate offers a passkey to who signed in without one, and has none.
func (f *Flow) nudgeGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	s := &pool.Settings
	if !s.Passkeys.Nudge || !s.TakesPasskeys() || f.Factors == nil || a.state.Nudged || a.state.Provider != "" || u.MFA.Has(provider.FactorPasskey) {
		return move{}, nil
	}
	if u.PasskeyDeclinedAt != 0 && u.PasskeyDeclinedAt.Add(nudgeAgain) > f.Store.Now() {
		return move{}, nil
	}
	has, err := f.Store.Pool(pool.ID).HasPasskey(ctx, u.ID)
	if err != nil || has { // turned off as a second factor, it still is there
		return move{}, err
	}
	write, err := passkeyMethod{f.Factors}.offer(ctx, pool, a, u)
	if provider.CodeOf(err) == provider.CodeInvalid {
		return move{}, nil // passkeys cannot work at this address: nothing to offer
	}
	a.state.Nudged = true
	return move{StepNudge, write}, err
}

// nudge is StepNudge: a new passkey, or no, thank you.
func (f *Flow) nudge(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{user: u}
	if given.Skip {
		a.state.Challenge = nil
		out.write = func(ctx context.Context) error { return f.Store.Pool(pool.ID).DeclinePasskey(ctx, u.ID) }
		return out, nil
	}
	write, err := passkeyMethod{f.Factors}.enrol(ctx, pool, a, u, given)
	if err != nil {
		return out, err
	}
	// It was just used, so it is not asked for as a second factor now.
	a.state.Challenge, a.state.Second = nil, true
	out.write = both(f.held(pool, a), write)
	if !AsksTwice(pool) {
		return out, nil
	}
	// It is asked for from now on, so there must be a way without it.
	codes, keep, err := f.newRecoveryCodes(ctx, pool, u)
	if err == nil && len(codes) > 0 {
		a.state.RecoveryCodes = codes
		out.next, out.write = StepRecoveryCodes, both(out.write, keep)
	}
	return out, err
}

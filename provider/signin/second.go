package signin

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
)

// Method is the second factor that StepSecond asks for or StepSetUp sets up; empty
// while StepSetUp lets the person choose.
func (a *Attempt) Method() provider.Factor { return a.state.Method }

// Choices are the second factors that the person may choose from at StepSecond or
// StepSetUp, Method's among them.
func (a *Attempt) Choices() []provider.Factor { return a.state.Choices }

// wantsSecond reports whether a sign-in needs a second factor. An upstream provider
// has its own.
func wantsSecond(pool *provider.Pool, a *Attempt) bool {
	return AsksTwice(pool) && !a.state.Second && a.state.Provider == ""
}

// secondFactors are the second factors that a user has set up and the pool still
// takes, the preferred one first. What proved them first does not count again.
func (f *Flow) secondFactors(pool *provider.Pool, a *Attempt, u *provider.User) []provider.Factor {
	return f.having(a, u, pool.Settings.Second())
}

// having are a user's second factors among some, the preferred one first.
func (f *Flow) having(a *Attempt, u *provider.User, among []provider.Factor) []provider.Factor {
	var out []provider.Factor
	for _, factor := range u.MFA.Enabled {
		if factor != a.state.First && slices.Contains(among, factor) && f.method(factor) != nil {
			out = append(out, factor)
		}
	}
	if i := slices.Index(out, u.MFA.Preferred); i > 0 {
		out = slices.Insert(slices.Delete(out, i, i+1), 0, u.MFA.Preferred)
	}
	return out
}

// outdated are the factors that are asked for where a user has none that the pool
// takes: what the pool took once is worth more than the password alone. Codes are
// not sent by a way that an operator has turned off.
func (f *Flow) outdated(a *Attempt, u *provider.User) []provider.Factor {
	return f.having(a, u, []provider.Factor{provider.FactorTOTP, provider.FactorPasskey})
}

// secondGate asks for a second factor from whoever has one, where the pool wants it.
func (f *Flow) secondGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	if !wantsSecond(pool, a) {
		return move{}, nil
	}
	choices := f.secondFactors(pool, a, u)
	if len(choices) == 0 {
		choices = f.outdated(a, u)
	}
	if len(choices) == 0 {
		return move{}, nil
	}
	spared, err := f.spared(ctx, pool, a, u)
	if err != nil {
		return move{}, err
	}
	if spared {
		a.state.Second = true
		return move{}, nil
	}
	left, err := f.recoveryLeft(ctx, pool, u)
	if err != nil {
		return move{}, err
	}
	if left {
		choices = append(choices, provider.FactorRecovery)
	}
	a.state.ask(choices[0], choices)
	write, err := f.method(choices[0]).begin(ctx, pool, a, u)
	return move{StepSecond, write}, err
}

// second is StepSecond: an answer, or another way.
func (f *Flow) second(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	if given.Choose != "" || given.Again {
		m, err := f.another(a, given.Choose)
		if err != nil {
			return outcome{}, err
		}
		write, err := m.begin(ctx, pool, a, u)
		return outcome{next: StepSecond, user: u, write: write}, err
	}
	m, err := f.asked(a)
	if err != nil {
		return outcome{}, err
	}
	// Failures here are counted by themselves: whoever knows the password could else
	// begin anew, and so clear them, after every few guesses.
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "second", Proven: true})
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u}
	amr, write, err := m.check(ctx, pool, a, u, given)
	if err != nil {
		return out, f.unproven(ctx, pool, a, u, try, err)
	}
	a.state.Second = true
	a.state.Outdated = a.state.Method != provider.FactorRecovery && !slices.Contains(pool.Settings.Second(), a.state.Method) ||
		a.state.Method == provider.FactorRecovery && len(f.secondFactors(pool, a, u)) == 0
	a.state.addAMR(append(amr, "mfa")...)
	a.state.ask("", nil)
	out.write = both(write, try.Passed)
	return out, nil
}

// choose goes over to another of the choices; the empty one stays. What was asked
// before is void, and what was counted stays counted.
func (s *state) choose(to provider.Factor) error {
	if to == "" {
		to = s.Method
	}
	if to == "" || !slices.Contains(s.Choices, to) {
		return provider.Invalid("choose", "Choose one of the ways to go on.")
	}
	if to != s.Method {
		s.ask(to, s.Choices)
	}
	return nil
}

// another goes over to another of the choices and returns its method.
func (f *Flow) another(a *Attempt, to provider.Factor) (method, error) {
	if err := a.state.choose(to); err != nil {
		return nil, err
	}
	return f.asked(a)
}

// asked is the method that the attempt stands at. There is none where another version
// of this server began it.
func (f *Flow) asked(a *Attempt) (method, error) {
	if m := f.method(a.state.Method); m != nil {
		return m, nil
	}
	return nil, provider.ErrAttemptNotFound
}

// unproven writes the trail of a wrong answer. Where no check was made, the try is
// taken back.
func (f *Flow) unproven(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, try *risk.Try, err error) error {
	switch provider.CodeOf(err) {
	case provider.CodeUnauthorized, provider.CodeExpired:
		if e := f.failedTry(ctx, pool, a, u.ID, "wrong_second_factor", try); e != nil {
			return e
		}
		return err
	}
	// Whoever asked may be gone; the count must be put right all the same.
	ctx = context.WithoutCancel(ctx)
	if e := try.Withdraw(ctx); e != nil {
		return e
	}
	return err
}

// setUpGate has a second factor set up where the pool demands one and the user has
// none that it takes.
func (f *Flow) setUpGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	if pool.Settings.MFA != "ON" || !wantsSecond(pool, a) && !a.state.Outdated || len(f.secondFactors(pool, a, u)) > 0 {
		return move{}, nil
	}
	var choices []provider.Factor
	for _, factor := range pool.Settings.Second() {
		if factor != a.state.First && f.method(factor) != nil {
			choices = append(choices, factor)
		}
	}
	a.state.ask("", choices)
	if len(choices) == 0 {
		return move{}, provider.ErrUnavailable
	}
	if len(choices) > 1 {
		return move{next: StepSetUp}, nil
	}
	a.state.Method = choices[0]
	write, err := f.method(choices[0]).offer(ctx, pool, a, u)
	return move{StepSetUp, write}, err
}

// setUp is StepSetUp: a choice, or the proof that the new factor works.
func (f *Flow) setUp(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	if given.Choose != "" || given.Again {
		m, err := f.another(a, given.Choose)
		if err != nil {
			return outcome{}, err
		}
		write, err := m.offer(ctx, pool, a, u)
		return outcome{next: StepSetUp, user: u, write: write}, err
	}
	if a.state.Method == "" {
		return outcome{}, provider.Invalid("choose", "Choose one of the ways to go on.")
	}
	m, err := f.asked(a)
	if err != nil {
		return outcome{}, err
	}
	if sent, ok := m.(sentMethod); ok && given.Other {
		return outcome{next: StepSetUp, user: u}, sent.askAnew(a)
	}
	if sent, ok := m.(sentMethod); ok && given.Address != "" {
		write, err := sent.aim(ctx, pool, a, u, given.Address)
		return outcome{next: StepSetUp, user: u, write: write}, err
	}
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "set up"})
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u}
	write, err := m.enrol(ctx, pool, a, u, given)
	if err != nil {
		return out, f.unproven(ctx, pool, a, u, try, err)
	}
	a.state.Second, a.state.Outdated = true, false
	a.state.ask("", nil)
	a.state.addAMR("mfa")
	out.write = both(both(f.held(pool, a), write), try.Passed)
	codes, keep, err := f.newRecoveryCodes(ctx, pool, u)
	if err != nil {
		return out, err
	}
	if len(codes) > 0 {
		a.state.RecoveryCodes = codes
		out.next, out.write = StepRecoveryCodes, both(out.write, keep)
	}
	return out, nil
}

// held says, in the transaction that sets something up for good, whether the password
// is still the one that was proven: its owner may have changed it meanwhile, because
// somebody else knew it.
func (f *Flow) held(pool *provider.Pool, a *Attempt) func(context.Context) error {
	user, hash := a.state.UserID, a.state.Proven
	if hash == "" {
		return nil
	}
	return func(ctx context.Context) error { return f.Store.Pool(pool.ID).HoldPassword(ctx, user, hash) }
}

// standing is the user of an attempt, read anew: what was proven counts only while
// the account still stands as it did.
func (f *Flow) standing(ctx context.Context, pool *provider.Pool, a *Attempt) (*provider.User, error) {
	if a.state.UserID == "" {
		return nil, provider.ErrAttemptNotFound
	}
	u, err := f.Store.Pool(pool.ID).User(ctx, a.state.UserID)
	switch {
	case provider.CodeOf(err) == provider.CodeNotFound:
		return nil, provider.ErrAttemptNotFound.With(err)
	case err != nil:
		return nil, err
	case !u.Enabled:
		return nil, provider.ErrUserDisabled
	case a.state.At != 0 && a.state.At < u.ValidAfter:
		return nil, provider.ErrAttemptNotFound // signed out everywhere since the first factor
	}
	return u, nil
}

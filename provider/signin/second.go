package signin

import (
	"context"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/risk"
)

// method is one kind of second factor. begin and offer prepare a question, and may
// put what they need into the attempt's state; what they return is written in the
// transaction that moves the attempt. check and enrol take the answer.
type method interface {
	// begin asks for a factor that the user has: it sends a code, or makes a challenge.
	begin(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (write func(context.Context) error, err error)
	// check proves an answer to begin's question and says how (RFC 8176). A wrong one
	// is ErrWrongCode.
	check(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (amr []string, write func(context.Context) error, err error)
	// offer begins to set the factor up.
	offer(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (write func(context.Context) error, err error)
	// enrol proves an answer to offer's question. Its write sets the factor up, and the
	// user's MFAPreference with it.
	enrol(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (write func(context.Context) error, err error)
}

// ErrWrongCode answers a wrong second factor. Which part of it was wrong is not said.
var ErrWrongCode = &provider.Error{Code: provider.CodeUnauthorized, Kind: "second factor", Message: "The code is wrong, used or no longer valid."}

// Method is the second factor that StepSecond asks for or StepSetUp sets up; empty
// while StepSetUp lets the person choose.
func (a *Attempt) Method() provider.Factor { return a.state.Method }

// Choices are the second factors that the person may choose from at StepSecond or
// StepSetUp, Method's among them.
func (a *Attempt) Choices() []provider.Factor { return a.state.Choices }

// wantsSecond reports whether a sign-in needs a second factor. An upstream provider
// has its own.
func wantsSecond(pool *provider.Pool, a *Attempt) bool {
	return pool.Settings.MFA != "" && pool.Settings.MFA != "OFF" && !a.state.Second && a.state.Provider == ""
}

// secondFactors are the second factors that a user has set up and the pool still
// takes, the preferred one first. What proved them first does not count again.
func (f *Flow) secondFactors(pool *provider.Pool, a *Attempt, u *provider.User) []provider.Factor {
	var out []provider.Factor
	for _, factor := range u.MFA.Enabled {
		if factor != a.state.First && slices.Contains(pool.Settings.Second(), factor) && f.method(factor) != nil {
			out = append(out, factor)
		}
	}
	if i := slices.Index(out, u.MFA.Preferred); i > 0 {
		out = slices.Insert(slices.Delete(out, i, i+1), 0, u.MFA.Preferred)
	}
	return out
}

// secondGate asks for a second factor from whoever has one, where the pool wants it.
func (f *Flow) secondGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	if !wantsSecond(pool, a) {
		return move{}, nil
	}
	choices := f.secondFactors(pool, a, u)
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
	a.state.Choices, a.state.Method = choices, choices[0]
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
		if given.Choose != "" {
			if !slices.Contains(a.state.Choices, given.Choose) {
				return outcome{}, provider.Invalid("choose", "That is not one of the ways to go on.")
			}
			a.state.Method = given.Choose
		}
		write, err := f.method(a.state.Method).begin(ctx, pool, a, u)
		return outcome{next: StepSecond, user: u, write: write}, err
	}
	// Failures here are counted by themselves: whoever knows the password could else
	// begin anew, and so clear them, after every few guesses.
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "second"})
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u}
	amr, write, err := f.method(a.state.Method).check(ctx, pool, a, u, given)
	if err != nil {
		if provider.CodeOf(err) == provider.CodeUnauthorized || provider.CodeOf(err) == provider.CodeExpired {
			if e := f.failed(ctx, pool, a, u.ID, "wrong_second_factor"); e != nil {
				return out, e
			}
		}
		return out, err
	}
	a.state.Second = true
	a.state.addAMR(append(amr, "mfa")...)
	a.state.Choices, a.state.Method, a.state.Challenge = nil, "", nil
	out.write = both(write, try.Passed)
	return out, nil
}

// setUpGate has a second factor set up where the pool demands one and the user has
// none.
func (f *Flow) setUpGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	if !wantsSecond(pool, a) || pool.Settings.MFA != "ON" || len(f.secondFactors(pool, a, u)) > 0 {
		return move{}, nil
	}
	a.state.Method, a.state.Choices = "", nil
	for _, factor := range pool.Settings.Second() {
		if factor != a.state.First && f.method(factor) != nil {
			a.state.Choices = append(a.state.Choices, factor)
		}
	}
	if len(a.state.Choices) == 0 {
		return move{}, provider.ErrUnavailable
	}
	if len(a.state.Choices) > 1 {
		return move{next: StepSetUp}, nil
	}
	a.state.Method = a.state.Choices[0]
	write, err := f.method(a.state.Method).offer(ctx, pool, a, u)
	return move{StepSetUp, write}, err
}

// setUp is StepSetUp: a choice, or the proof that the new factor works.
func (f *Flow) setUp(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	if given.Choose != "" || given.Again {
		if given.Choose != "" {
			if !slices.Contains(a.state.Choices, given.Choose) {
				return outcome{}, provider.Invalid("choose", "That is not one of the ways to go on.")
			}
			a.state.Method = given.Choose
		}
		if a.state.Method == "" {
			return outcome{}, provider.Invalid("choose", "Choose one of the ways to go on.")
		}
		write, err := f.method(a.state.Method).offer(ctx, pool, a, u)
		return outcome{next: StepSetUp, user: u, write: write}, err
	}
	if a.state.Method == "" {
		return outcome{}, provider.Invalid("choose", "Choose one of the ways to go on.")
	}
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "set up"})
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u}
	factor := a.state.Method
	write, err := f.method(factor).enrol(ctx, pool, a, u, given)
	if err != nil {
		return out, err
	}
	a.state.Second, a.state.Choices, a.state.Method, a.state.Challenge = true, nil, "", nil
	a.state.addAMR("mfa")
	out.write = both(both(write, try.Passed), func(ctx context.Context) error {
		return f.Audit.Record(ctx, pool.ID, "user.factor_added", audit.Success, "user/"+u.ID, map[string]string{"factor": string(factor)})
	})
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

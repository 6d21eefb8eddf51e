package signin

import (
	"context"
	"errors"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
)

// ways are a pool's first factors, as far as this server can ask for them. They are
// the pool's and never a user's: whoever types a name, known or not, may choose from
// the same.
func (f *Flow) ways(pool *provider.Pool) []provider.Factor {
	var out []provider.Factor
	for _, factor := range pool.Settings.First() {
		by := directory.ChannelOf(factor)
		if factor == provider.FactorPassword || by != "" && f.Directory != nil && f.Directory.CanSend(pool, by) {
			out = append(out, factor)
		}
	}
	return out
}

// door is the step that a sign-in begins with: one form where the password is the
// only way in, and else the name alone.
func (f *Flow) door(pool *provider.Pool) Step {
	ways := f.ways(pool)
	if len(ways) == 0 || len(ways) == 1 && ways[0] == provider.FactorPassword {
		return StepPassword
	}
	return StepIdentifier
}

// AtDoor reports whether nobody has proved anything yet, nor been sent anything: from
// here people may go elsewhere, such as to sign up.
func (a *Attempt) AtDoor() bool { return atDoor(a.Step) }

func atDoor(s Step) bool { return s == StepPassword || s == StepIdentifier || s == StepFirst }

// first is StepIdentifier and StepFirst: who it is, and which way in they take. It
// looks nobody up.
func (f *Flow) first(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if a.Step != StepFirst {
		a.Username = given.Username
		if err := checkName(given.Username); err != nil {
			return outcome{}, err
		}
		a.state.Typed = given.Username
		ways := f.ways(pool)
		a.state.ask("", ways)
		if len(ways) == 1 && ways[0] != provider.FactorPassword {
			return f.sendFirst(pool, a, ways[0])
		}
		return outcome{next: StepFirst}, nil
	}
	if given.Choose == "" || given.Choose == provider.FactorPassword {
		if !slices.Contains(a.state.Choices, provider.FactorPassword) {
			return outcome{}, provider.Invalid("choose", "Choose one of the ways to go on.")
		}
		given.Username = a.state.Typed
		return f.password(ctx, pool, a, given)
	}
	return f.sendFirst(pool, a, given.Choose)
}

// sendFirst goes on to StepCode with a code on its way. It is the attempt's own: who
// asks for one in somebody's name neither reads nor replaces theirs.
func (f *Flow) sendFirst(pool *provider.Pool, a *Attempt, factor provider.Factor) (outcome, error) {
	by := directory.ChannelOf(factor)
	if by == "" || !slices.Contains(a.state.Choices, factor) {
		return outcome{}, provider.Invalid("choose", "Choose one of the ways to go on.")
	}
	a.state.Method = factor
	return outcome{next: StepCode, write: func(ctx context.Context) error {
		return f.Directory.AskSignIn(risk.WithWork(ctx, risk.ForAttempt(a.ID)), pool, a.state.Typed, a.ID, by)
	}}, nil
}

// code is StepCode: the code that was sent in place of a password, another one, or
// another way.
func (f *Flow) code(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if f.Directory == nil {
		return outcome{}, provider.ErrAttemptNotFound
	}
	switch {
	case given.Again:
		return f.sendFirst(pool, a, a.state.Method)
	case given.Choose == provider.FactorPassword && slices.Contains(a.state.Choices, given.Choose):
		a.state.Method = ""
		return outcome{next: StepFirst}, nil
	case given.Choose != "":
		return f.sendFirst(pool, a, given.Choose)
	case given.Code == "":
		return outcome{}, errCodeMissing
	}
	at := f.Store.Now()
	by := directory.ChannelOf(a.state.Method)
	proof, try, err := f.Directory.ProveSignIn(ctx, pool, a.state.Typed, a.ID, by, given.Code)
	out := outcome{try: try}
	switch {
	case errors.Is(err, provider.ErrCodeMismatch), errors.Is(err, provider.ErrCodeExpired):
		userID, reason := "", "unknown_user"
		if proof.User != nil {
			userID, reason = proof.User.ID, "wrong_code"
		}
		if e := f.failed(ctx, pool, a, userID, reason); e != nil {
			return out, e
		}
		return out, err
	case err != nil:
		return out, err
	}
	u := proof.User
	a.state.proves(u, a.state.Method, at, "otp")
	if by == provider.BySMS {
		a.state.addAMR("sms")
	}
	a.state.ask("", nil)
	out.user = u
	out.write = both(proof.Spend, try.Passed)
	return out, f.owes(ctx, pool, a, u)
}

// owes has who came by a code choose a password, where the pool takes passwords: a
// temporary one is known to an operator, and one that must be reset to anybody.
func (f *Flow) owes(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) error {
	reset := u.Status == provider.UserResetRequired
	if u.Status != provider.UserForceChangePassword && !reset || !slices.Contains(pool.Settings.First(), provider.FactorPassword) {
		return nil
	}
	login, err := f.Store.Pool(pool.ID).LoginByID(ctx, u.ID)
	if err != nil || login.Password.Hash == "" {
		return err
	}
	if err := usable(&login.User, &login.Password, f.Store.Now()); err != nil && !(reset && errors.Is(err, ErrResetRequired)) {
		return err
	}
	a.state.Proven, a.state.Change = login.Password.Hash, ChangeTemporary
	if reset {
		a.state.Change = ChangeReset
	}
	return nil
}

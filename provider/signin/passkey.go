package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/risk"
)

// ErrWrongPasskey answers a passkey that was not accepted. Whether it is known at all
// is not said; where it is not, provider.ErrPasskeyNotFound is the cause, so that a
// browser can be told to forget it: its id is long and random, and betrays nobody.
var ErrWrongPasskey = factor.ErrWrongPasskey

// ErrPasskeyIsSecond answers who signs in by a passkey that is their only second factor
// and does not count twice: it stands beside another first factor.
var ErrPasskeyIsSecond = &provider.Error{Code: provider.CodeForbidden, Kind: "second passkey", Message: "The passkey is the second step of this account. Sign in another way first, then use it."}

// errPasskeyMissing answers an empty form: nothing was tried.
var errPasskeyMissing = &provider.Error{Code: provider.CodeInvalid, Kind: "passkey missing", Field: "credential", Message: "Use a passkey, or another way."}

// Passkey is what the browser is handed at this step to ask for a passkey, or to make
// one at StepSetUp and StepNudge: JSON (WebAuthn Level 3 sections 5.1.8 and 5.1.9).
// It is empty where no passkey is wanted.
func (a *Attempt) Passkey() json.RawMessage {
	held := a.state.Challenge
	switch a.Step {
	case StepPassword, StepIdentifier, StepFirst, StepFederation:
		held = a.state.Passkey
	case StepSecond, StepSetUp:
		if a.state.Method != provider.FactorPasskey {
			return nil
		}
	case StepNudge:
	default:
		return nil
	}
	q, err := asking(held)
	if err != nil {
		return nil
	}
	return q.Options
}

// asking reads the question that an attempt holds.
func asking(held json.RawMessage) (*factor.Question, error) {
	var q factor.Question
	if len(held) == 0 {
		return nil, factor.ErrPasskeyChallenge
	}
	if err := json.Unmarshal(held, &q); err != nil {
		return nil, fmt.Errorf("read passkey question: %w", err)
	}
	return &q, nil
}

// askPasskey puts a question into a new attempt, where a passkey may sign in without
// a name. It is answered once: what proves somebody moves the attempt.
func (f *Flow) askPasskey(ctx context.Context, pool *provider.Pool, a *Attempt) error {
	if f.Factors == nil || a.state.NoPassword || !slices.Contains(pool.Settings.First(), provider.FactorPasskey) {
		return nil
	}
	q, err := f.Factors.AskPasskey(ctx, pool, nil)
	if provider.CodeOf(err) == provider.CodeInvalid {
		return nil // passkeys cannot work at this address; the other ways can
	}
	if err != nil {
		return err
	}
	a.state.Passkey, err = json.Marshal(q)
	return err
}

// passkey is the first step by a passkey: it says whose it is and proves it at once.
// The tries of a known passkey count for its user, apart from those of a password; an
// unknown one counts for itself; both count for the address.
func (f *Flow) passkey(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if f.Factors == nil || !slices.Contains(pool.Settings.First(), provider.FactorPasskey) {
		return outcome{}, factor.ErrNoPasskeys
	}
	q, err := asking(a.state.Passkey)
	if err != nil {
		return outcome{}, err
	}
	shown, err := factor.ReadPasskey(given.Credential)
	if err != nil {
		return outcome{}, err
	}
	at := f.Store.Now()
	u, err := f.passkeyOwner(ctx, pool, shown)
	if err != nil {
		return outcome{}, err
	}
	subject := risk.Subject{Name: "passkey " + shown.ID}
	if u != nil {
		subject = risk.Subject{UserID: u.ID, What: "passkey"}
	}
	try, err := f.Guard.Begin(ctx, pool.ID, subject)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u}
	if u == nil {
		if err := f.failed(ctx, pool, a, "", "unknown_passkey"); err != nil {
			return out, err
		}
		return out, ErrWrongPasskey.With(provider.ErrPasskeyNotFound)
	}
	used, err := f.Factors.ProvePasskey(ctx, pool, u, q, shown)
	if err == nil {
		err = usable(u, &provider.Password{}, at)
	}
	if err != nil {
		return out, f.refusePasskey(ctx, pool, a, u, try, err)
	}
	before := a.state
	a.state.proves(u, provider.FactorPasskey, at, used.AMR()...)
	a.state.Typed, a.state.Passkey = u.Username, nil
	if pool.Settings.Passkeys.CountsTwice && used.Verified {
		a.state.Second = true
		a.state.addAMR("mfa")
	}
	if f.onlyPasskey(pool, a, u, used.Verified) {
		a.state = before
		return out, f.refusePasskey(ctx, pool, a, u, try, ErrPasskeyIsSecond)
	}
	out.write = func(ctx context.Context) error {
		if err := f.Factors.UsePasskey(ctx, used); err != nil {
			return err
		}
		return try.Passed(ctx)
	}
	return out, nil
}

// onlyPasskey reports whether a second factor is wanted from somebody who has proved
// the only one that they have, a passkey. Whoever holds it would else be asked for
// nothing more, or could set up a factor of their own beside it. Where nobody has to
// have two factors, one that checked its holder goes in as the one that it is.
func (f *Flow) onlyPasskey(pool *provider.Pool, a *Attempt, u *provider.User, checked bool) bool {
	return wantsSecond(pool, a) && (pool.Settings.MFA == "ON" || !checked) &&
		u.MFA.Has(provider.FactorPasskey) && len(f.secondFactors(pool, a, u)) == 0 && len(f.outdated(a, u)) == 0
}

// passkeyOwner is whose a passkey is; nil when it is nobody's.
func (f *Flow) passkeyOwner(ctx context.Context, pool *provider.Pool, shown *factor.Shown) (*provider.User, error) {
	rows := f.Store.Pool(pool.ID)
	k, err := rows.Passkey(ctx, shown.ID)
	if err != nil {
		if errors.Is(err, provider.ErrPasskeyNotFound) {
			return nil, nil
		}
		return nil, err
	}
	u, err := rows.User(ctx, k.UserID)
	if errors.Is(err, provider.ErrUserNotFound) {
		return nil, nil
	}
	return u, err
}

// refusePasskey writes the trail of a passkey that was refused, and returns what the
// outside is told.
func (f *Flow) refusePasskey(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, try *risk.Try, err error) error {
	reason := ""
	switch {
	case errors.Is(err, ErrWrongPasskey), errors.Is(err, factor.ErrPasskeyChallenge), errors.Is(err, factor.ErrPasskeyOrigin):
		reason = "wrong_passkey"
	case errors.Is(err, factor.ErrPasskeyCopied):
		reason = "copied_passkey"
	case errors.Is(err, provider.ErrUserDisabled):
		reason = "disabled"
	case errors.Is(err, ErrUnconfirmed):
		reason = "unconfirmed"
	case errors.Is(err, ErrResetRequired):
		reason = "reset_required"
	case errors.Is(err, ErrPasskeyIsSecond): // it was the right one
		if e := f.failed(ctx, pool, a, u.ID, "second_factor_first"); e != nil {
			return e
		}
		return errors.Join(err, try.Withdraw(ctx))
	default:
		return f.withdraw(ctx, try, err)
	}
	if e := f.failedTry(ctx, pool, a, u.ID, reason, try); e != nil {
		return e
	}
	return err
}

// passkeyMethod asks for a passkey as the second factor. Its Challenge is a
// factor.Question.
type passkeyMethod struct{ factors *factor.Factors }

func (m passkeyMethod) begin(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (func(context.Context) error, error) {
	q, err := m.factors.AskPasskey(ctx, pool, u)
	if errors.Is(err, provider.ErrPasskeyNotFound) {
		// None that works: the page says so and offers the other ways.
		a.state.Challenge = nil
		return nil, nil
	}
	return nil, a.state.hold(q, err)
}

func (m passkeyMethod) check(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) ([]string, func(context.Context) error, error) {
	if given.Credential == "" {
		return nil, nil, errPasskeyMissing
	}
	q, err := asking(a.state.Challenge)
	if err != nil {
		return nil, nil, err
	}
	shown, err := factor.ReadPasskey(given.Credential)
	if err != nil {
		return nil, nil, err
	}
	used, err := m.factors.ProvePasskey(ctx, pool, u, q, shown)
	if err != nil {
		return nil, nil, err
	}
	return used.AMR(), func(ctx context.Context) error { return m.factors.UsePasskey(ctx, used) }, nil
}

func (m passkeyMethod) offer(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (func(context.Context) error, error) {
	q, err := m.factors.AskNewPasskey(ctx, pool, u)
	return nil, a.state.hold(q, err)
}

func (m passkeyMethod) enrol(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (func(context.Context) error, error) {
	if given.Credential == "" {
		return nil, errPasskeyMissing
	}
	q, err := asking(a.state.Challenge)
	if err != nil {
		return nil, err
	}
	k, err := m.factors.ProveNewPasskey(ctx, pool, u, q, given.Credential, given.Name)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return m.factors.AddPasskey(ctx, pool, k) }, nil
}

// hold keeps a passkey's question as the attempt's challenge.
func (s *state) hold(q *factor.Question, err error) error {
	if err == nil {
		s.Challenge, err = json.Marshal(q)
	}
	return err
}

package signin

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
	"github.com/cognate-idp/cognate/provider/risk"
)

// sentMethod asks for a code that is sent by e-mail or by text message. Its Challenge
// is sending. The code belongs to the attempt, and proves the address that it went to.
type sentMethod struct {
	people  *directory.Directory
	factors *factor.Factors
	by      provider.Channel
}

// sending is where an attempt's code went.
type sending struct {
	To     string `json:"to,omitempty"`     // empty while it is asked for
	Typed  bool   `json:"typed,omitempty"`  // it was given in this attempt, so it may be shown
	Proved bool   `json:"proved,omitempty"` // it is the user's own, and stays
	Unsent bool   `json:"unsent,omitempty"` // the code that went there a moment ago does not work here
}

// sentTo is where the code went that an attempt had sent last: one works at a time.
type sentTo struct {
	By provider.Channel `json:"by,omitempty"`
	To string           `json:"to,omitempty"`
}

func (m sentMethod) begin(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (func(context.Context) error, error) {
	// It was proved when the factor was set up. By now it may be another that an operator
	// has set, who vouches for it; people cannot put an unproved one in its place.
	to := u.Attributes[m.by.Attribute()]
	if to == "" {
		return nil, ErrNoAddress
	}
	return m.send(ctx, pool, a, u, sending{To: to, Proved: true})
}

// send has a code sent when the attempt moves. Who has just begun anew goes on without
// one where the last was sent a moment ago, and asks for it when the wait is over.
func (m sentMethod) send(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, next sending) (func(context.Context) error, error) {
	if !m.people.CanSend(pool, m.by) {
		return nil, provider.ErrUnavailable
	}
	before := a.sending()
	asked := m.people.AskSecond(ctx, pool, u, next.To)
	if provider.CodeOf(asked) == provider.CodeThrottled && (before == nil || before.To == "") && !errors.Is(asked, risk.ErrSeveral) {
		next.Unsent = a.state.Sent != (sentTo{m.by, next.To})
		return nil, a.state.challenge(next)
	}
	if asked != nil {
		return nil, asked
	}
	next.Unsent, a.state.Sent = false, sentTo{m.by, next.To}
	if err := a.state.challenge(next); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return m.people.SendSecond(ctx, pool, u, a.ID, m.by, next.To) }, nil
}

func (m sentMethod) check(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) ([]string, func(context.Context) error, error) {
	proof, err := m.prove(ctx, pool, a, u, given)
	if err != nil {
		return nil, nil, err
	}
	if s := a.sending(); s.To != u.Attributes[m.by.Attribute()] {
		return nil, nil, ErrWrongCode // the address has changed since
	}
	return m.amr(), proof.Spend, nil
}

func (m sentMethod) prove(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (*directory.Proof, error) {
	s := a.sending()
	if given.Code == "" || s == nil || s.To == "" {
		return nil, errCodeMissing
	}
	return m.people.ProveSecond(ctx, pool, u, a.ID, m.by, s.To, given.Code)
}

// amr is how RFC 8176 names a code that is sent.
func (m sentMethod) amr() []string {
	if m.by == provider.BySMS {
		return []string{"otp", "sms"}
	}
	return []string{"otp"}
}

// offer sends a code to the address that the user has, or asks for one.
func (m sentMethod) offer(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (func(context.Context) error, error) {
	if s := a.sending(); s != nil && s.To != "" {
		return m.send(ctx, pool, a, u, *s) // once more
	}
	to := sending{To: u.Attributes[m.by.Attribute()], Proved: u.Attributes[m.by.Attribute()+"_verified"] == "true"}
	if to.To == "" || !to.Proved && m.people.Reaches(pool, m.by, to.To) != nil {
		return nil, a.state.challenge(sending{})
	}
	return m.send(ctx, pool, a, u, to)
}

// askAnew asks for another address than the one that a code went to: it was mistyped.
func (m sentMethod) askAnew(a *Attempt) error {
	s := a.sending()
	if s == nil || s.Proved {
		return provider.Invalid("address", "The address is proved already.")
	}
	return a.state.challenge(sending{})
}

// aim takes the address that a person gave for a factor that is set up. Who has a
// proved one keeps it: it is changed on the account's own pages, where its owner is
// told.
func (m sentMethod) aim(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, address string) (func(context.Context) error, error) {
	if u.Attributes[m.by.Attribute()+"_verified"] == "true" {
		return nil, provider.Invalid("address", "The address is proved already.")
	}
	address, err := directory.Address(pool, m.by, address)
	if err == nil {
		err = m.people.Reaches(pool, m.by, address)
	}
	if err != nil {
		return nil, err
	}
	return m.send(ctx, pool, a, u, sending{To: address, Typed: true})
}

func (m sentMethod) enrol(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (func(context.Context) error, error) {
	if s := a.sending(); s == nil || s.To == "" {
		return nil, provider.Invalid(m.by.Attribute(), "The address is missing.")
	}
	proof, err := m.prove(ctx, pool, a, u, given)
	if err != nil {
		return nil, err
	}
	to := a.sending().To
	a.state.addAMR(m.amr()...)
	return func(ctx context.Context) error {
		if err := proof.Spend(ctx); err != nil {
			return err
		}
		if err := m.people.ProvedAddress(ctx, pool, u, m.by, to); err != nil {
			return err
		}
		return m.factors.Added(ctx, pool, u.ID, directory.FactorOf(m.by))
	}, nil
}

// sending is where a code of StepSecond or StepSetUp went; nil before, and for other
// methods.
func (a *Attempt) sending() *sending {
	if directory.ChannelOf(a.state.Method) == "" || a.state.Challenge == nil {
		return nil
	}
	var s sending
	if json.Unmarshal(a.state.Challenge, &s) != nil {
		return nil
	}
	return &s
}

func (s *state) challenge(v any) (err error) {
	s.Challenge, err = json.Marshal(v)
	return err
}

// Unsent reports whether no code that works here is on its way: another sign-in had one
// sent a moment ago, or this one did before it sent another elsewhere.
func (a *Attempt) Unsent() bool {
	s := a.sending()
	return s != nil && s.Unsent
}

// Redirects reports whether the code of StepSetUp may go to another address instead.
func (a *Attempt) Redirects() bool {
	s := a.sending()
	return a.Step == StepSetUp && s != nil && s.To != "" && !s.Proved
}

// ResendWait is in how many seconds another code can be asked for at the attempt's
// step; 0 for now, and where none is sent.
func (f *Flow) ResendWait(ctx context.Context, pool *provider.Pool, a *Attempt) (int, error) {
	if f.Directory == nil {
		return 0, nil
	}
	switch a.Step {
	case StepConfirm:
		return f.Directory.AskWait(ctx, pool, a.state.Newcomer.UserID, provider.CodeSignUp)
	case StepReset:
		return f.Directory.AskWait(ctx, pool, a.state.Typed, provider.CodeResetPassword)
	case StepCode:
		return f.Directory.AskWait(ctx, pool, a.state.Typed, provider.CodeSignIn)
	}
	if s := a.sending(); s != nil && s.To != "" {
		return f.Directory.SecondWait(ctx, pool, a.state.UserID, s.To)
	}
	return 0, nil
}

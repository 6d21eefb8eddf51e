package signin

import (
	"context"
	"encoding/json"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
)

// method is one kind of second factor. begin and offer prepare a question, and may
// put what they need into the attempt's Challenge; what they return is written in
// the transaction that moves the attempt. check and enrol take the answer.
//
// A wrong answer is ErrWrongCode, or a provider.CodeExpired; each counts. Every other
// error says that no check was made, and does not count.
type method interface {
	// begin asks for a factor that the user has: it sends a code, or makes a challenge.
	begin(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (write func(context.Context) error, err error)
	// check proves an answer to begin's question and says how (RFC 8176).
	check(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (amr []string, write func(context.Context) error, err error)
	// offer begins to set the factor up.
	offer(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (write func(context.Context) error, err error)
	// enrol proves an answer to offer's question. Its write sets the factor up by
	// factor.Factors.Added, which keeps the user's MFAPreference, the trail and the
	// notice.
	enrol(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (write func(context.Context) error, err error)
}

// ErrWrongCode answers a wrong second factor. Which part of it was wrong is not said.
var ErrWrongCode = provider.ErrCodeMismatch

// errCodeMissing answers an empty form: nothing was tried.
var errCodeMissing = &provider.Error{Code: provider.CodeInvalid, Kind: "code missing", Field: "code", Message: "Enter the code."}

// method answers how a second factor is asked for; nil where this server cannot.
func (f *Flow) method(name provider.Factor) method {
	if f.Factors == nil {
		return nil
	}
	if by := directory.ChannelOf(name); by != "" && f.Directory != nil {
		return sentMethod{f.Directory, f.Factors, by}
	}
	switch name {
	case provider.FactorTOTP:
		return totpMethod{f.Factors}
	case provider.FactorPasskey:
		return passkeyMethod{f.Factors}
	case provider.FactorRecovery:
		return recoveryMethod{f.Factors}
	}
	return nil
}

// totpMethod asks for a code of an authenticator app. Its Challenge is the enrolment
// that the page shows.
type totpMethod struct{ factors *factor.Factors }

func (totpMethod) begin(context.Context, *provider.Pool, *Attempt, *provider.User) (func(context.Context) error, error) {
	return nil, nil
}

func (m totpMethod) check(ctx context.Context, pool *provider.Pool, _ *Attempt, u *provider.User, given Answer) ([]string, func(context.Context) error, error) {
	if given.Code == "" {
		return nil, nil, errCodeMissing
	}
	write, err := m.factors.CheckTOTP(ctx, pool, u, given.Code)
	return []string{"otp"}, write, err
}

func (m totpMethod) offer(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (func(context.Context) error, error) {
	offer, write, err := m.factors.OfferTOTP(ctx, pool, u)
	if err == nil {
		a.state.Challenge, err = json.Marshal(offer)
	}
	return write, err
}

func (m totpMethod) enrol(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User, given Answer) (func(context.Context) error, error) {
	if given.Code == "" {
		return nil, errCodeMissing
	}
	shown := a.Enrolment()
	if shown == nil {
		return nil, factor.ErrEnrolmentOver
	}
	return m.factors.EnrolTOTP(ctx, pool, u, shown, given.Code, given.Name)
}

// Enrolment is the authenticator app that StepSetUp sets up; nil for anything else.
func (a *Attempt) Enrolment() *factor.Enrolment {
	if a.Step != StepSetUp || a.state.Method != provider.FactorTOTP {
		return nil
	}
	var shown factor.Enrolment
	if json.Unmarshal(a.state.Challenge, &shown) != nil {
		return nil
	}
	return &shown
}

// recoveryMethod takes a recovery code in place of another second factor. Nobody
// sets it up by itself.
type recoveryMethod struct{ factors *factor.Factors }

func (recoveryMethod) begin(context.Context, *provider.Pool, *Attempt, *provider.User) (func(context.Context) error, error) {
	return nil, nil
}

func (m recoveryMethod) check(ctx context.Context, pool *provider.Pool, _ *Attempt, u *provider.User, given Answer) ([]string, func(context.Context) error, error) {
	if given.Code == "" {
		return nil, nil, errCodeMissing
	}
	write, err := m.factors.CheckRecoveryCode(ctx, pool, u, given.Code)
	return []string{"otp"}, write, err
}

func (recoveryMethod) offer(context.Context, *provider.Pool, *Attempt, *provider.User) (func(context.Context) error, error) {
	return nil, provider.ErrAttemptNotFound
}

func (recoveryMethod) enrol(context.Context, *provider.Pool, *Attempt, *provider.User, Answer) (func(context.Context) error, error) {
	return nil, provider.ErrAttemptNotFound
}

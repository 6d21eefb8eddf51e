package signin

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
)

// The steps beside the way in. Each stands on the attempt's own sealed state: no
// form can name a user or skip what came before.
const (
	StepConfirm Step = "confirm" // the code that was mailed to a new account's address
	StepReset   Step = "reset"   // the code that was mailed, and a new password
)

// newcomer is an account that waits for its code.
type newcomer struct {
	UserID      string `json:"user"` // nobody's, where the name was taken
	Destination string `json:"destination"`
	// Entered is what was entered to make it in this very attempt, so its browser may see
	// it: also of an account that was not made because its name was taken. nil otherwise.
	Entered *Entered `json:"entered,omitempty"`
}

// Entered is what somebody has entered to make an account, but for the password.
type Entered struct {
	Username   string            `json:"username"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// OffersSignUp reports whether an attempt may make an account.
func (f *Flow) OffersSignUp(pool *provider.Pool, a *Attempt) bool {
	return f.Directory != nil && !a.state.NoPassword && !a.Again() && f.Directory.OffersSignUp(pool)
}

// OffersRecovery reports whether an attempt may reset a password.
func (f *Flow) OffersRecovery(pool *provider.Pool, a *Attempt) bool {
	return f.Directory != nil && !a.state.NoPassword && slices.Contains(pool.Settings.First(), provider.FactorPassword) && f.Directory.Recovers(pool)
}

// Destination is where the code of StepConfirm, StepSecond or StepSetUp went; empty
// where none did. It is masked unless it was typed in this very attempt: who mistyped it
// finds out here.
func (a *Attempt) Destination() string {
	if s := a.sending(); s != nil && s.To != "" && (a.Step == StepSecond || a.Step == StepSetUp) {
		return shown(s.To, s.Typed)
	}
	if a.state.Newcomer == nil {
		return ""
	}
	return shown(a.state.Newcomer.Destination, a.state.Newcomer.Entered != nil)
}

func shown(address string, typed bool) string {
	if typed {
		return address
	}
	return directory.Masked(address)
}

// SignUp makes an account and goes on to StepConfirm. A name that is taken goes on
// to it too.
//
// Errors: provider.ErrAttemptNotFound; directory.AttributeErrors, and those of
// directory.SignUpQuietly.
func (f *Flow) SignUp(ctx context.Context, pool *provider.Pool, id, binding string, n directory.SignUp) (*Attempt, error) {
	a, err := f.Attempt(ctx, pool, id, binding)
	if err != nil {
		return nil, err
	}
	if !atDoor(a.Step) || !f.OffersSignUp(pool, a) {
		return nil, provider.ErrAttemptNotFound
	}
	if err := checkName(n.Username); err != nil {
		return nil, err
	}
	if directory.TakesPasswords(pool) {
		if err := checkPassword("password", n.Password); err != nil {
			return nil, err
		}
	} else {
		n.Password = ""
	}
	if err := directory.CheckSaid(n.Attributes, f.Store.Now()); err != nil {
		return nil, err
	}
	n.Flow = a.ID
	if a.state.Newcomer != nil { // they came back from StepConfirm to put something right
		n.Instead = a.state.Newcomer.UserID
	}
	if a.ClientID != "" {
		if n.Client, err = f.Directory.Client(ctx, pool.ID, a.ClientID); err != nil {
			return nil, err
		}
	}
	u, err := f.Directory.SignUpQuietly(risk.WithWork(ctx, risk.ForAttempt(a.ID)), pool, n)
	if err != nil {
		return nil, err
	}
	a.Username, a.state.Typed = n.Username, n.Username
	from := a.Step
	a.state.Newcomer = &newcomer{UserID: u.ID, Destination: f.Directory.SignUpAddress(pool, u), Entered: &Entered{n.Username, n.Attributes}}
	a.Step = StepConfirm
	return a, f.move(ctx, a, from)
}

// Confirm takes the code of StepConfirm. Who made the account in this attempt is
// then signed in, since they chose the password here and proved their address.
//
// Errors: provider.ErrAttemptNotFound, and those of directory.ConfirmSignUp.
func (f *Flow) Confirm(ctx context.Context, pool *provider.Pool, id, binding, previous, code string) (*Result, error) {
	a, err := f.at(ctx, pool, id, binding, StepConfirm)
	if err != nil {
		return nil, err
	}
	at := f.Store.Now()
	u, err := f.Directory.ConfirmSignUp(ctx, pool, a.state.Newcomer.UserID, code, false)
	if err != nil {
		return nil, err
	}
	by := provider.ByEmail
	if !strings.Contains(a.state.Newcomer.Destination, "@") {
		by = provider.BySMS
	}
	a.state.Newcomer = nil
	if !u.Enabled {
		a.Step, a.state.Notice = f.door(pool), NoticeConfirmed
		return &Result{Attempt: a}, f.move(ctx, a, StepConfirm)
	}
	proven := a.state.Proven // where the account was there before this attempt
	if directory.TakesPasswords(pool) {
		a.state.proves(u, provider.FactorPassword, at, "pwd", "otp")
	} else {
		a.state.proves(u, directory.FactorOf(by), at, "otp")
	}
	a.state.Proven = proven
	return f.proceed(ctx, pool, a, previous, outcome{user: u})
}

// Resend mails the code of StepConfirm once more.
//
// Errors: provider.ErrAttemptNotFound, provider.CodeThrottled.
func (f *Flow) Resend(ctx context.Context, pool *provider.Pool, id, binding string) (*Attempt, error) {
	a, err := f.at(ctx, pool, id, binding, StepConfirm)
	if err != nil {
		return nil, err
	}
	return a, f.Directory.ResendTo(risk.WithWork(ctx, risk.ForAttempt(a.ID)), pool, a.state.Newcomer.UserID, a.ID)
}

// Correct goes back from StepConfirm to the first step, from where the person may sign
// up anew: they mistyped the address, or cannot read there. The account that waits is
// replaced then, and not before.
//
// Errors: provider.ErrAttemptNotFound.
func (f *Flow) Correct(ctx context.Context, pool *provider.Pool, id, binding string) (*Attempt, error) {
	a, err := f.at(ctx, pool, id, binding, StepConfirm)
	if err != nil {
		return nil, err
	}
	a.state.unproves()
	a.Step = f.door(pool)
	return a, f.move(ctx, a, StepConfirm)
}

// Entered is what was entered in this attempt to make the account that waits for its
// code, so that it need not be typed again to be put right; nil for nothing.
func (a *Attempt) Entered() *Entered {
	if a.state.Newcomer == nil {
		return nil
	}
	return a.state.Newcomer.Entered
}

// Waits reports whether an attempt stands before the confirmation of a user.
func (a *Attempt) Waits(userID string) bool {
	return a.Step == StepConfirm && a.state.Newcomer != nil && a.state.Newcomer.UserID == userID
}

// Forgot asks for a code to reset a password with, and goes on to StepReset,
// whoever the name leads to. Asking again sends another code.
//
// Errors: provider.ErrAttemptNotFound; ErrNameMissing; directory.ErrAskAdministrator;
// provider.CodeThrottled, after
// which the attempt stands at StepReset all the same: a code was asked for before.
func (f *Flow) Forgot(ctx context.Context, pool *provider.Pool, id, binding, name string) (*Attempt, error) {
	a, err := f.Attempt(ctx, pool, id, binding)
	if err != nil {
		return nil, err
	}
	from := a.Step
	switch {
	case from == StepReset:
		name = a.state.Typed
	case !atDoor(from) || !f.OffersRecovery(pool, a):
		return nil, provider.ErrAttemptNotFound
	case a.Again():
		name = a.state.Typed
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	ctx = risk.WithWork(ctx, risk.ForAttempt(a.ID))
	ask := f.Directory.ForgotPassword
	if a.state.Proven != "" { // they gave the old password, and an operator wants a new one
		ask = f.Directory.ResendReset
	}
	asked := ask(ctx, pool, name)
	if asked != nil && provider.CodeOf(asked) != provider.CodeThrottled {
		return nil, asked
	}
	a.Step, a.Username, a.state.Typed = StepReset, name, name
	if err := f.move(ctx, a, from); err != nil {
		return nil, err
	}
	return a, asked
}

// Reset takes the code and the new password of StepReset and goes back to
// StepPassword, to be signed in with it.
//
// Errors: provider.ErrAttemptNotFound, and those of
// directory.ConfirmForgotPassword.
func (f *Flow) Reset(ctx context.Context, pool *provider.Pool, id, binding, code, password string) (*Attempt, error) {
	a, err := f.at(ctx, pool, id, binding, StepReset)
	if err != nil {
		return nil, err
	}
	if err := checkPassword("new_password", password); err != nil {
		return nil, err
	}
	if _, err := f.Directory.ConfirmForgotPassword(ctx, pool, a.state.Typed, code, password); err != nil {
		return nil, err
	}
	a.state.unproves()
	a.Step, a.state.Notice = f.door(pool), NoticeReset
	return a, f.move(ctx, a, StepReset)
}

// ResetRequired reports whether StepReset asks somebody who gave the right password,
// which counts no more. Nobody else is told so.
func (a *Attempt) ResetRequired() bool { return a.Step == StepReset && a.state.Proven != "" }

// at returns an attempt that stands at a step, and no other.
func (f *Flow) at(ctx context.Context, pool *provider.Pool, id, binding string, step Step) (*Attempt, error) {
	a, err := f.Attempt(ctx, pool, id, binding)
	if err != nil {
		return nil, err
	}
	if a.Step != step || f.Directory == nil || step == StepConfirm && a.state.Newcomer == nil {
		return nil, provider.ErrAttemptNotFound
	}
	return a, nil
}

// mend goes where somebody who gave the right password can put right what keeps
// them out: an address that was never confirmed, or a reset that an operator asked
// for. It answers false where that is not possible.
func (f *Flow) mend(ctx context.Context, pool *provider.Pool, a *Attempt, p *proof, why error) (outcome, bool, error) {
	if p.login == nil || f.Directory == nil {
		return outcome{}, false, nil
	}
	u := &p.login.User
	out := outcome{try: p.try}
	var err error
	switch {
	case errors.Is(why, ErrUnconfirmed) && f.Directory.SignUpAddress(pool, u) != "":
		out.next = StepConfirm
		a.state.Newcomer = &newcomer{UserID: u.ID, Destination: f.Directory.SignUpAddress(pool, u)}
		err = f.Directory.ResendTo(known(ctx, u), pool, u.ID, a.ID)
	case errors.Is(why, ErrResetRequired) && f.Directory.CanReset(pool, u):
		out.next = StepReset
		err = f.Directory.ResendReset(known(ctx, u), pool, a.Username)
	default:
		return outcome{}, false, nil
	}
	if err != nil && provider.CodeOf(err) != provider.CodeThrottled {
		return out, true, err
	}
	a.state.Typed, a.state.Proven = a.Username, p.login.Password.Hash
	out.write = func(ctx context.Context) error {
		if err := p.try.Passed(ctx); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool.ID, "signin.failure", audit.Failure, "user/"+u.ID, a.state.detail(string(out.next)))
	}
	return out, true, nil
}

// Notice is good news that the sign-in page shows.
type Notice string

// The notices.
const (
	NoticeConfirmed Notice = "confirmed" // the account is confirmed
	NoticeReset     Notice = "reset"     // the new password holds
)

// Notice is what the attempt's page has to tell; empty for nothing.
func (a *Attempt) Notice() Notice { return a.state.Notice }

// known notes that a user acts: whoever gave the right password is no stranger.
func known(ctx context.Context, u *provider.User) context.Context {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", u.ID
	return provider.WithActor(ctx, actor)
}

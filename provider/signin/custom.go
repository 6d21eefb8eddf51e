package signin

import (
	"context"
	"errors"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/risk"
)

// A Challenger asks a pool's own questions at sign-in. What it decides comes from
// outside: the pool's triggers. It is never called inside a transaction, and may take
// its time over the network.
//
// Nobody gets in by an error. Code and message of a *provider.Error are told; any other
// is ErrNoQuestions. The attempt stays where it is, for another try.
type Challenger interface {
	// Next decides what comes after what was asked so far. For a pool without questions
	// of its own it is done at once.
	Next(ctx context.Context, so CustomSession) (CustomDecision, error)
	// Right judges an answer to the question that Next gave.
	Right(ctx context.Context, so CustomSession, asked CustomQuestion, answer string) (bool, error)
}

// CustomSession is a sign-in under way, as a Challenger sees it.
type CustomSession struct {
	Pool     *provider.Pool
	User     *provider.User
	ClientID string
	History  []CustomResult // oldest first, what proved the user first among it
}

// CustomResult is how one question ended.
type CustomResult struct {
	Name     string `json:"name"` // CUSTOM_CHALLENGE, or what proved the user first in Cognito's words
	Result   bool   `json:"result"`
	Metadata string `json:"metadata,omitempty"` // the question's own
}

// CustomDecision says how a sign-in goes on: it is done with questions, it has failed
// and ends, or there is another question.
type CustomDecision struct {
	Done, Failed bool
	Question     CustomQuestion
}

// CustomQuestion is one question. Public is for the page, which shows its "question";
// Private is what the answer is judged by, and stays sealed.
type CustomQuestion struct {
	Public   map[string]string `json:"public,omitempty"`
	Private  map[string]string `json:"private,omitempty"`
	Metadata string            `json:"metadata,omitempty"`
}

// customSteps is what an attempt remembers of its questions.
type customSteps struct {
	Done    bool           `json:"done,omitempty"`
	History []CustomResult `json:"history,omitempty"`
	Asked   CustomQuestion `json:"asked,omitzero"`
}

// customMost is how many questions one attempt can hold. It bounds what a Challenger
// that never decides can do.
const customMost = 20

// ErrChallengeFailed ends an attempt whose questions were not answered.
var ErrChallengeFailed = &provider.Error{Code: provider.CodeForbidden, Kind: "challenge", Message: "The answers were not right. Start again."}

// ErrNoQuestions answers while the questions, or what judges their answers, cannot be
// had. Any error of a Challenger has its Kind.
var ErrNoQuestions = &provider.Error{Code: provider.CodeUnavailable, Kind: "questions", Message: "What is asked here cannot be had right now. Try again in a moment."}

var errAnswerMissing = &provider.Error{Code: provider.CodeInvalid, Kind: "answer missing", Field: "answer", Message: "Enter an answer."}

// maxAnswer is the longest answer, in bytes.
const maxAnswer = 2048

// wantsCustom reports whether a client's sign-ins may hold the pool's own questions.
func wantsCustom(c *provider.Client) bool {
	return slices.Contains(c.Settings.ExplicitAuthFlows, "ALLOW_CUSTOM_AUTH") || slices.Contains(c.Settings.ExplicitAuthFlows, "CUSTOM_AUTH_FLOW_ONLY")
}

// Question is what StepCustom asks, in the words of the question's public parameter
// of that name; it may be empty.
func (a *Attempt) Question() string {
	if a.state.Custom == nil {
		return ""
	}
	return a.state.Custom.Asked.Public["question"]
}

// AnsweredWrong reports whether the answer before this question was wrong.
func (a *Attempt) AnsweredWrong() bool {
	c := a.state.Custom
	return c != nil && len(c.History) > 0 && !c.History[len(c.History)-1].Result
}

// customGate asks the pool's own questions.
func (f *Flow) customGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	c := a.state.Custom
	if f.Challenger == nil || c == nil || c.Done || a.state.Provider != "" {
		return move{}, nil
	}
	c.History = []CustomResult{{Name: firstWord(a.state.First), Result: true}}
	step, err := f.decide(ctx, pool, a, u)
	if errors.Is(err, ErrChallengeFailed) {
		return move{}, f.failChallenge(ctx, pool, a, a.Step)
	}
	return move{next: step}, err
}

// firstWord is Cognito's word for a first factor in a session's history.
func firstWord(first provider.Factor) string {
	switch first {
	case provider.FactorPassword:
		return "PASSWORD_VERIFIER"
	case provider.FactorSMS:
		return "SMS_OTP"
	}
	return string(first)
}

// decide asks the Challenger how it goes on, and notes the question if there is one.
// The step is empty when all are answered.
func (f *Flow) decide(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (Step, error) {
	c := a.state.Custom
	c.Asked = CustomQuestion{}
	if len(c.History) > customMost {
		return "", ErrChallengeFailed
	}
	d, err := f.Challenger.Next(ctx, customSession(pool, a, u))
	switch {
	case err != nil:
		return "", fromOutside(err)
	case d.Failed:
		return "", ErrChallengeFailed
	case d.Done:
		*c = customSteps{Done: true}
		return "", nil
	}
	c.Asked = d.Question
	return StepCustom, nil
}

func customSession(pool *provider.Pool, a *Attempt, u *provider.User) CustomSession {
	return CustomSession{Pool: pool, User: u, ClientID: a.ClientID, History: slices.Clone(a.state.Custom.History)}
}

// fromOutside is a Challenger's error as the outside may see it. The cause is text
// alone: whatever it was, it must not be taken for an error of this package.
func fromOutside(err error) error {
	out := *ErrNoQuestions
	var known *provider.Error
	if errors.As(err, &known) {
		out.Code, out.Message = known.Code, known.Message
	}
	out.Cause = errors.New(err.Error())
	return &out
}

// custom is StepCustom: an answer to the question that was asked.
func (f *Flow) custom(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	c := a.state.Custom
	if f.Challenger == nil || c == nil {
		return outcome{}, provider.ErrAttemptNotFound
	}
	switch {
	case given.Code == "":
		return outcome{}, errAnswerMissing
	case len(given.Code) > maxAnswer:
		return outcome{}, provider.Invalid("answer", "The answer is too long.")
	}
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	// Every answer counts as a failure until all are right, however often a sign-in is
	// begun anew; a right one among them is only taken off again.
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "custom", Proven: true})
	if err != nil {
		return outcome{}, err
	}
	out := outcome{try: try, user: u, exact: true}
	right, err := f.Challenger.Right(ctx, customSession(pool, a, u), c.Asked, given.Code)
	if err != nil {
		return out, f.withdraw(ctx, try, fromOutside(err))
	}
	c.History = append(c.History, CustomResult{Name: "CUSTOM_CHALLENGE", Result: right, Metadata: c.Asked.Metadata})
	out.next, err = f.decide(ctx, pool, a, u)
	switch {
	case errors.Is(err, ErrChallengeFailed):
		return out, f.failChallenge(ctx, pool, a, StepCustom)
	case err != nil && right: // it will be given once more
		return out, f.withdraw(ctx, try, err)
	case err != nil:
		return out, err
	case c.Done:
		out.write = try.Passed
	case right:
		out.write = try.Withdraw
	default:
		reason := a.state.detail("wrong_answer")
		out.write = func(ctx context.Context) error {
			return f.Audit.Record(ctx, pool.ID, "signin.failure", audit.Failure, "user/"+u.ID, reason)
		}
	}
	return out, nil
}

// failChallenge ends an attempt for good: whoever failed starts again from the first
// factor.
func (f *Flow) failChallenge(ctx context.Context, pool *provider.Pool, a *Attempt, from Step) error {
	err := f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.Store.Pool(pool.ID).EndAttempt(ctx, a.ID, string(from)); err != nil {
			return err
		}
		return f.failed(ctx, pool, a, a.state.UserID, "challenge_failed")
	})
	if err != nil {
		return err
	}
	return ErrChallengeFailed
}

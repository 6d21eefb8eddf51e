package page

// Challenge asks a question of the pool's own. The form posts flow and answer to
// Action.
type Challenge struct {
	Chrome
	Action     string
	Flow       string // empty once the attempt has ended: there is nothing to answer any more
	Question   string // in the words of whoever runs the pool; may be empty
	Problem    Problem
	RetryAfter int // seconds, with SecondThrottled; 0 when unknown
	StartURL   string
}

// ChallengeFailed is what Challenge says beside SecondFactor's problems: the attempt
// has ended.
const ChallengeFailed Problem = "failed"

func (Challenge) file() string { return "challenge" }

// Failed is true once a Problem is set.
func (v Challenge) Failed() bool { return v.Problem != "" }

// AnswerInvalid reports whether the problem lies in the answer.
func (v Challenge) AnswerInvalid() bool { return secondInvalid(v.Problem) }

// Wording is the Problem in the unit that fits the wait.
func (v Challenge) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is as SecondFactor's.
func (v Challenge) Count() int { return secondCount(v.RetryAfter) }

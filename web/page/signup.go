package page

import (
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// SignUp asks for what the pool wants to know of a new user. The form posts flow,
// each field and password to Action.
type SignUp struct {
	Chrome
	Action       string
	Flow         string
	Fields       []Field
	Policy       PasswordPolicy
	Problem      Problem
	Fault        provider.PasswordFault // with SignUpPolicy, what is wrong with the password
	Invalid      string                 // the field that the problem lies in; empty for none
	RetryAfter   int                    // seconds, with SignUpThrottled; 0 when unknown
	SignInURL    string
	TermsURL     string // a box has to be ticked; empty for none. It posts terms=yes.
	PrivacyURL   string // linked beside; empty hides it
	Agreed       bool
	Passwordless bool // no password is asked for: people sign in by codes
}

// What SignUp can say went wrong.
const (
	SignUpMissing     Problem = "missing"  // a field is empty
	SignUpInvalid     Problem = "invalid"  // a field holds what it may not
	SignUpPolicy      Problem = "policy"   // the password breaks the rules
	SignUpUsername    Problem = "username" // no username may look like this
	SignUpThrottled   Problem = "throttled"
	SignUpMailed      Problem = "mailed" // that address had a message a moment ago
	SignUpWork        Problem = "work"   // a text needs a browser that works for it
	SignUpUnavailable Problem = "unavailable"
)

func (SignUp) file() string { return "sign_up" }

func (v SignUp) scripts() []string { return append(v.Chrome.scripts(), strengthScript) }

// Password is the field for the password.
func (v SignUp) Password() PasswordField {
	return PasswordField{
		ID: "password", Name: "password", Label: "signin.password", Policy: v.Policy,
		Page: "signup", Problem: v.Problem, Fault: v.Fault, Invalid: v.Marks("password"),
	}
}

// Failed is true once a Problem is set.
func (v SignUp) Failed() bool { return v.Problem != "" }

// Wrong lists the fields that have a Problem.
func (v SignUp) Wrong() []Field { return wrong(v.Fields) }

// Wording is the Problem in the unit that fits the wait.
func (v SignUp) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (v SignUp) Count() int { return secondCount(v.RetryAfter) }

// Marks reports whether an input is the one at fault.
func (v SignUp) Marks(name string) bool { return v.Problem != "" && v.Invalid == name }

// Confirm asks for the code that was mailed to a new account's address. One form
// posts flow and code to Action, another flow to ResendAction.
type Confirm struct {
	Chrome
	Action, ResendAction string
	CorrectAction        string // a form that posts flow leads back to the address
	Flow                 string
	Destination          string // masked, unless it was typed in this very attempt
	Sent                 bool   // another code is on its way
	Wait                 int    // seconds until another code can be asked for; 0 when unknown
	Problem              Problem
	RetryAfter           int    // seconds, with CodeThrottled; 0 when unknown
	Typed                string // the code as it was typed, where it may be right
	SignInURL            string // to begin again
	WaitingURL           string // says whether the code is still waited for; empty where no link can confirm
	OnURL                string // with WaitingURL: this page, which leads on once it is not
	ByLinkURL            string // with WaitingURL: the same for whoever says that it is not
	Early                bool   // they said so, and it is
}

// What Confirm and ResetPassword can say went wrong.
const (
	CodeMissing     Problem = "missing"
	CodeWrong       Problem = "wrong"
	CodeExpired     Problem = "expired"
	CodeTaken       Problem = "taken" // another account has proved the address since
	CodeThrottled   Problem = "throttled"
	CodeWait        Problem = "wait" // another code was asked for too soon
	CodeUnavailable Problem = "unavailable"
)

func (Confirm) file() string { return "confirm" }

func (v Confirm) scripts() []string {
	if v.WaitingURL == "" {
		return v.Chrome.scripts()
	}
	return append(v.Chrome.scripts(), "js/waiting.js")
}

// Failed is true once a Problem is set, or the link was not followed yet.
func (v Confirm) Failed() bool { return v.Problem != "" || v.Early }

// CodeInvalid reports whether the problem lies in the code.
func (v Confirm) CodeInvalid() bool { return codeInvalid(v.Problem) }

// Wording is the Problem in the unit that fits the wait.
func (v Confirm) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (v Confirm) Count() int { return secondCount(v.RetryAfter) }

// ByText reports whether the code went out as a text message.
func (v Confirm) ByText() bool { return v.Destination != "" && !strings.Contains(v.Destination, "@") }

func codeInvalid(p Problem) bool { return p == CodeMissing || p == CodeWrong || p == CodeExpired }

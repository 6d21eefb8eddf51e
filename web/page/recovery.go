package page

import "github.com/cognate-idp/cognate/provider"

// ForgotPassword asks whose password is forgotten. The form posts flow and username
// to Action.
type ForgotPassword struct {
	Chrome
	Action         string
	Flow           string
	Identifier     string
	IdentifierKind string // as in SignIn
	Problem        Problem
	SignInURL      string
}

// What ForgotPassword can say went wrong.
const (
	ForgotMissing     Problem = "missing"
	ForgotWork        Problem = "work" // a text needs a browser that works for it
	ForgotUnavailable Problem = "unavailable"
)

func (ForgotPassword) file() string { return "forgot_password" }

// IdentifierLabel is the catalogue's name for what the name field takes.
func (v ForgotPassword) IdentifierLabel() string { return identifierLabel(v.IdentifierKind) }

// Failed is true once a Problem is set.
func (v ForgotPassword) Failed() bool { return v.Problem != "" }

// ResetPassword asks for the mailed code and a new password. It says the same
// whether or not there is an account. One form posts flow, username, code,
// new_password and confirm_password to Action, another flow to ResendAction.
type ResetPassword struct {
	Chrome
	Action, ResendAction string
	Flow                 string
	Identifier           string // what was typed; shown, and kept for password managers
	Required             bool   // the password was right, and has to be reset all the same
	Policy               PasswordPolicy
	Sent                 bool
	Wait                 int
	Problem              Problem                // of Confirm's, or of NewPassword's
	Fault                provider.PasswordFault // with NewPasswordPolicy, what is wrong with the password
	RetryAfter           int                    // seconds, with CodeThrottled; 0 when unknown
	Typed                string                 // the code as it was typed, where it may be right
	SignInURL            string
}

func (ResetPassword) file() string { return "reset_password" }

func (v ResetPassword) scripts() []string { return append(v.Chrome.scripts(), strengthScript) }

// Field is the field for the new password.
func (v ResetPassword) Field() PasswordField {
	return PasswordField{
		ID: "new-password", Name: "new_password", Label: "newpassword.new", Policy: v.Policy,
		Page: "newpassword", Problem: v.Problem, Fault: v.Fault, Invalid: v.PasswordInvalid(),
	}
}

// Failed is true once a Problem is set.
func (v ResetPassword) Failed() bool { return v.Problem != "" }

// Wording is the Problem in the unit that fits the wait.
func (v ResetPassword) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (v ResetPassword) Count() int { return secondCount(v.RetryAfter) }

// CodeInvalid reports whether the problem lies in the code.
func (v ResetPassword) CodeInvalid() bool { return v.Problem == CodeWrong || v.Problem == CodeExpired }

// PasswordInvalid reports whether the problem lies in the first password.
func (v ResetPassword) PasswordInvalid() bool {
	return v.Problem == NewPasswordPolicy || v.Problem == NewPasswordMissing
}

// ConfirmInvalid reports whether the problem lies in the second password.
func (v ResetPassword) ConfirmInvalid() bool { return v.Problem == NewPasswordMismatch }

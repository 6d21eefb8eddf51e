package page

import "github.com/cognate-idp/cognate/provider"

// NewPassword asks for a password of the person's own, where an operator set the
// first one, or theirs has grown too old or must be reset. The form posts flow, username, new_password and confirm_password to
// Action.
type NewPassword struct {
	Chrome
	Action     string
	Flow       string
	Identifier string // shown, and kept for password managers
	Policy     PasswordPolicy
	Reason     string // why: "too_old" or "reset"; empty where an operator set it
	Problem    Problem
	Fault      provider.PasswordFault // with NewPasswordPolicy, what is wrong with it
}

// What NewPassword can say went wrong.
const (
	NewPasswordMissing     Problem = "missing"
	NewPasswordMismatch    Problem = "mismatch"
	NewPasswordPolicy      Problem = "policy"
	NewPasswordUnavailable Problem = "unavailable"
)

func (NewPassword) file() string { return "new_password" }

func (v NewPassword) scripts() []string { return append(v.Chrome.scripts(), strengthScript) }

// Field is the field for the new password.
func (v NewPassword) Field() PasswordField {
	return PasswordField{
		ID: "new-password", Name: "new_password", Label: "newpassword.new", Policy: v.Policy, Focus: v.Problem == "",
		Page: "newpassword", Problem: v.Problem, Fault: v.Fault, Invalid: v.PasswordInvalid(),
	}
}

// Failed is true once a Problem is set.
func (v NewPassword) Failed() bool { return v.Problem != "" }

// PasswordInvalid reports whether the problem lies in the first field.
func (v NewPassword) PasswordInvalid() bool {
	return v.Problem == NewPasswordMissing || v.Problem == NewPasswordPolicy
}

// ConfirmInvalid reports whether the problem lies in the second field.
func (v NewPassword) ConfirmInvalid() bool { return v.Problem == NewPasswordMismatch }

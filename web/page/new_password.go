package page

import (
	"fmt"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// NewPassword asks for a password of the person's own, where an operator set the
// first one. The form posts flow, username, new_password and confirm_password to
// Action.
type NewPassword struct {
	Chrome
	Action     string
	Flow       string
	Identifier string // shown, and kept for password managers
	Policy     PasswordPolicy
	Problem    Problem
}

// What NewPassword can say went wrong.
const (
	NewPasswordMissing  Problem = "missing"
	NewPasswordMismatch Problem = "mismatch"
	NewPasswordPolicy   Problem = "policy"
	NewPasswordReused   Problem = "reused"
)

func (NewPassword) file() string { return "new_password" }

// Failed is true once a Problem is set.
func (v NewPassword) Failed() bool { return v.Problem != "" }

// PasswordInvalid reports whether the problem lies in the first field.
func (v NewPassword) PasswordInvalid() bool {
	return v.Problem != "" && v.Problem != NewPasswordMismatch
}

// ConfirmInvalid reports whether the problem lies in the second field.
func (v NewPassword) ConfirmInvalid() bool { return v.Problem == NewPasswordMismatch }

// PasswordPolicy is what a new password must hold, as the page tells it.
type PasswordPolicy struct {
	MinLength int      // characters
	Classes   []string // of upper, lower, digit, symbol
}

// PolicyOf reads a pool's policy for the page.
func PolicyOf(p provider.PasswordPolicy) PasswordPolicy {
	v := PasswordPolicy{MinLength: p.MinimumLength}
	if v.MinLength == 0 {
		v.MinLength = 8
	}
	for _, c := range []struct {
		on   bool
		name string
	}{
		{p.RequireUppercase, "upper"}, {p.RequireLowercase, "lower"},
		{p.RequireNumbers, "digit"}, {p.RequireSymbols, "symbol"},
	} {
		if c.on {
			v.Classes = append(v.Classes, c.name)
		}
	}
	return v
}

// Rules is the policy in the words of the passwordrules attribute, which
// password managers read when they make one up.
func (p PasswordPolicy) Rules() string {
	var b strings.Builder
	fmt.Fprintf(&b, "minlength: %d;", p.MinLength)
	for _, c := range p.Classes {
		if c == "symbol" {
			c = "special"
		}
		fmt.Fprintf(&b, " required: %s;", c)
	}
	return b.String()
}

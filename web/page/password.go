package page

import (
	"fmt"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// strengthScript shows while a password is typed how hard it is to guess. Views with
// a PasswordField load it.
const strengthScript = "js/strength.js"

// PasswordField is a field for a new password, with the rules and what is wrong with
// what was given: the part "password-field". A page has one.
type PasswordField struct {
	ID, Name string
	Label    string // its text in the catalogue
	Policy   PasswordPolicy
	Focus    bool
	Invalid  bool
	Page     string // whose problems the Problem is one of
	Problem  Problem
	Fault    provider.PasswordFault
}

// Said is the catalogue's text for the Fault.
func (f PasswordField) Said() string { return "password.fault." + string(f.Fault) }

// Words are the texts that strengthScript needs.
func (PasswordField) Words() []string {
	return []string{"yes", "no", "weak", "fair", "good", "strong", "too_short", "common", "personal", "repeats", "sequence", "keyboard", "longer"}
}

// PasswordPolicy is what a new password must hold, as the page tells it.
type PasswordPolicy struct {
	MinLength int      // characters
	Classes   []string // of upper, lower, digit, symbol
	Common    bool     // common ones are taken
	Former    bool     // those that the person had before are not
}

// PolicyOf reads a pool's policy for the page.
func PolicyOf(p provider.PasswordPolicy) PasswordPolicy {
	v := PasswordPolicy{MinLength: p.Least(), Common: p.AllowCommon, Former: p.Former() > 0}
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

package page

import (
	"errors"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

// PasskeyForm is a button that uses or makes a passkey, by js/passkey.js. The form
// posts flow and credential to Action. Without a script the button is not there, and
// the page says why.
type PasskeyForm struct {
	Action string
	Flow   string
	// Options are what the browser is asked, as JSON (WebAuthn Level 3 sections 5.1.8 and
	// 5.1.9). Begin, in place of them, is an address that gives them to a POST.
	Options, Begin string
	Make           bool   // make a passkey; use one otherwise
	Conditional    bool   // the browser may list passkeys in the name field too
	Aside          bool   // another button is the page's own
	Unknown        string // a passkey that the browser may forget, by its credential id
	Label          string // the button's text in the catalogue
}

// passkeyScripts are the scripts of a page that may have a PasskeyForm.
func passkeyScripts(c Chrome, has bool) []string {
	if !has {
		return c.scripts()
	}
	return append(c.scripts(), "js/passkey.js")
}

// PasskeyAdd offers a passkey to somebody who has just signed in without one. Its
// form is Passkey's; another posts flow and skip to Action.
type PasskeyAdd struct {
	Chrome
	Action  string
	Flow    string
	Passkey PasskeyForm
	Step    bool // it is a second step alone, and does not sign in without a password
	Second  bool // it is asked for after the password from then on
	Problem Problem
}

// What PasskeyAdd can say went wrong.
const (
	PasskeyMissing     Problem = "missing"
	PasskeyWrong       Problem = "wrong"
	PasskeyExists      Problem = "exists"
	PasskeyMake        Problem = "make" // of an authenticator that the pool does not take
	PasskeyOver        Problem = "over"
	PasskeyUnavailable Problem = "unavailable"
)

func (PasskeyAdd) file() string { return "passkey_add" }

func (v PasskeyAdd) scripts() []string { return passkeyScripts(v.Chrome, true) }

// Failed is true once a Problem is set.
func (v PasskeyAdd) Failed() bool { return v.Problem != "" }

// PasskeyProblem says why a passkey was not added.
func PasskeyProblem(why error) Problem {
	switch {
	case why == nil:
		return ""
	case errors.Is(why, provider.ErrPasskeyExists):
		return PasskeyExists
	case errors.Is(why, factor.ErrAuthenticator):
		return PasskeyMake
	case errors.Is(why, factor.ErrPasskeyChallenge):
		return PasskeyOver
	}
	switch provider.CodeOf(why) {
	case provider.CodeInvalid:
		return PasskeyMissing
	case provider.CodeUnauthorized:
		return PasskeyWrong
	}
	return PasskeyUnavailable
}

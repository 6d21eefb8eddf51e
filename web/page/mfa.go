package page

import (
	"html/template"
	"net/url"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// SecondFactor asks for a second factor. One form posts flow and code to Action; a
// passkey posts credential in place of code. Each of Others is a form that posts flow
// and choose, and the one for another code posts flow and again.
type SecondFactor struct {
	Chrome
	Action      string
	Flow        string
	Method      provider.Factor
	Others      []provider.Factor // the other ways that the person has
	Destination string            // masked, where Method's code was sent; empty for other methods
	Options     string            // the browser's question to a passkey as JSON (WebAuthn Level 3 section 5.5); empty for other methods
	Sent        bool              // another code is on its way
	Unsent      bool              // none is: another sign-in had one sent a moment ago
	Wait        int               // seconds until another code can be asked for; 0 when unknown
	Problem     Problem
	RetryAfter  int    // seconds, with SecondThrottled; 0 when unknown
	StartURL    string // to begin again as somebody else
}

// What SecondFactor, FactorSetUp and Challenge can say went wrong.
const (
	SecondMissing     Problem = "missing"
	SecondWrong       Problem = "wrong"
	SecondExpired     Problem = "expired"
	SecondThrottled   Problem = "throttled"
	SecondWait        Problem = "wait"     // another code was asked for too soon
	SecondChoose      Problem = "choose"   // nothing was chosen
	SecondOver        Problem = "over"     // the set-up waited too long, or another began since
	SecondDisabled    Problem = "disabled" // the account was turned off meanwhile
	SecondUnavailable Problem = "unavailable"

	SecondPasskeyMissing Problem = "passkey_missing"
	SecondPasskeyCopied  Problem = "copied" // its counter went backwards
	SecondPasskeyExists  Problem = "exists"
	SecondPasskeyMake    Problem = "make" // of an authenticator that the pool does not take
)

func (SecondFactor) file() string { return "mfa" }

// Passkey is the form of a passkey.
func (v SecondFactor) Passkey() PasskeyForm {
	return PasskeyForm{Action: v.Action, Flow: v.Flow, Options: v.Options, Label: "passkey.use_second"}
}

func (v SecondFactor) scripts() []string { return passkeyScripts(v.Chrome, v.Options != "") }

// Failed is true once a Problem is set.
func (v SecondFactor) Failed() bool { return v.Problem != "" }

// CodeInvalid reports whether the problem lies in the code.
func (v SecondFactor) CodeInvalid() bool { return secondInvalid(v.Problem) }

// CodeLabel is the catalogue's name for what is entered.
func (v SecondFactor) CodeLabel() string {
	if v.Method == provider.FactorRecovery {
		return "mfa.recovery_code"
	}
	return "code.label"
}

// Eager reports whether the code's field takes the focus at once.
func (v SecondFactor) Eager() bool { return v.Problem == "" }

// Resendable reports whether Method is a code that is sent.
func (v SecondFactor) Resendable() bool {
	return v.Method == provider.FactorSMS || v.Method == provider.FactorEmail
}

// Wording is the Problem in the words that fit Method and the wait.
func (v SecondFactor) Wording() Problem { return secondWording(v.Problem, v.Method, v.RetryAfter) }

// Minutes or seconds of the wait, as Wording tells it.
func (v SecondFactor) Count() int { return secondCount(v.RetryAfter) }

// Recoverable reports whether a recovery code is among the other ways.
func (v SecondFactor) Recoverable() bool {
	for _, f := range v.Others {
		if f == provider.FactorRecovery {
			return true
		}
	}
	return false
}

// FactorSetUp has a second factor set up: first Choices, each a form that posts flow
// and choose to Action; then, with Method, what to do and the form that posts flow and
// code. The form for a new secret or another code posts flow and again.
type FactorSetUp struct {
	Chrome
	Action  string
	Flow    string
	Choices []provider.Factor
	Method  provider.Factor // empty while the person chooses

	// Of an authenticator app.
	URI     string // the otpauth: address
	Secret  string // in groups of four
	QR      string // PNG in base64
	BackURL string // where to go without one; empty where a second factor is required

	// Of a code that is sent.
	Destination string // masked, unless it was typed here; empty while it is asked for
	Address     string // what was typed for it
	Redirects   bool   // the code may go to another address: a form posts flow and other
	Sent        bool
	Unsent      bool // as in SecondFactor
	Wait        int  // as in SecondFactor

	Options    string // of a passkey, as JSON (WebAuthn Level 3 section 5.4)
	Problem    Problem
	RetryAfter int
}

func (FactorSetUp) file() string { return "mfa_setup" }

// Passkey is the form of a passkey.
func (v FactorSetUp) Passkey() PasskeyForm {
	return PasskeyForm{Action: v.Action, Flow: v.Flow, Options: v.Options, Make: true, Label: "passkey.make"}
}

func (v FactorSetUp) scripts() []string { return passkeyScripts(v.Chrome, v.Options != "") }

// Failed is true once a Problem is set.
func (v FactorSetUp) Failed() bool { return v.Problem != "" }

// AsksAddress reports whether the page asks where Method's code shall go.
func (v FactorSetUp) AsksAddress() bool { return v.Destination == "" }

// AddressInvalid reports whether the problem lies in the address.
func (v FactorSetUp) AddressInvalid() bool {
	return v.Problem == SecondAddress || v.Problem == SecondCountry || v.Problem == SecondUntexted
}

// CodeInvalid reports whether the problem lies in the code.
func (v FactorSetUp) CodeInvalid() bool { return secondInvalid(v.Problem) }

// Eager is as SecondFactor's, but the picture of an app comes before its code: a
// keyboard must not cover it.
func (v FactorSetUp) Eager() bool { return v.Problem == "" && v.Method != provider.FactorTOTP }

// Wording is as SecondFactor's, but a passkey that is new belongs to nobody yet.
func (v FactorSetUp) Wording() Problem {
	if v.Problem == SecondWrong && v.Method == provider.FactorPasskey {
		return v.Problem + ".new"
	}
	return secondWording(v.Problem, v.Method, v.RetryAfter)
}

// Count is as SecondFactor's.
func (v FactorSetUp) Count() int { return secondCount(v.RetryAfter) }

// Picture is QR as the page holds it.
func (v FactorSetUp) Picture() template.URL {
	return template.URL("data:image/png;base64," + v.QR)
}

// Link is URI as the page holds it; no other scheme gets through.
func (v FactorSetUp) Link() template.URL {
	if !strings.HasPrefix(v.URI, "otpauth://") {
		return "#"
	}
	return template.URL(v.URI)
}

// Plain is Secret without its spaces, to be copied.
func (v FactorSetUp) Plain() string { return strings.ReplaceAll(v.Secret, " ", "") }

// Others are the choices beside Method.
func (v FactorSetUp) Others() []provider.Factor {
	var out []provider.Factor
	for _, f := range v.Choices {
		if f != v.Method {
			out = append(out, f)
		}
	}
	return out
}

// RecoveryCodes shows a user's recovery codes, this once. The form posts flow to
// Action.
type RecoveryCodes struct {
	Chrome
	Action  string
	Flow    string
	Codes   []string
	Account string // whose they are, for the file
}

func (RecoveryCodes) file() string { return "recovery_codes" }

// Lines is the codes, one a line, to be copied.
func (v RecoveryCodes) Lines() string { return strings.Join(v.Codes, "\n") }

// File is the text file that can be kept, as an address that holds it: saving it
// needs no script and no further request.
func (v RecoveryCodes) File(heading string) template.URL {
	text := heading + "\n" + v.Account + "\n\n" + v.Lines() + "\n"
	return template.URL("data:text/plain;charset=utf-8," + url.PathEscape(text))
}

func secondInvalid(p Problem) bool {
	return p == SecondMissing || p == SecondWrong || p == SecondExpired
}

// secondWording chooses between minutes and seconds, and between what can be done
// about a wrong code of an app, one that was sent, and one from a list.
func secondWording(p Problem, method provider.Factor, retryAfter int) Problem {
	switch {
	case p == SecondThrottled && retryAfter == 0:
		return p + "_while"
	case (p == SecondThrottled || p == SignUpMailed) && retryAfter < minutesFrom:
		return p + "_seconds"
	case p == SecondWrong && method != "", p == SecondExpired && method == provider.FactorPasskey:
		return p + "." + Problem(method)
	}
	return p
}

func secondCount(retryAfter int) int {
	if retryAfter < minutesFrom {
		return retryAfter
	}
	return max(1, (retryAfter+59)/60)
}

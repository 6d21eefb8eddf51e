package page

import (
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// AccountPage is what every page of a person's own account shows around its content.
type AccountPage struct {
	Chrome
	Base       string  // the path of the account's first page
	Who        string  // the name that the person knows the account by
	Notice     string  // what was just done, below account.notice.; empty for nothing
	Problem    Problem // below account.problem.
	RetryAfter int     // seconds, with AccountThrottled
}

// What the account's pages can say went wrong.
const (
	AccountMissing     Problem = "missing"
	AccountMismatch    Problem = "mismatch" // the two new passwords differ
	AccountWrong       Problem = "wrong"    // the present password
	AccountPolicy      Problem = "policy"
	AccountGone        Problem = "gone"     // what was to be changed is not there any more
	AccountLast        Problem = "last"     // the last second factor, where one is required
	AccountLastWay     Problem = "last_way" // the last thing to sign in by
	AccountShown       Problem = "shown"    // recovery codes that a form made already
	AccountFixed       Problem = "fixed"    // the account belongs to an upstream
	AccountName        Problem = "name"     // another name than the account's
	AccountPasskeyName Problem = "passkey_name"
	AccountRefused     Problem = "refused"
	AccountWait        Problem = "wait"      // a code was asked for too soon
	AccountSeveral     Problem = "several"   // codes went to several addresses
	AccountCountry     Problem = "country"   // the pool texts nobody in that number's country
	AccountUntexted    Problem = "untexted"  // no text reaches that number
	AccountInUse       Problem = "in_use"    // an address that cannot be removed
	AccountUnawaited   Problem = "unawaited" // a code for an address that waits no more
	AccountThrottled   Problem = "throttled"
	AccountUnavailable Problem = "unavailable"
)

// Failed is true once a Problem is set.
func (v AccountPage) Failed() bool { return v.Problem != "" }

// Wording is the Problem in the unit that fits the wait.
func (v AccountPage) Wording() Problem {
	if v.Problem == AccountThrottled && v.RetryAfter > 0 && v.RetryAfter < minutesFrom {
		return v.Problem + "_seconds"
	}
	return v.Problem
}

// Count is the wait in the unit of Wording.
func (v AccountPage) Count() int {
	if v.Wording() != v.Problem {
		return v.RetryAfter
	}
	return max(1, (v.RetryAfter+59)/60)
}

// Roomy is true: these pages hold lists.
func (AccountPage) Roomy() bool { return true }

func (AccountPage) styles() []string { return []string{"css/account.css"} }

// Moment is when something was.
type Moment struct{ At provider.Time }

// Text is the moment as every language writes it.
func (m Moment) Text() string { return m.At.Time().Format("2006-01-02 15:04") + " UTC" }

// ISO is the moment for machines.
func (m Moment) ISO() string { return m.At.Time().Format(time.RFC3339) }

// Account is the first page: what there is, each with how it stands. An entry that is
// not offered is not shown.
type Account struct {
	AccountPage
	Email       string
	Phone       string
	CanPhone    bool
	Username    string // what they sign in by, where Who is another name
	EmailBare   bool   // the address is not verified
	PhoneBare   bool
	HasPassword bool
	CanPassword bool
	TwoStep     bool // second factors can be set up here
	TwoStepOn   bool
	NoCodes     bool // it is on, and there is no recovery code
	Passkeys    int  // how many there are
	CanPasskeys bool
	PasskeyStep bool // passkeys are a second step alone
	Sessions    int
	Identities  int  // accounts at upstream providers that are linked
	CanLink     bool // there are such, or could be
	CanDelete   bool
}

func (Account) file() string { return "account" }

// AccountPassword changes a password, or sets the first one. The form posts old,
// new_password and confirm_password.
type AccountPassword struct {
	AccountPage
	First  bool // there is none yet
	Policy PasswordPolicy
	Fault  provider.PasswordFault
}

func (AccountPassword) file() string { return "account_password" }

func (v AccountPassword) scripts() []string { return append(v.Chrome.scripts(), strengthScript) }

// OldInvalid reports whether the problem lies in the present password.
func (v AccountPassword) OldInvalid() bool { return v.Problem == AccountWrong }

// ConfirmInvalid reports whether the problem lies in the second field.
func (v AccountPassword) ConfirmInvalid() bool { return v.Problem == AccountMismatch }

// NewInvalid reports whether the problem lies in the new password.
func (v AccountPassword) NewInvalid() bool {
	return v.Problem == AccountPolicy || v.Problem == AccountMissing
}

// Field is the field for the new password.
func (v AccountPassword) Field() PasswordField {
	return PasswordField{
		ID: "new-password", Name: "new_password", Label: "newpassword.new", Policy: v.Policy, Focus: v.First && v.Problem == "",
		Page: "newpassword", Problem: v.Problem, Fault: v.Fault, Invalid: v.NewInvalid(),
	}
}

// AccountTwoStep lists second factors. Each form posts factor and do: add, remove or
// prefer; that of an authenticator app posts to another page.
type AccountTwoStep struct {
	AccountPage
	Factors     []AccountFactor
	Left        int    // recovery codes
	Set         string // names the codes that there are, for the form that replaces them
	HasFactor   bool
	HasPassword bool
	Reset       string // where the code goes that resets a forgotten password, masked; empty where only an operator can
	Unproven    string // the page of an address that would be sent one once it is proved, with Reset empty
}

func (AccountTwoStep) file() string { return "account_two_step" }

// AccountFactor is one second factor.
type AccountFactor struct {
	Factor      provider.Factor
	On          bool
	Preferred   bool
	CanPrefer   bool   // there is another one
	Destination string // where codes go, masked; empty for an address that is not proved
	Sent        bool   // codes are sent
	// Ends is set where turning it on ends that a forgotten password is reset by codes that
	// go the same way: "other" where they go another way then, "alone" where none is left.
	Ends      string
	EndsFirst bool // turning it on ends that such a code signs in in place of the password
}

// Warnings are the ids of what is said of turning it on.
func (f AccountFactor) Warnings() string {
	var ids []string
	if f.Ends != "" {
		ids = append(ids, "ends-"+string(f.Factor))
	}
	if f.EndsFirst {
		ids = append(ids, "ends-first-"+string(f.Factor))
	}
	return strings.Join(ids, " ")
}

// AccountPasskeys lists passkeys. A form posts id with name, to rename, or with
// remove.
type AccountPasskeys struct {
	AccountPage
	Passkeys []AccountPasskey
	Signals  string // what the browser may be told, as JSON
	Full     bool   // no more can be added
	Step     bool   // they are a second step alone, and none signs in without a password
	Second   bool   // the first is asked for after the password from then on
}

func (AccountPasskeys) file() string { return "account_passkeys" }

func (v AccountPasskeys) scripts() []string { return passkeyScripts(v.Chrome, v.Signals != "") }

// AccountPasskey is one passkey.
type AccountPasskey struct {
	ID, Name string
	Added    Moment
	Used     Moment // never used if zero
	Suspect  bool   // it may have been copied, and works no more
}

// AccountPasskeyAdd makes a passkey. Its form is Passkey's.
type AccountPasskeyAdd struct {
	AccountPage
	Passkey PasskeyForm
	Refusal Problem // of PasskeyAdd's
	Second  bool    // it is asked for after the password from then on
}

func (AccountPasskeyAdd) file() string { return "account_passkey_add" }

func (v AccountPasskeyAdd) scripts() []string { return passkeyScripts(v.Chrome, true) }

// Failed is true once the passkey was refused.
func (v AccountPasskeyAdd) Failed() bool { return v.Refusal != "" || v.Problem != "" }

// AccountDevices lists where the person is signed in, and the browsers that are
// known. Forms post session, device or others.
type AccountDevices struct {
	AccountPage
	Sessions []AccountSession
	Devices  []AccountDevice
	Kept     bool // the pool knows its users' browsers
	Spares   bool // remembered ones are spared the second factor
}

func (AccountDevices) file() string { return "account_devices" }

// Others reports whether there is any session but the present one.
func (v AccountDevices) Others() bool { return len(v.Sessions) > 1 }

// AccountSession is one session.
type AccountSession struct {
	ID      string
	Agent   provider.Agent
	Address string
	Since   Moment
	Here    bool // the one that looks at the page
}

// AccountDevice is one known browser.
type AccountDevice struct {
	ID         string
	Agent      provider.Agent
	Address    string
	Used       Moment
	Remembered bool
	Until      Moment // it is spared the second factor till then; zero for no more
	Here       bool
}

// AccountIdentities lists accounts at upstream providers. A form posts id.
type AccountIdentities struct {
	AccountPage
	Identities []AccountIdentity
	Providers  []string // that can be linked
	Fixed      bool     // the account belongs to an upstream, and none can be linked or taken off
}

func (AccountIdentities) file() string { return "account_identities" }

// AccountIdentity is one account at an upstream.
type AccountIdentity struct {
	ID       string
	Provider string
	Subject  string // how the provider names it
	Since    Moment
	Used     Moment
}

// AccountUnlink asks whether to take one off. The form posts id.
type AccountUnlink struct {
	AccountPage
	Identity AccountIdentity
}

func (AccountUnlink) file() string { return "account_unlink" }

// AccountLink says where a person goes to link an account. The form posts provider.
type AccountLink struct {
	AccountPage
	Provider string
}

func (AccountLink) file() string { return "account_link" }

// AccountApps lists the apps that the person has let in.
type AccountApps struct {
	AccountPage
	Apps []AccountApp
}

func (AccountApps) file() string { return "account_apps" }

// AccountApp is one app.
type AccountApp struct {
	ID, Name string
	Scopes   []Scope
	Since    Moment
	Used     Moment // zero when it holds nothing now
}

// AccountDisconnect asks whether to shut an app out. The form posts app.
type AccountDisconnect struct {
	AccountPage
	App AccountApp
}

func (AccountDisconnect) file() string { return "account_disconnect" }

// AccountActivity lists what happened to the account.
type AccountActivity struct {
	AccountPage
	Events  []AccountEvent
	NextURL string // older ones; empty at the end
}

func (AccountActivity) file() string { return "account_activity" }

// AccountEvent is one thing that happened.
type AccountEvent struct {
	Action   string // below account.event., with underscores
	Failed   bool
	At       Moment
	Operator bool // somebody who runs the pool did it
	Agent    provider.Agent
	Address  string
	Ways     []string // how the person proved who they are, below account.way.
	Provider string   // the upstream that vouched for them
}

// AccountExport offers a copy of what is kept. The form posts nothing.
type AccountExport struct{ AccountPage }

func (AccountExport) file() string { return "account_export" }

// AccountDelete deletes the account. The form posts name.
type AccountDelete struct {
	AccountPage
	Username string // does as well as Who; empty for none
}

func (AccountDelete) file() string { return "account_delete" }

// AccountGoodbye says that the account is deleted.
type AccountGoodbye struct{ Chrome }

func (AccountGoodbye) file() string { return "account_goodbye" }

// event is what an entry of the trail says in words.
func (s *speaker) event(action string) (string, error) {
	if said, err := s.text("account.event." + action); err == nil {
		return said, nil
	}
	return s.text("account.event.other")
}

// AccountProfile changes what the person says of themselves. The form posts each
// field.
type AccountProfile struct {
	AccountPage
	Fields []Field
	Have   []Field // to look at alone
}

func (AccountProfile) file() string { return "account_profile" }

// Wrong lists the fields that have a Problem.
func (v AccountProfile) Wrong() []Field { return wrong(v.Fields) }

// Failed is true once a field or the page has a Problem.
func (v AccountProfile) Failed() bool { return v.Problem != "" || len(v.Wrong()) > 0 }

// AccountAddress changes an e-mail address or a phone number, and proves it. The forms
// post do (change, verify, send, cancel or remove) with the field or code.
type AccountAddress struct {
	AccountPage
	Path      string // below Base
	Attribute string // email or phone_number
	Value     string // the present one; empty for none
	Proved    bool
	Pending   string // the one that waits for its code
	Field     Field  // the new one
	Code      AccountCode
	CanSend   bool
	CanRemove bool
	Removing  bool // it asks whether to remove it: the form posts sure too
	Wait      int  // seconds until another code can be asked for; 0 when unknown
	// ByLink: the message holds a link too, which may be pressed in another tab. Then
	// WaitingURL says whether Target still waits, and NextURL is this page, which says
	// that it does not. Early is set for whoever says so too soon.
	ByLink              bool
	WaitingURL, NextURL string
	Mark                string // names Target without telling it; the form posts it as of
	Early               bool
}

// Words is the text of the page in the wording for a link, where there is one.
func (v AccountAddress) Words(id string) string {
	if v.ByLink {
		return id + "_link"
	}
	return id
}

func (v AccountAddress) scripts() []string {
	if !v.ByLink || !v.Waiting() {
		return v.Chrome.scripts()
	}
	return append(v.Chrome.scripts(), "js/waiting.js")
}

// AccountCode is the field for a code, with what is wrong with it: of Confirm's.
type AccountCode struct {
	Problem    Problem
	RetryAfter int    // seconds, with CodeThrottled; 0 when unknown
	Typed      string // the code as it was typed, where it may be right
}

// Wording is the Problem in the unit that fits the wait.
func (c AccountCode) Wording() Problem { return secondWording(c.Problem, "", c.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (c AccountCode) Count() int { return secondCount(c.RetryAfter) }

// CodeInvalid reports whether the problem lies in the code.
func (c AccountCode) CodeInvalid() bool { return codeInvalid(c.Problem) }

func (AccountAddress) file() string { return "account_address" }

// Failed is true once anything has a Problem.
func (v AccountAddress) Failed() bool {
	return v.Problem != "" || v.Field.Problem != "" || v.Code.Problem != "" || v.Early
}

// Waiting reports whether there is an address that a code would prove.
func (v AccountAddress) Waiting() bool {
	return v.CanSend && (v.Pending != "" || v.Value != "" && !v.Proved)
}

// Target is the address that a code would prove.
func (v AccountAddress) Target() string {
	if v.Pending != "" {
		return v.Pending
	}
	return v.Value
}

package page

// ChooseAccount asks which account an app's request is for. The form posts flow with
// account ("-" for who is signed in, or an id of Known's) or forget (such an id).
type ChooseAccount struct {
	Chrome
	Action   string
	Flow     string
	Current  string // who is signed in; empty for nobody
	Known    []KnownAccount
	OtherURL string // the sign-in page
	Problem  Problem
}

// What ChooseAccount can say went wrong.
const (
	ChooseAccountChanged Problem = "changed" // somebody else is signed in by now, or nobody
	ChooseAccountMissing Problem = "missing" // nothing was chosen, or what is not there any more
)

func (ChooseAccount) file() string { return "choose_account" }

// Failed is true once a Problem is set.
func (v ChooseAccount) Failed() bool { return v.Problem != "" }

// KnownAccount is an account that was used in this browser.
type KnownAccount struct {
	ID       string
	Name     string
	Provider string // the upstream that it comes from; empty for none
}

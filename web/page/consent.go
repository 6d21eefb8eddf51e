package page

// Consent asks whether a third party's app may have what it asks for. The form
// posts flow and decision, "allow" or "deny", to Action.
type Consent struct {
	Chrome
	Action     string
	Flow       string
	ClientHost string // the host of the app's own address; empty when unknown
	Account    string // who is signed in
	ChooseURL  string // where another account can be chosen; empty hides the link
	Scopes     []Scope
	PolicyURL  string // empty hides the link
	TermsURL   string // empty hides the link
	Problem    Problem
}

// ConsentMissing says that neither answer was given.
const ConsentMissing Problem = "missing"

// Scope is one thing that an app asks for. The scopes of OpenID Connect have
// words in the catalogue; others show their resource server's description.
type Scope struct {
	Name        string
	Description string
}

func (Consent) file() string { return "consent" }

// Failed is true once a Problem is set.
func (v Consent) Failed() bool { return v.Problem != "" }

// Roomy is true: scopes are sentences.
func (Consent) Roomy() bool { return true }

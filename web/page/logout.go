package page

// Logout asks whether to sign out, where the request does not prove that the app
// asked (OpenID Connect RP-Initiated Logout 1.0 section 2). The form posts flow
// and decision, "sign_out" or "stay", to Action.
type Logout struct {
	Chrome
	Action  string
	Flow    string
	Account string // who is signed in; may be empty
}

func (Logout) file() string { return "logout" }

// SignedOut says that the session is over.
type SignedOut struct {
	Chrome
	ReturnURL string // the app's registered address; empty for none
	SignInURL string // empty for none
}

func (SignedOut) file() string { return "signed_out" }

package page

// SignIn asks for a name and a password. The form posts flow, username and
// password to Action.
type SignIn struct {
	Chrome
	Action         string
	Flow           string           // the attempt's id
	Identifier     string           // what was typed before, or login_hint
	IdentifierKind string           // "username", "email", or empty for either
	Problem        Problem          // empty at first
	Again          bool             // who is signed in proves it anew: the name is theirs and stays
	Notice         string           // good news: "confirmed" or "reset"; empty for none
	RetryAfter     int              // seconds, with SignInThrottled and SignInLocked
	Providers      []ProviderButton // upstreams to sign in with instead
	ProvidersOnly  bool             // the app takes nobody from the pool's own directory
	ForgotURL      string           // empty hides the link
	SignUpURL      string           // empty hides the link
	BackURL        string           // the account's first page, for who does not go on; empty hides the link
	Passkey        *PasskeyForm     // nil where no passkey signs in
}

// What SignIn can say went wrong.
const (
	SignInMissingIdentifier Problem = "missing_identifier"
	SignInMissingPassword   Problem = "missing_password"
	SignInWrong             Problem = "wrong" // the name or the password; which one is not said
	SignInThrottled         Problem = "throttled"
	SignInLocked            Problem = "locked"
	SignInDisabled          Problem = "disabled"
	SignInPasswordExpired   Problem = "password_expired" // a temporary password past its days
	SignInUnconfirmed       Problem = "unconfirmed"      // the account waits for its confirmation
	SignInResetRequired     Problem = "reset_required"   // an operator asked for a new password
	SignInUnavailable       Problem = "unavailable"
	SignInPasskey           Problem = "passkey"        // it was not accepted; why is not said
	SignInPasskeyCopied     Problem = "passkey_copied" // its counter went backwards
	SignInPasskeySecond     Problem = "passkey_second" // it is the second step, and stands beside another first
	SignInPasskeyOver       Problem = "passkey_over"   // it answered what was asked of another page
)

// ProviderButton is an upstream that a person may sign in with.
type ProviderButton struct {
	ID   string // the provider's name in the pool
	Name string // shown: "Continue with {Name}"
	Type string // "google" has a mark of its own
	URL  string // begins the hand-over, by GET
}

func (SignIn) file() string { return "signin" }

func (v SignIn) scripts() []string { return passkeyScripts(v.Chrome, v.Passkey != nil) }

// Failed is true once a Problem is set.
func (v SignIn) Failed() bool { return v.Problem != "" }

// IdentifierInvalid reports whether the problem lies in the name field.
func (v SignIn) IdentifierInvalid() bool {
	return v.Problem == SignInMissingIdentifier || v.Problem == SignInWrong && !v.Again
}

// PasswordInvalid reports whether the problem lies in the password field.
func (v SignIn) PasswordInvalid() bool {
	return v.Problem == SignInMissingPassword || v.Problem == SignInWrong
}

// IdentifierLabel is the catalogue's name for what the name field takes.
func (v SignIn) IdentifierLabel() string {
	if v.Again { // it is shown as the person knows it
		return "newpassword.account"
	}
	return identifierLabel(v.IdentifierKind)
}

func identifierLabel(kind string) string {
	switch kind {
	case "email", "username":
		return "signin." + kind
	}
	return "signin.identifier"
}

// A wait below this is told in seconds.
const minutesFrom = 90

// Wording is the Problem in the unit that fits the wait.
func (v SignIn) Wording() Problem {
	if (v.Problem == SignInThrottled || v.Problem == SignInLocked) && v.RetryAfter > 0 && v.RetryAfter < minutesFrom {
		return v.Problem + "_seconds"
	}
	return v.Problem
}

// Wait is RetryAfter in the unit of Wording: seconds, or whole minutes and at
// least one.
func (v SignIn) Wait() int {
	if v.Wording() != v.Problem {
		return v.RetryAfter
	}
	return max(1, (v.RetryAfter+59)/60)
}

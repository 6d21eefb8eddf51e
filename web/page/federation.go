package page

// FederationFailed says that signing in with an upstream provider did not work.
type FederationFailed struct {
	Chrome
	ProviderName string
	Problem      Problem
	RetryURL     string // back to the sign-in page; empty for none
	RequestID    string
	Linking      bool // they were signed in and wanted to link the provider's account
}

// What FederationFailed can say went wrong.
const (
	FederationDenied      Problem = "denied"      // the person or the provider said no
	FederationUnavailable Problem = "unavailable" // the provider did not answer
	FederationInvalid     Problem = "invalid"     // it answered what cannot be trusted
	FederationExpired     Problem = "expired"     // the way there took too long, or began in another browser
	FederationConflict    Problem = "conflict"    // an account here has that address already
	FederationDisabled    Problem = "disabled"    // the account here is disabled
	FederationTaken       Problem = "taken"       // what was to be linked is another user's here
)

func (FederationFailed) file() string { return "federation_failed" }

// Failed is true.
func (FederationFailed) Failed() bool { return true }

// Expired says that a page was left for too long, or used before.
type Expired struct {
	Chrome
	RestartURL string // begins again; empty when only the app can
	Account    string // who is signed in; may be empty
	AccountURL string // another way on
	Reason     ExpiredReason
}

// ExpiredReason is what is over, where that is known.
type ExpiredReason string

// The reasons.
const (
	ExpiredLink  ExpiredReason = "link"  // a link of a message
	ExpiredUndo  ExpiredReason = "undo"  // a link that takes a change back
	ExpiredMoved ExpiredReason = "moved" // a sign-in that went on in another tab
)

// Part is an id of a sentence, in the words of the reason.
func (v Expired) Part(id string) string {
	if v.Reason == "" {
		return id
	}
	return id + "_" + string(v.Reason)
}

func (Expired) file() string { return "expired" }

package page

// Link is what a link in a message leads to. In the browser that began, its form posts
// flow and token to Action and that is all; elsewhere the same form, or one that posts
// shown, has the code shown.
type Link struct {
	Chrome
	Action      string
	Flow, Token string
	State       LinkState
	Destination string // masked, the address that is proved; empty when unknown
	Held        string // the code that the link itself names, where it names one
	Code        string // with LinkCode
	OnURL       string // with LinkMoved, where the sign-in goes on
	Problem     Problem
	RetryAfter  int // seconds, with CodeThrottled; 0 when unknown
}

// LinkState is how far a link has led.
type LinkState string

// The states.
const (
	LinkHere      LinkState = "here"      // this browser began: one press confirms
	LinkElsewhere LinkState = "elsewhere" // another did: a press shows the code
	LinkCode      LinkState = "code"      // to be typed where it was asked for
	LinkMoved     LinkState = "moved"     // it is confirmed, and the tab that began goes on
	LinkDone      LinkState = "done"
	LinkRefused   LinkState = "refused"
)

func (Link) file() string { return "link" }

// Failed is true once a Problem is set.
func (v Link) Failed() bool { return v.Problem != "" }

// Wording is the Problem in the unit that fits the wait.
func (v Link) Wording() Problem { return secondWording(v.Problem, "", v.RetryAfter) }

// Count is the wait as Wording tells it: seconds or minutes.
func (v Link) Count() int { return secondCount(v.RetryAfter) }

// Undo takes the change of an address back. The form posts token and sure to Action.
type Undo struct {
	Chrome
	Action      string // once Done, the page that gives a new password
	Token       string
	Destination string // masked, the address that comes back
	Done        bool
	Problem     Problem
}

// What Undo can say went wrong.
const (
	UndoUnsure Problem = "unsure" // the box was not ticked
	UndoTaken  Problem = "taken"  // the address is somebody else's by now
)

func (Undo) file() string { return "undo" }

// Failed is true once a Problem is set.
func (v Undo) Failed() bool { return v.Problem != "" }

// Unsure reports whether the problem lies in the box.
func (v Undo) Unsure() bool { return v.Problem == UndoUnsure }

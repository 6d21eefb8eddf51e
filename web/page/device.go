package page

// RememberDevice asks whether the browser shall be remembered. The form posts flow
// and decision, "remember" or "skip", to Action.
type RememberDevice struct {
	Chrome
	Action  string
	Flow    string
	Days    int // for how long
	Problem Problem
}

// RememberDeviceChoose is the problem of a form without a decision.
const RememberDeviceChoose Problem = "choose"

func (RememberDevice) file() string { return "remember_device" }

// Failed is true once a Problem is set.
func (v RememberDevice) Failed() bool { return v.Problem != "" }

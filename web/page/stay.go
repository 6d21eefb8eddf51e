package page

// StillSignedIn says that nothing was changed, to somebody who was asked whether
// to sign out and chose to stay.
type StillSignedIn struct {
	Chrome
	Account string // who is signed in; may be empty
}

func (StillSignedIn) file() string { return "still_signed_in" }

package signin

import (
	"time"

	"github.com/cognate-idp/cognate/provider"
)

// freshFor is how old the proof of whoever does something dangerous may be.
const freshFor = 5 * time.Minute

// ErrProofTooOld answers a dangerous act of somebody who is signed in and must prove
// it anew: a session that was left open, or stolen, is good for nothing of the kind.
var ErrProofTooOld = &provider.Error{Code: provider.CodeForbidden, Kind: "proof", Message: "Prove again who you are, then go on."}

// errSomebodyElse answers whoever proved to be another user than the one who has to
// prove themselves again.
var errSomebodyElse = provider.ErrWrongPassword

// Fresh reports whether a session's proof is new and whole enough for dangerous acts: it was
// given within five minutes, and no remembered browser stood in for a part of it.
//
// Errors: ErrProofTooOld.
func (s *Sessions) Fresh(live *Live) error {
	if live.Spared || live.Principal.AuthTime.Add(freshFor) <= s.Store.Now() {
		return ErrProofTooOld
	}
	return nil
}

// checkFixed refuses everybody but the user who has to prove themselves again.
func (s *state) checkFixed() error {
	if s.Fixed != "" && s.UserID != "" && s.UserID != s.Fixed {
		return errSomebodyElse
	}
	return nil
}

// Again reports whether the attempt is of somebody who is signed in and proves it
// anew. Its name cannot be changed.
func (a *Attempt) Again() bool { return a.state.Fixed != "" }

// KnownAs is the name that whoever has signed in knows the account by.
func (a *Attempt) KnownAs() string { return a.state.Known }

// UpstreamOnly reports whether the attempt takes no password: the person signs in at
// another provider.
func (a *Attempt) UpstreamOnly() bool { return a.state.NoPassword }

// Return is the page of the pool that the attempt leads to, where no app waits for
// it; empty where one does.
func (a *Attempt) Return() string { return a.state.Return }

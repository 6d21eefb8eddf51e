package signin

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/factor"
)

// Device is what a browser keeps of a device after a sign-in: Token, in the place of
// Was where that is not empty, for as long as Life.
type Device struct {
	Was, Token string
	Life       time.Duration
}

// keepsDevices reports whether a pool knows its users' browsers.
func (f *Flow) keepsDevices(pool *provider.Pool) bool {
	return f.Factors != nil && pool.Settings.Devices.Remember != ""
}

// spared reports whether a remembered browser stands in for the second factor. It
// adds nothing to what was proven: the trail names the device, and amr stays as it is.
// Who must prove themselves again is not spared.
func (f *Flow) spared(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (bool, error) {
	if !f.keepsDevices(pool) || !pool.Settings.Devices.SkipSecond || a.state.Fixed != "" || len(f.secondFactors(pool, a, u)) == 0 {
		return false, nil // the last: a factor that the pool takes no more is given, and replaced
	}
	d, err := f.Factors.KnownDevice(ctx, pool.ID, u.ID, a.state.Devices)
	if err != nil || d == nil || !d.Spares(f.Store.Now()) || d.LastUsedAt < u.ValidAfter {
		return false, err
	}
	a.state.Spared = d.ID
	return true, nil
}

// provenTwice reports whether a second factor was given in this attempt.
func (s *state) provenTwice() bool { return slices.Contains(s.AMR, "mfa") }

// rememberGate asks whether this browser shall be remembered, where the pool leaves
// that to its users: once a second factor was given, since that is what it saves.
func (f *Flow) rememberGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	s := pool.Settings.Devices
	if !f.keepsDevices(pool) || s.Remember != "ask" || !s.SkipSecond || a.state.Asked || a.state.Fixed != "" || !a.state.provenTwice() {
		return move{}, nil
	}
	d, err := f.Factors.KnownDevice(ctx, pool.ID, u.ID, a.state.Devices)
	if err != nil || d != nil && d.Remembered {
		return move{}, err
	}
	return move{next: StepRemember}, nil
}

// remember is StepRemember: yes, or not now.
func (f *Flow) remember(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	if given.Remember == given.Skip {
		return outcome{}, provider.Invalid("remember", "Choose one of the two.")
	}
	a.state.Asked, a.state.Remember = true, given.Remember
	return outcome{user: u}, nil
}

// keepDevice writes down the browser that a sign-in ends in, in the transaction that
// ends it; nil where the pool keeps none.
func (f *Flow) keepDevice(ctx context.Context, pool *provider.Pool, a *Attempt, token string) (*factor.Kept, error) {
	if !f.keepsDevices(pool) {
		return nil, nil
	}
	kept, err := f.Factors.KeepDevice(ctx, pool, factor.Use{
		UserID: a.state.UserID, Tokens: a.state.Devices, At: a.state.At,
		Proven: a.state.provenTwice(), Wanted: a.state.Remember, Spared: a.state.Spared,
	}, token)
	if errors.Is(err, provider.ErrDeviceNotFound) {
		// It was forgotten, or used by another sign-in, since it stood in for the second
		// factor.
		return nil, provider.ErrAttemptNotFound.With(err)
	}
	return kept, err
}

// showsDevices takes what a browser keeps of devices, as far as it can be that.
func (s *state) showsDevices(tokens []string) {
	for _, t := range tokens[:min(len(tokens), maxShown)] {
		if tokenForm(t) {
			s.Devices = append(s.Devices, t)
		}
	}
}

// maxShown is how many device tokens of a browser are looked at: a few people share
// one, and each has a token of their own.
const maxShown = 5

func deviceToken(kept *factor.Kept, pool *provider.Pool) *Device {
	if kept == nil || kept.Token == "" {
		return nil
	}
	return &Device{Was: kept.Was, Token: kept.Token, Life: pool.Settings.Devices.Known()}
}

package factor

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
)

// mostDevices is how many browsers of one user are known. Whoever clears their
// cookies all day makes a new one with each sign-in.
const mostDevices = 100

// The actions that this file writes to the audit trail.
const (
	ActionDeviceAdded     = "user.device_added"
	ActionDeviceForgotten = "user.device_forgotten"
	ActionDeviceChanged   = "user.device_changed"
)

// KnownDevice answers the user's device that keeps one of the tokens that a browser
// showed; nil for none. A token is good for nobody but the user it was made for.
func (f *Factors) KnownDevice(ctx context.Context, pool, userID string, tokens []string) (*provider.Device, error) {
	d, err := f.Store.Pool(pool).DeviceByToken(ctx, userID, hashes(tokens))
	if errors.Is(err, provider.ErrDeviceNotFound) || err == nil && d.ExpiresAt <= f.Store.Now() {
		return nil, nil
	}
	return d, err
}

func hashes(tokens []string) [][]byte {
	out := make([][]byte, len(tokens))
	for i, t := range tokens {
		out[i] = secret.Hash(t)
	}
	return out
}

// Use is a sign-in that ends in a browser.
type Use struct {
	UserID string
	Tokens []string      // what the browser showed
	At     provider.Time // when the first proof was read: what ends later ends the device's trust too
	Proven bool          // a second factor was given in it
	Wanted bool          // the user asked to have it remembered
	Spared string        // the device that stood in for the second factor; empty for none
}

// Kept is a device after a use. Token takes the place of Was in the browser's
// cookie; Was is empty for a device that was not known, and Token where the cookie
// stays as it is.
type Kept struct{ ID, Was, Token string }

// KeepDevice writes a use down, in the transaction that ctx carries, which may run
// again: the token is the caller's, from secret.Token. A device that was not known is
// added, and its user is told if they had others.
//
// Errors: provider.ErrDeviceNotFound when the device that stood in for a second
// factor does so no more.
func (f *Factors) KeepDevice(ctx context.Context, pool *provider.Pool, u Use, token string) (*Kept, error) {
	rows, now, from := f.Store.Pool(pool.ID), f.Store.Now(), provider.ActorFrom(ctx)
	settings := pool.Settings.Devices
	known, err := f.KnownDevice(ctx, pool.ID, u.UserID, u.Tokens)
	if err != nil {
		return nil, err
	}
	if u.Spared != "" && (known == nil || known.ID != u.Spared || !known.Spares(now)) {
		return nil, provider.ErrDeviceNotFound
	}
	d := &provider.Device{UserID: u.UserID}
	if known != nil {
		*d = *known
	}
	d.TokenHash, d.LastUsedAt, d.ExpiresAt = secret.Hash(token), u.At, now.Add(settings.Known())
	d.Address, d.UserAgent = from.Address, clip(from.UserAgent, 400)
	d.Remembered = d.Remembered || u.Wanted || settings.Remember == "always"
	if u.Proven && d.Remembered {
		d.RememberedUntil = now.Add(settings.Life())
	}
	if known == nil {
		return f.addDevice(ctx, pool, d, token)
	}
	kept := &Kept{ID: d.ID, Token: token}
	for _, t := range u.Tokens {
		if secret.EqualHash(known.TokenHash, t) {
			kept.Was = t
		}
	}
	err = rows.UseDevice(ctx, d, known.TokenHash)
	if errors.Is(err, provider.ErrDeviceNotFound) && u.Spared == "" {
		return &Kept{ID: d.ID}, nil // another sign-in of the same browser was quicker, and has its cookie
	}
	return kept, err
}

// addDevice adds a browser that was not known, and tells its user if they had
// others: the first one is theirs.
func (f *Factors) addDevice(ctx context.Context, pool *provider.Pool, d *provider.Device, token string) (*Kept, error) {
	rows := f.Store.Pool(pool.ID)
	others, err := rows.Devices(ctx, d.UserID, "", 1)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7() // in time's order, so that the newest come first in a list
	if err != nil {
		return nil, err
	}
	region, _, _ := strings.Cut(pool.ID, "_")
	d.ID, d.CreatedAt, d.Name = region+"_"+id.String(), f.Store.Now(), deviceName(d.UserAgent)
	if err := rows.AddDevice(ctx, d, mostDevices); err != nil {
		return nil, err
	}
	err = f.Audit.Record(ctx, pool.ID, ActionDeviceAdded, audit.Success, target(d.UserID), map[string]string{"device": d.ID})
	if err != nil || len(others) == 0 {
		return &Kept{ID: d.ID, Token: token}, err
	}
	u, err := rows.User(ctx, d.UserID)
	if err != nil {
		return nil, err
	}
	return &Kept{ID: d.ID, Token: token}, f.Post.Tell(ctx, pool, u, message.NewDevice)
}

// deviceName is what a device is called: Firefox on Linux.
func deviceName(userAgent string) string {
	a := provider.AgentOf(userAgent)
	if a.Browser == "" || a.System == "" {
		return a.Browser + a.System
	}
	return a.Browser + " on " + a.System
}

// Devices lists a user's devices, newest first: at most limit behind the one that
// before names.
func (f *Factors) Devices(ctx context.Context, pool, userID, before string, limit int) ([]provider.Device, error) {
	return f.Store.Pool(pool).Devices(ctx, userID, before, limit)
}

// Device answers one device of a user.
//
// Errors: provider.ErrDeviceNotFound.
func (f *Factors) Device(ctx context.Context, pool, userID, id string) (*provider.Device, error) {
	return f.Store.Pool(pool).Device(ctx, userID, id)
}

// ForgetDevice forgets a device of a user: it must give a second factor again and
// counts as new. The sessions that were begun in it end, and what apps were given in
// them.
//
// Errors: provider.ErrDeviceNotFound, also for another user's.
func (f *Factors) ForgetDevice(ctx context.Context, pool, userID, id string) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.Store.Pool(pool).DeleteDevice(ctx, userID, id); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool, ActionDeviceForgotten, audit.Success, target(userID), map[string]string{"device": id})
	})
}

// RememberDevice says whether a device of a user is remembered. One that is begins to
// be spared after a second factor was given in it, and not before.
//
// Errors: provider.ErrDeviceNotFound, also for another user's.
func (f *Factors) RememberDevice(ctx context.Context, pool, userID, id string, remember bool) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.Store.Pool(pool).RememberDevice(ctx, userID, id, remember); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool, ActionDeviceChanged, audit.Success, target(userID),
			map[string]string{"device": id, "remembered": strconv.FormatBool(remember)})
	})
}

// clip cuts s to at most n bytes that a database takes as text.
func clip(s string, n int) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s[:min(len(s), n)], ""), "\x00", "")
}

package factor

import (
	"context"
	"errors"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
)

// Preference turns one of a user's second factors on or off, and makes it the one
// that is asked for first, or no longer. Nil leaves things as they are.
type Preference struct {
	Factor    provider.Factor
	Enabled   *bool
	Preferred *bool
}

// SetPreferences turns a user's second factors on or off. A factor can be turned on
// only once there is something to prove it with; turned off, that stays.
//
// Errors: provider.ErrUserNotFound; provider.CodeInvalid for a factor that the user
// cannot use, and where two are preferred or one that is off.
func (f *Factors) SetPreferences(ctx context.Context, pool *provider.Pool, userID string, wishes []Preference) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		// The user's row is locked, so that what is looked at holds.
		u, err := f.prefer(ctx, pool, userID, func(m provider.MFAPreference) provider.MFAPreference { return m })
		if err != nil {
			return err
		}
		for _, w := range wishes {
			if w.Enabled == nil || *w.Enabled == u.MFA.Has(w.Factor) {
				continue
			}
			if err := f.turn(ctx, pool, u, w.Factor, *w.Enabled); err != nil {
				return err
			}
		}
		return f.setPreferred(ctx, pool, userID, wishes)
	})
}

// SetOwnPreferences is SetPreferences as the user wishes.
//
// Errors: those of SetPreferences; ErrLastFactor.
func (f *Factors) SetOwnPreferences(ctx context.Context, pool *provider.Pool, userID string, wishes []Preference) error {
	return f.keepingOne(ctx, pool, userID, func(ctx context.Context) error { return f.SetPreferences(ctx, pool, userID, wishes) })
}

// RemoveOwn turns a second factor of a user off, as they wish. An authenticator app's
// secret goes with it.
//
// Errors: ErrLastFactor, provider.ErrFactorNotFound, provider.ErrUserNotFound.
func (f *Factors) RemoveOwn(ctx context.Context, pool *provider.Pool, userID string, factor provider.Factor) error {
	return f.keepingOne(ctx, pool, userID, func(ctx context.Context) error {
		if factor == provider.FactorTOTP {
			return f.RemoveTOTP(ctx, pool, userID)
		}
		off := false
		return f.SetPreferences(ctx, pool, userID, []Preference{{Factor: factor, Enabled: &off}})
	})
}

// keepingOne refuses a change by which a user would have no second factor left where
// the pool demands one. The user's row is locked first: of two changes at once, the
// later sees what the first has left.
func (f *Factors) keepingOne(ctx context.Context, pool *provider.Pool, userID string, change func(context.Context) error) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		before, err := f.prefer(ctx, pool, userID, func(m provider.MFAPreference) provider.MFAPreference { return m })
		if err != nil {
			return err
		}
		if err := change(ctx); err != nil {
			return err
		}
		after, err := f.Store.Pool(pool.ID).User(ctx, userID)
		if err == nil && bare(pool, after.MFA) && !bare(pool, before.MFA) {
			err = ErrLastFactor
		}
		return err
	})
}

// bare reports whether a user whose second factors these are has none where the pool
// demands one.
func bare(pool *provider.Pool, has provider.MFAPreference) bool {
	second := pool.Settings.Second()
	return pool.Settings.MFA == "ON" && !slices.ContainsFunc(has.Enabled, func(g provider.Factor) bool { return slices.Contains(second, g) })
}

func (f *Factors) turn(ctx context.Context, pool *provider.Pool, u *provider.User, factor provider.Factor, on bool) error {
	if !on {
		return f.Removed(ctx, pool, u.ID, factor)
	}
	can, err := f.able(ctx, pool, u, factor)
	if err != nil {
		return err
	}
	if !can {
		return provider.Invalid("", "%s cannot be turned on: %s", factor, missing(u, factor))
	}
	return f.Added(ctx, pool, u.ID, factor)
}

// able reports whether a user has what a second factor needs.
func (f *Factors) able(ctx context.Context, pool *provider.Pool, u *provider.User, factor provider.Factor) (bool, error) {
	switch factor {
	case provider.FactorTOTP:
		t, err := f.Store.Pool(pool.ID).TOTP(ctx, u.ID)
		if errors.Is(err, provider.ErrFactorNotFound) {
			return false, nil
		}
		return err == nil && t.SealedSecret != nil, err
	case provider.FactorPasskey:
		return f.Store.Pool(pool.ID).HasPasskey(ctx, u.ID)
	case provider.FactorSMS:
		return proved(u, provider.BySMS), nil
	case provider.FactorEmail:
		return proved(u, provider.ByEmail), nil
	}
	return false, nil
}

// missing says what a user lacks for a second factor.
func missing(u *provider.User, factor provider.Factor) string {
	switch factor {
	case provider.FactorTOTP:
		return "the user has set up no authenticator app."
	case provider.FactorPasskey:
		return "the user has no passkey."
	}
	by := provider.ByEmail
	if factor == provider.FactorSMS {
		by = provider.BySMS
	}
	if u.Attributes[by.Attribute()] == "" {
		return "the user has no " + by.Attribute() + "."
	}
	return "the user's " + by.Attribute() + " is not verified."
}

// proved reports whether a user's address on a channel is verified.
func proved(u *provider.User, by provider.Channel) bool {
	return u.Attributes[by.Attribute()] != "" && u.Attributes[by.Attribute()+"_verified"] == "true"
}

func (f *Factors) setPreferred(ctx context.Context, pool *provider.Pool, userID string, wishes []Preference) error {
	var first []provider.Factor
	var dropped []provider.Factor
	for _, w := range wishes {
		switch {
		case w.Preferred == nil:
		case *w.Preferred:
			first = append(first, w.Factor)
		default:
			dropped = append(dropped, w.Factor)
		}
	}
	if len(first) > 1 {
		return provider.Invalid("", "Only one second factor can be preferred.")
	}
	if len(first) == 0 && len(dropped) == 0 {
		return nil
	}
	u, err := f.prefer(ctx, pool, userID, func(m provider.MFAPreference) provider.MFAPreference {
		if slices.Contains(dropped, m.Preferred) {
			m.Preferred = ""
		}
		if len(first) == 1 {
			m.Preferred = first[0]
		}
		return m
	})
	if err != nil {
		return err
	}
	if len(first) == 1 && !u.MFA.Has(first[0]) {
		return provider.Invalid("", "%s is not on for the user, so it cannot be preferred.", first[0])
	}
	return f.Audit.Record(ctx, pool.ID, ActionPrefer, audit.Success, target(userID), map[string]string{"preferred": string(u.MFA.Preferred)})
}

// Configured lists what a user can prove themselves with, in Cognito's words for
// first factors: what is set up, whether or not the pool takes it now.
func (f *Factors) Configured(ctx context.Context, pool *provider.Pool, u *provider.User) ([]string, error) {
	var out []string
	login, err := f.Store.Pool(pool.ID).LoginByID(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if login.Password.Hash != "" {
		out = append(out, "PASSWORD")
	}
	for _, way := range []struct {
		factor provider.Factor
		word   string
	}{
		{provider.FactorEmail, "EMAIL_OTP"}, {provider.FactorSMS, "SMS_OTP"}, {provider.FactorPasskey, "WEB_AUTHN"}, {provider.FactorTOTP, "SOFTWARE_TOKEN"},
	} {
		can, err := f.able(ctx, pool, u, way.factor)
		if err != nil {
			return nil, err
		}
		if can {
			out = append(out, way.word)
		}
	}
	return out, nil
}

// Reset takes every second factor, recovery code and remembered browser away from a
// user who has lost them, ends whatever they are signed in to, and tells them.
//
// Errors: provider.ErrUserNotFound.
func (f *Factors) Reset(ctx context.Context, pool *provider.Pool, userID string) error {
	rows := f.Store.Pool(pool.ID)
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		// Identities come first, as wherever sessions end: the same order of rows for all.
		if f.EndCredentials != nil {
			if err := f.EndCredentials(ctx, pool.ID, userID); err != nil {
				return err
			}
		}
		if err := rows.EndUserSessions(ctx, userID, "second factors reset by an operator"); err != nil {
			return err
		}
		u, err := f.prefer(ctx, pool, userID, func(provider.MFAPreference) provider.MFAPreference { return provider.MFAPreference{} })
		if err != nil {
			return err
		}
		if err := rows.DeleteFactors(ctx, userID); err != nil {
			return err
		}
		if err := f.Audit.Record(ctx, pool.ID, ActionReset, audit.Success, target(userID), nil); err != nil {
			return err
		}
		return f.Post.Tell(ctx, pool, u, message.FactorsReset)
	})
}

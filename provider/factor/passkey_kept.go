package factor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
)

// challengeLife is how long a person who is signed in has to add a passkey. The
// browser is told less.
const challengeLife = 10 * time.Minute

// The actions that the audit trail tells of passkeys.
const (
	ActionPasskeyAdded   = "user.passkey_added"
	ActionPasskeyRenamed = "user.passkey_renamed"
	ActionPasskeyRemoved = "user.passkey_removed"
	ActionPasskeySuspect = "user.passkey_suspect"
)

// ErrLastFactor refuses to take away the only second factor where one is required.
var ErrLastFactor = &provider.Error{Code: provider.CodeConflict, Kind: "last factor",
	Message: "This is your only second factor, and one is required. Set up another one first, then remove it."}

// ListPasskeys lists a user's passkeys, the oldest first.
func (f *Factors) ListPasskeys(ctx context.Context, pool *provider.Pool, userID string) ([]provider.Passkey, error) {
	return f.Store.Pool(pool.ID).Passkeys(ctx, userID)
}

// BeginPasskey begins to add a passkey for a user who is signed in, and returns the
// options for the browser. What the answer must match is kept for ten minutes; the
// user's last one is forgotten.
//
// Errors: those of AskNewPasskey.
func (f *Factors) BeginPasskey(ctx context.Context, pool *provider.Pool, u *provider.User) (json.RawMessage, error) {
	q, err := f.AskNewPasskey(ctx, pool, u)
	if err != nil {
		return nil, err
	}
	session, err := json.Marshal(q.Session)
	if err != nil {
		return nil, fmt.Errorf("passkey session: %w", err)
	}
	err = f.Store.Pool(pool.ID).PutPasskeyChallenge(ctx, u.ID, string(session), f.Store.Now().Add(challengeLife))
	return q.Options, err
}

// FinishPasskey adds the passkey that answers BeginPasskey, as AnswerPasskey takes it.
//
// Errors: those of AnswerPasskey and AddPasskey.
func (f *Factors) FinishPasskey(ctx context.Context, pool *provider.Pool, u *provider.User, credential, name string) (*provider.Passkey, error) {
	k, err := f.AnswerPasskey(ctx, pool, u, credential, name)
	if err != nil {
		return nil, err
	}
	return k, f.AddPasskey(ctx, pool, k)
}

// AnswerPasskey proves the answer to BeginPasskey. An empty name takes the
// authenticator's. Right or wrong, the answer is the only one, so it joins no
// transaction that could take that back. AddPasskey stores what it returns.
//
// Errors: those of ProveNewPasskey.
func (f *Factors) AnswerPasskey(ctx context.Context, pool *provider.Pool, u *provider.User, credential, name string) (*provider.Passkey, error) {
	session, err := f.Store.Pool(pool.ID).TakePasskeyChallenge(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	if session == "" {
		return nil, ErrPasskeyChallenge
	}
	var q Question
	if err := json.Unmarshal([]byte(session), &q.Session); err != nil {
		return nil, fmt.Errorf("read passkey session: %w", err)
	}
	return f.ProveNewPasskey(ctx, pool, u, &q, credential, name)
}

// AddPasskey stores a passkey that was proven, in the transaction that ctx carries
// or in one of its own, and tells its user. The first is a second factor from then
// on.
//
// Errors: ErrPasskeyLimit, provider.ErrPasskeyExists, provider.ErrUserNotFound.
func (f *Factors) AddPasskey(ctx context.Context, pool *provider.Pool, k *provider.Passkey) error {
	rows := f.Store.Pool(pool.ID)
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		// The user's row is locked first, so that the limit holds for two at once.
		u, err := f.prefer(ctx, pool, k.UserID, func(m provider.MFAPreference) provider.MFAPreference { return m })
		if err != nil {
			return err
		}
		keys, err := rows.Passkeys(ctx, k.UserID)
		if err != nil {
			return err
		}
		if len(keys) >= MaxPasskeys {
			return ErrPasskeyLimit
		}
		k.Name = distinct(k.Name, keys)
		if err := rows.AddPasskey(ctx, k); err != nil {
			return err
		}
		if err := f.note(ctx, pool, ActionPasskeyAdded, k); err != nil {
			return err
		}
		if len(keys) == 0 {
			return f.Added(ctx, pool, u.ID, provider.FactorPasskey)
		}
		return f.Post.Tell(ctx, pool, u, message.FactorAdded(provider.FactorPasskey))
	})
}

// RenamePasskey gives a user's passkey another name.
//
// Errors: provider.ErrPasskeyNotFound, provider.CodeInvalid.
func (f *Factors) RenamePasskey(ctx context.Context, pool *provider.Pool, userID, id, name string) error {
	name, err := passkeyName(name)
	if err != nil {
		return err
	}
	if name == "" {
		return provider.Invalid("name", "Give the passkey a name.")
	}
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f.Store.Pool(pool.ID).RenamePasskey(ctx, userID, id, name); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool.ID, ActionPasskeyRenamed, audit.Success, "user/"+userID, map[string]string{"passkey": id})
	})
}

// RemovePasskey removes a user's passkey, as they wish.
//
// Errors: provider.ErrPasskeyNotFound, ErrLastFactor.
func (f *Factors) RemovePasskey(ctx context.Context, pool *provider.Pool, userID, id string) error {
	err := f.keepingOne(ctx, pool, userID, func(ctx context.Context) error { return f.TakePasskey(ctx, pool, userID, id) })
	if errors.Is(err, provider.ErrUserNotFound) {
		return provider.ErrPasskeyNotFound
	}
	return err
}

// TakePasskey removes a user's passkey, as an operator wishes: the last second
// factor too, for somebody who has lost it. They set up another at their next
// sign-in.
//
// Errors: provider.ErrPasskeyNotFound.
func (f *Factors) TakePasskey(ctx context.Context, pool *provider.Pool, userID, id string) error {
	rows := f.Store.Pool(pool.ID)
	err := f.Store.Tx(ctx, func(ctx context.Context) error {
		u, err := f.prefer(ctx, pool, userID, func(m provider.MFAPreference) provider.MFAPreference { return m })
		if err != nil {
			return err
		}
		keys, err := rows.Passkeys(ctx, userID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(keys, func(k provider.Passkey) bool { return k.ID == id })
		if i < 0 {
			return provider.ErrPasskeyNotFound
		}
		last := len(keys) == 1 && u.MFA.Has(provider.FactorPasskey)
		if err := rows.RemovePasskey(ctx, userID, id); err != nil {
			return err
		}
		if err := f.note(ctx, pool, ActionPasskeyRemoved, &keys[i]); err != nil {
			return err
		}
		if last {
			return f.Removed(ctx, pool, userID, provider.FactorPasskey)
		}
		return f.Post.Tell(ctx, pool, u, message.FactorRemoved(provider.FactorPasskey))
	})
	if errors.Is(err, provider.ErrUserNotFound) {
		return provider.ErrPasskeyNotFound
	}
	return err
}

// UsePasskey writes down that a passkey was used, in the transaction that ctx
// carries.
//
// Errors: ErrWrongPasskey when it is gone by now, or another use of it was faster.
func (f *Factors) UsePasskey(ctx context.Context, used *Used) error {
	err := f.Store.Pool(used.Key.PoolID).UsePasskey(ctx, &used.Key)
	if errors.Is(err, provider.ErrPasskeyNotFound) {
		return ErrWrongPasskey.With(errors.New("the passkey was used or removed meanwhile"))
	}
	return err
}

// suspect marks a passkey whose counter went backwards (WebAuthn Level 3 section
// 6.1.1): somebody may have a copy of it. The user is told once.
func (f *Factors) suspect(ctx context.Context, pool *provider.Pool, u *provider.User, k *provider.Passkey) error {
	return f.Store.Tx(ctx, func(ctx context.Context) error {
		marked, err := f.Store.Pool(pool.ID).SuspectPasskey(ctx, u.ID, k.ID)
		if err != nil || !marked {
			return err
		}
		if err := f.note(ctx, pool, ActionPasskeySuspect, k); err != nil {
			return err
		}
		return f.Post.Tell(ctx, pool, u, message.PasskeySuspect)
	})
}

// note writes the trail of what happened to one passkey.
func (f *Factors) note(ctx context.Context, pool *provider.Pool, action string, k *provider.Passkey) error {
	return f.Audit.Record(ctx, pool.ID, action, audit.Success, target(k.UserID), map[string]string{"passkey": k.ID, "name": k.Name, "aaguid": k.AAGUID})
}

// PasskeySignals is what a browser may be told about a user's passkeys, so that it
// no longer offers those that are gone, and shows the right name with the others
// (WebAuthn Level 3 section 5.1.10).
type PasskeySignals struct {
	*protocol.SignalAllAcceptedCredentials
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
}

// Signals makes them from the user's passkeys.
func (f *Factors) Signals(pool *provider.Pool, u *provider.User, keys []provider.Passkey) PasskeySignals {
	h := holder{u, keys}
	return PasskeySignals{protocol.NewSignalAllAcceptedCredentials(f.RelyingPartyID(pool), h), h.WebAuthnName(), h.WebAuthnDisplayName()}
}

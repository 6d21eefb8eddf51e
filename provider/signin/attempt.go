package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

// attemptLife is how long a sign-in may take from its first page.
const attemptLife = 15 * time.Minute

// Attempt is a sign-in under way, as a door sees it.
type Attempt struct {
	ID              string
	Step            Step
	AuthorizationID string // what waits for it at package oauth; may be empty
	ClientID        string // may be empty
	Username        string // what was typed, or hinted at first

	pool   string
	state  state
	sealed []byte // the state as it was read
}

// state is what an attempt remembers between steps. It is sealed in the store.
type state struct {
	ClientID string          `json:"client,omitempty"`
	Reveal   bool            `json:"reveal,omitempty"` // the client wants to be told of unknown users
	Typed    string          `json:"typed,omitempty"`
	UserID   string          `json:"user,omitempty"` // set by a first factor that was proven
	Username string          `json:"username,omitempty"`
	AMR      []string        `json:"amr,omitempty"`
	Provider string          `json:"provider,omitempty"`
	At       provider.Time   `json:"at,omitempty"`    // when what proved them first was read: all that ends later ends their session too
	First    provider.Factor `json:"first,omitempty"` // what proved them first
	// Proven is the password hash that was proven. All that follows holds only while
	// it is still the user's.
	Proven string `json:"proven,omitempty"`
	// Change is why that password must be changed; empty where it need not be.
	Change ChangeReason `json:"change,omitempty"`
	// Second: a second factor was proven, or is not needed.
	Second bool `json:"second,omitempty"`
	// Outdated: what proved them second is a factor that the pool takes no more.
	Outdated      bool              `json:"outdated,omitempty"`
	Method        provider.Factor   `json:"method,omitempty"`
	Choices       []provider.Factor `json:"choices,omitempty"`
	Challenge     json.RawMessage   `json:"challenge,omitempty"` // what Method's answer must match
	Sent          sentTo            `json:"sent,omitzero"`       // stays when the person tries another way and comes back
	RecoveryCodes []string          `json:"recovery_codes,omitempty"`
	Devices       []string          `json:"devices,omitempty"`  // what the browser keeps of devices, anybody's
	Spared        string            `json:"spared,omitempty"`   // the device that stands in for the second factor
	Asked         bool              `json:"asked,omitempty"`    // whether to remember the browser was asked
	Remember      bool              `json:"remember,omitempty"` // and the answer was yes
	Passkey       json.RawMessage   `json:"passkey,omitempty"`  // what a passkey in place of a name must answer
	Nudged        bool              `json:"nudged,omitempty"`   // a passkey was offered
	// Custom is how far the pool's own questions have come; nil where the client has none.
	Custom *customSteps `json:"custom,omitempty"`
	Return string       `json:"return,omitempty"` // the page of the pool to go on to, where no app waits
	Fixed  string       `json:"fixed,omitempty"`  // the only user who may pass: they prove themselves again
	Known  string       `json:"known,omitempty"`  // the name that the user knows the account by, once they are known
	// NoPassword: the client offers upstream providers alone.
	NoPassword bool `json:"no_password,omitempty"`
	// Newcomer is the account that waits at StepConfirm.
	Newcomer *newcomer `json:"newcomer,omitempty"`
	Notice   Notice    `json:"notice,omitempty"`
	// Link: what an upstream says is tied to a user who is signed in; nobody signs in.
	Link *link `json:"link,omitempty"`
	// Upstream is what an upstream provider's answer must match.
	Upstream *handover `json:"upstream,omitempty"`
}

// proves notes who it is, by a first factor that was read at that time.
func (s *state) proves(u *provider.User, by provider.Factor, at provider.Time, amr ...string) {
	s.unproves()
	s.Newcomer, s.Notice = nil, ""
	s.UserID, s.Username, s.First, s.At = u.ID, u.Username, by, at
	if s.Fixed == "" {
		s.Known = u.KnownAs()
	}
	s.addAMR(amr...)
}

// unproves forgets what was proved, and all that came of it: nothing of it may count
// for whoever proves something next.
func (s *state) unproves() {
	s.UserID, s.Username, s.First, s.At, s.AMR, s.Provider = "", "", "", 0, nil, ""
	s.Second, s.Outdated, s.Proven, s.Change = false, false, "", ""
	s.ask("", nil)
	s.Sent = sentTo{}
	s.RecoveryCodes, s.Nudged = nil, false
	s.Spared, s.Asked, s.Remember = "", false, false
	if s.Custom != nil {
		s.Custom = &customSteps{}
	}
}

// ask notes which second factor is asked for, of which choices. What the one before
// had asked is void.
func (s *state) ask(method provider.Factor, choices []provider.Factor) {
	s.Method, s.Choices, s.Challenge = method, choices, nil
}

// addAMR notes further methods (RFC 8176), each once.
func (s *state) addAMR(methods ...string) {
	for _, m := range methods {
		if !slices.Contains(s.AMR, m) {
			s.AMR = append(s.AMR, m)
		}
	}
}

// detail is what the audit trail keeps of an attempt.
func (s *state) detail(reason string) map[string]string {
	d := map[string]string{}
	for k, v := range map[string]string{"client": s.ClientID, "provider": s.Provider, "reason": reason, "amr": strings.Join(s.AMR, " "), "spared_by": s.Spared} {
		if v != "" {
			d[k] = v
		}
	}
	return d
}

// Start is what an attempt begins with.
type Start struct {
	Binding         string           // the browser's binding secret
	Client          *provider.Client // the app that asks; nil for none
	AuthorizationID string           // what waits at package oauth; may be empty
	Hint            string           // login_hint (OpenID Connect Core 1.0 section 3.1.2.1)
	Devices         []string         // what the browser keeps of devices
	Return          string           // the page of the pool to go on to, where no app waits; below its path
	Link            *Live            // who is signed in and wants to sign in at an upstream too
	Again           *provider.User   // who is signed in and must prove it anew; nobody else passes
}

// Begin starts an attempt at its first step and binds it to the browser.
func (f *Flow) Begin(ctx context.Context, pool *provider.Pool, s Start) (*Attempt, error) {
	a := &Attempt{ID: secret.Token(), Step: f.door(pool), AuthorizationID: s.AuthorizationID, pool: pool.ID}
	a.state.showsDevices(s.Devices)
	a.state.Return = s.Return
	life := attemptLife
	if s.Client != nil {
		a.ClientID, a.state.ClientID = s.Client.ID, s.Client.ID
		a.state.Reveal = s.Client.Settings.RevealUnknownUsers
		if a.state.NoPassword = !offersLocal(s.Client); a.state.NoPassword {
			a.Step = StepPassword // whose page shows the providers
		}
		if wantsCustom(s.Client) {
			a.state.Custom = &customSteps{}
		}
		if m := s.Client.Settings.AuthSessionMinutes; m > 0 {
			life = time.Duration(m) * time.Minute
		}
	}
	if checkName(s.Hint) == nil {
		a.Username, a.state.Typed = s.Hint, s.Hint
	}
	if u := s.Again; u != nil {
		a.state.Fixed, a.state.Known, a.state.Typed, a.Username = u.ID, u.KnownAs(), u.Username, u.KnownAs()
		a.state.NoPassword = u.Status == provider.UserExternalProvider
	}
	if l := s.Link; l != nil {
		a.state.Link = &link{User: l.User.ID, Session: l.Principal.SessionID}
	}
	if err := f.askPasskey(ctx, pool, a); err != nil {
		return nil, err
	}
	sealed, err := f.seal(a)
	if err != nil {
		return nil, err
	}
	now := f.Store.Now()
	err = f.Store.Pool(pool.ID).AddAttempt(ctx, &provider.Attempt{
		ID: a.ID, BrowserHash: secret.Hash(s.Binding), Step: string(a.Step), State: sealed,
		AuthorizationID: s.AuthorizationID, CreatedAt: now, ExpiresAt: now.Add(life),
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Attempt returns the attempt for the browser that began it. An attempt that is
// over, was never, or belongs to another browser is provider.ErrAttemptNotFound,
// all alike.
func (f *Flow) Attempt(ctx context.Context, pool *provider.Pool, id, binding string) (*Attempt, error) {
	if !tokenForm(id) || binding == "" {
		return nil, provider.ErrAttemptNotFound
	}
	row, err := f.Store.Pool(pool.ID).Attempt(ctx, id)
	if err != nil {
		return nil, err
	}
	if row.ExpiresAt <= f.Store.Now() || !secret.EqualHash(row.BrowserHash, binding) {
		return nil, provider.ErrAttemptNotFound
	}
	plain, err := f.Sealer.Open(attemptRow(pool.ID, id), row.State)
	if errors.Is(err, secret.ErrUnknownKey) {
		// The master key that sealed it was taken away: the person starts again.
		return nil, provider.ErrAttemptNotFound.With(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open attempt: %w", err)
	}
	a := &Attempt{ID: id, Step: Step(row.Step), AuthorizationID: row.AuthorizationID, pool: pool.ID, sealed: row.State}
	if err := json.Unmarshal(plain, &a.state); err != nil {
		return nil, fmt.Errorf("read attempt: %w", err)
	}
	a.ClientID, a.Username = a.state.ClientID, a.state.Typed
	if a.state.Fixed != "" {
		a.Username = a.state.Known
	}
	return a, nil
}

// move stores an attempt's new step and state, if it still stands at step from.
func (f *Flow) move(ctx context.Context, a *Attempt, from Step) error {
	return f.moveFrom(ctx, a, from, nil)
}

// moveFrom is move, unless another request has changed the state too since it was
// sealed so; nil does not look.
func (f *Flow) moveFrom(ctx context.Context, a *Attempt, from Step, was []byte) error {
	sealed, err := f.seal(a)
	if err != nil {
		return err
	}
	return f.Store.Pool(a.pool).MoveAttempt(ctx, &provider.Attempt{ID: a.ID, Step: string(a.Step), State: sealed}, string(from), was)
}

func (f *Flow) seal(a *Attempt) ([]byte, error) {
	plain, err := json.Marshal(a.state)
	if err != nil {
		return nil, fmt.Errorf("write attempt: %w", err)
	}
	return f.Sealer.Seal(attemptRow(a.pool, a.ID), plain), nil
}

func attemptRow(pool, id string) secret.Row {
	return secret.Row{Table: "attempts", Tenant: pool, ID: id, Column: "state"}
}

// tokenForm reports whether s can be an id that secret.Token made.
func tokenForm(s string) bool {
	if len(s) != 43 {
		return false
	}
	for i := range len(s) {
		switch b := s[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '_':
		default:
			return false
		}
	}
	return true
}

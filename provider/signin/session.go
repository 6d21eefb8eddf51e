package signin

import (
	"context"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// touchEvery is how stale a session's end of rest may grow before a read moves
// it: a write for every page would cost more than it tells.
const touchEvery = 5 * time.Minute

// Sessions are the browsers' single sign-on sessions. They are never cached:
// what is revoked or disabled ends at the next read, on every node.
type Sessions struct {
	Store *store.Store
	Audit *audit.Log
}

// Live is a session that holds, with its user.
type Live struct {
	Principal provider.Principal
	User      provider.User
	Device    string // the browser it was begun in, where devices are kept; else empty
	Spared    bool   // a remembered browser stood in for the second factor
}

// Read returns whose session an opaque id is, in one read. A session that has
// ended in any way is provider.ErrSessionNotFound. Any other error says nothing
// about the session: answer it as a fault, never as signed out.
func (s *Sessions) Read(ctx context.Context, pool *provider.Pool, id string) (*Live, error) {
	return s.read(ctx, pool, id, true)
}

// Peek is Read for what a page asks by itself, again and again: it is no use of the
// session, which ends when nobody uses it.
func (s *Sessions) Peek(ctx context.Context, pool *provider.Pool, id string) (*Live, error) {
	return s.read(ctx, pool, id, false)
}

func (s *Sessions) read(ctx context.Context, pool *provider.Pool, id string, used bool) (*Live, error) {
	if !tokenForm(id) {
		return nil, provider.ErrSessionNotFound
	}
	rows := s.Store.Pool(pool.ID)
	row, err := rows.Session(ctx, secret.Hash(id))
	if err != nil {
		return nil, err
	}
	now := s.Store.Now()
	if row.RevokedAt != 0 || row.ExpiresAt <= now || row.IdleUntil <= now ||
		!row.User.Enabled || row.AuthTime < row.User.ValidAfter {
		return nil, provider.ErrSessionNotFound
	}
	until := min(now.Add(pool.Settings.Session.Idle()), row.ExpiresAt)
	if used && row.IdleUntil.Add(touchEvery) <= until {
		if err := rows.TouchSession(ctx, row.IDHash, until); err != nil {
			return nil, err
		}
	}
	live := &Live{Principal: *principalOf(&row.Session), User: row.User, Device: row.Device, Spared: row.Spared}
	live.Principal.Username = row.User.Username
	return live, nil
}

// End revokes the session behind an opaque id and returns whose it was. Ending
// what has ended is no error; then the user is "".
func (s *Sessions) End(ctx context.Context, pool *provider.Pool, id string) (userID string, err error) {
	live, err := s.Read(ctx, pool, id)
	if provider.CodeOf(err) == provider.CodeNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	userID = live.User.ID
	return userID, s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.Store.Pool(pool.ID).RevokeSession(ctx, secret.Hash(id)); err != nil {
			return err
		}
		return s.Audit.Record(ctx, pool.ID, "session.end", audit.Success, "user/"+userID, nil)
	})
}

// begin makes a session for who has proven themselves, and its opaque id. It dates
// from before the first proof was read: a proof takes a while, and who is signed out
// everywhere meanwhile must not come in by it.
func (s *Sessions) begin(ctx context.Context, pool *provider.Pool, st *state) (*provider.Session, string) {
	id, now, from := secret.Token(), s.Store.Now(), provider.ActorFrom(ctx)
	end := now.Add(pool.Settings.Session.Absolute())
	return &provider.Session{
		PoolID: pool.ID, IDHash: secret.Hash(id), UserID: st.UserID, AuthTime: st.At, AMR: st.AMR, Provider: st.Provider,
		Address: from.Address, UserAgent: clip(from.UserAgent, 400),
		Spared:    st.Spared != "",
		CreatedAt: now, IdleUntil: min(now.Add(pool.Settings.Session.Idle()), end), ExpiresAt: end,
	}, id
}

func principalOf(s *provider.Session) *provider.Principal {
	return &provider.Principal{
		PoolID: s.PoolID, UserID: s.UserID, SessionID: s.Name(),
		AuthTime: s.AuthTime, AMR: s.AMR, Provider: s.Provider,
	}
}

package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
)

// JobLocked is the kind of the job that tells somebody that failures hold them back.
const JobLocked = "locked"

// noticeKept is how long it is remembered that somebody was told: failures that go on
// for longer are told of once more.
const noticeKept = 7 * 24 * time.Hour

// locked is somebody to be told.
type locked struct {
	User  string         `json:"user"` // nobody's, for a name that leads nowhere
	Key   string         `json:"key"`
	Since provider.Time  `json:"since"`
	Actor provider.Actor `json:"actor"` // who failed last
}

// TellLocked has a user told that too many failures hold them back: once from the first
// failure until all are forgotten, or for a week. userID is empty for a name that leads
// nowhere, and costs the same: whether there is anybody to tell, a job finds out.
func (d *Directory) TellLocked(ctx context.Context, pool, userID string, lock risk.Lockout) error {
	if userID == "" {
		userID = uuid.NewString()
	}
	plain, err := json.Marshal(locked{userID, lock.Key, lock.Since, provider.ActorFrom(ctx)})
	if err != nil {
		return fmt.Errorf("notice of a lock-out: %w", err)
	}
	key := uuid.NewString()
	return d.Store.All().Enqueue(ctx, provider.Job{PoolID: pool, Kind: JobLocked, DedupeKey: key, Payload: d.Sealer.Seal(wantedRow(pool, key), plain)})
}

// SendLocked is the handler of JobLocked.
func (d *Directory) SendLocked(ctx context.Context, j provider.Job) error {
	plain, err := d.Sealer.Open(wantedRow(j.PoolID, j.DedupeKey), j.Payload)
	if errors.Is(err, secret.ErrUnknownKey) {
		return nil // its master key was taken away; the news is old
	}
	if err != nil {
		return fmt.Errorf("open notice of a lock-out: %w", err)
	}
	var l locked
	if err := json.Unmarshal(plain, &l); err != nil {
		return fmt.Errorf("read notice of a lock-out: %w", err)
	}
	p, err := d.Pool(ctx, j.PoolID)
	var u *provider.User
	if err == nil {
		u, err = d.Store.Pool(j.PoolID).User(ctx, l.User)
	}
	switch {
	case provider.CodeOf(err) == provider.CodeNotFound:
		return nil
	case err != nil:
		return err
	case !u.Enabled, u.Status == provider.UserUnconfirmed, u.Status == provider.UserExternalProvider:
		return nil // nobody can sign in to it, or nothing was proved of the address
	}
	if p.Settings.SMS.ProofOfWork {
		p = withoutTexts(p) // no stranger has worked for it
	}
	ctx = provider.WithActor(ctx, l.Actor)
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		first, err := d.Store.Pool(p.ID).TakeQuota(ctx, "told:"+l.Key, l.Since, d.Store.Now().Add(noticeKept), 1)
		if err != nil || first == 0 {
			return err
		}
		return d.Post.Tell(ctx, p, u, message.AccountLocked)
	})
}

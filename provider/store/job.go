package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
)

// Enqueue adds a job in the transaction that ctx carries, so that it exists
// exactly if the rest does. A waiting job of the same pool, kind and DedupeKey
// makes it do nothing. RunAt zero means now.
func (a *All) Enqueue(ctx context.Context, j provider.Job) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	now := a.s.Now()
	if j.RunAt == 0 {
		j.RunAt = now
	}
	return a.s.Tx(ctx, func(ctx context.Context) error {
		return a.s.db(ctx).Exec("insert into jobs (id, pool, kind, dedupe_key, payload, run_at, created_at) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
			id.String(), j.PoolID, j.Kind, j.DedupeKey, j.Payload, j.RunAt, now).Error
	})
}

// LeaseJobs takes up to limit due jobs of the given kinds for owner. A job whose
// lease ran out, because its worker died, is taken again.
func (a *All) LeaseJobs(ctx context.Context, owner string, kinds []string, limit int, lease time.Duration) ([]provider.Job, error) {
	now := a.s.Now()
	var due []provider.Job
	err := a.s.db(ctx).Where("done_at = 0 and run_at <= ? and lease_until < ? and kind in ?", now, now, kinds).
		Order("run_at").Limit(limit).Find(&due).Error
	if err != nil || len(due) == 0 {
		return nil, translate(err)
	}
	var mine []provider.Job
	err = a.s.Tx(ctx, func(ctx context.Context) error {
		mine = mine[:0]
		for _, j := range due {
			r := a.s.db(ctx).Exec("update jobs set lease_owner = ?, lease_until = ?, attempts = attempts + 1 "+
				"where id = ? and done_at = 0 and lease_until < ? and attempts = ?",
				owner, now.Add(lease), j.ID, now, j.Attempts)
			if r.Error != nil {
				return r.Error
			}
			if r.RowsAffected == 1 {
				j.Attempts++
				j.LeaseOwner = owner
				mine = append(mine, j)
			}
		}
		return nil
	})
	return mine, err
}

// FinishJob marks a leased job done.
func (a *All) FinishJob(ctx context.Context, owner, id string) error {
	return a.s.Tx(ctx, func(ctx context.Context) error {
		return a.s.db(ctx).Exec("update jobs set done_at = ?, lease_owner = '' where id = ? and lease_owner = ?", a.s.Now(), id, owner).Error
	})
}

// EndJob is FinishJob with what is to be told of it, in one transaction. Nothing is told
// by a worker whose lease ran out and that no longer holds the job.
func (a *All) EndJob(ctx context.Context, j provider.Job, tell func(context.Context) error) error {
	return a.s.Tx(ctx, func(ctx context.Context) error {
		r := a.s.db(ctx).Exec("update jobs set done_at = ?, lease_owner = '' where id = ? and lease_owner = ?", a.s.Now(), j.ID, j.LeaseOwner)
		if r.Error != nil || r.RowsAffected == 0 {
			return r.Error
		}
		return tell(ctx)
	})
}

// FailJob gives a leased job back, to run again at the given time. Only the head
// of the error is kept.
func (a *All) FailJob(ctx context.Context, owner, id string, cause error, again provider.Time) error {
	text := fmt.Sprint(cause)
	// An error may quote anything, and the cut may fall into a character.
	text = strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), 500)], ""), "\x00", "")
	return a.s.Tx(ctx, func(ctx context.Context) error {
		return a.s.db(ctx).Exec("update jobs set run_at = ?, lease_until = 0, lease_owner = '', last_error = ? where id = ? and lease_owner = ?",
			again, text, id, owner).Error
	})
}

package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// AddAttempt stores a new sign-in attempt.
func (p *Pool) AddAttempt(ctx context.Context, a *provider.Attempt) error {
	a.PoolID = p.ID
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Create(a).Error)
	})
}

// Attempt returns a sign-in attempt, expired ones too until they are cleaned up.
// The error is provider.ErrAttemptNotFound.
func (p *Pool) Attempt(ctx context.Context, id string) (*provider.Attempt, error) {
	var a provider.Attempt
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&a).Error; err != nil {
		return nil, found(err, provider.ErrAttemptNotFound)
	}
	return &a, nil
}

// MoveAttempt stores the attempt's next step and state if it still stands at step
// from, and its state is still was unless that is nil; provider.ErrAttemptNotFound
// when another request has moved it.
func (p *Pool) MoveAttempt(ctx context.Context, a *provider.Attempt, from string, was []byte) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		q, args := "update attempts set step = ?, state = ? where pool = ? and id = ? and step = ?", []any{a.Step, a.State, p.ID, a.ID, from}
		if was != nil {
			q, args = q+" and state = ?", append(args, was)
		}
		return one(db.Exec(q, args...), provider.ErrAttemptNotFound)
	})
}

// EndAttempt removes an attempt that stands at step; provider.ErrAttemptNotFound
// when another request has moved or ended it, so that one attempt signs in once.
func (p *Pool) EndAttempt(ctx context.Context, id, step string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("delete from attempts where pool = ? and id = ? and step = ?", p.ID, id, step)
		return one(r, provider.ErrAttemptNotFound)
	})
}

// one is the error of a guarded write: what the database said, or lost when the
// guard held it back.
func one(r *gorm.DB, lost *provider.Error) error {
	if r.Error != nil {
		return translate(r.Error)
	}
	if r.RowsAffected == 0 {
		return lost
	}
	return nil
}

package store

import (
	"context"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
)

// AddEvent appends to the audit trail of its tenant, in the transaction that ctx
// carries. It fills ID and At.
func (s *Store) AddEvent(ctx context.Context, e *provider.Event) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	e.ID, e.At = id.String(), s.Now()
	if e.Detail == nil { // a nil map would be stored as NULL
		e.Detail = map[string]string{}
	}
	return s.Tx(ctx, func(ctx context.Context) error {
		return translate(s.db(ctx).Create(e).Error)
	})
}

// Events lists a tenant's audit trail, newest first: at most limit entries that
// are older than the entry before names (all when empty), of one target when it
// is not empty.
func (s *Store) Events(ctx context.Context, tenant, target, before string, limit int) ([]provider.Event, error) {
	q := s.db(ctx).Where("pool = ?", tenant)
	if target != "" {
		q = q.Where("target = ?", target)
	}
	if before != "" {
		q = q.Where("id < ?", before)
	}
	var out []provider.Event
	err := q.Order("id desc").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// EventsOf is Events of one target, and of some actions alone.
func (s *Store) EventsOf(ctx context.Context, tenant, target string, actions []string, before string, limit int) ([]provider.Event, error) {
	q := s.db(ctx).Where("pool = ? and target = ? and action in ?", tenant, target, actions)
	if before != "" {
		q = q.Where("id < ?", before)
	}
	var out []provider.Event
	err := q.Order("id desc").Limit(limit).Find(&out).Error
	return out, translate(err)
}

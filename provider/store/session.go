package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// SessionUser is a session with its user, as one read finds them.
type SessionUser struct {
	provider.Session
	User provider.User
}

// AddSession stores a new session.
func (p *Pool) AddSession(ctx context.Context, s *provider.Session) error {
	s.PoolID = p.ID
	if s.AMR == nil {
		s.AMR = []string{}
	}
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Create(s).Error)
	})
}

// Session returns the session and its user, whatever state they are in, in one
// indexed read. The error is provider.ErrSessionNotFound.
func (p *Pool) Session(ctx context.Context, idHash []byte) (*SessionUser, error) {
	var row struct {
		provider.Session
		Username   string
		Status     provider.UserStatus
		Enabled    bool
		Attributes map[string]string      `gorm:"serializer:json"`
		MFA        provider.MFAPreference `gorm:"serializer:json"`
		ValidAfter provider.Time
		Since      provider.Time
		Updated    provider.Time
	}
	err := p.s.db(ctx).Table("sessions s").
		Select("s.*, u.username, u.status, u.enabled, u.attributes, u.mfa, u.valid_after, u.created_at as since, u.updated_at as updated").
		Joins("join users u on u.pool = s.pool and u.id = s.user_id").
		Where("s.pool = ? and s.id_hash = ?", p.ID, idHash).Take(&row).Error
	if err != nil {
		return nil, found(err, provider.ErrSessionNotFound)
	}
	return &SessionUser{Session: row.Session, User: provider.User{
		PoolID: p.ID, ID: row.UserID, Username: row.Username, Status: row.Status, Enabled: row.Enabled,
		Attributes: row.Attributes, MFA: row.MFA, ValidAfter: row.ValidAfter, CreatedAt: row.Since, UpdatedAt: row.Updated,
	}}, nil
}

// Sessions lists a user's sessions, newest first.
func (p *Pool) Sessions(ctx context.Context, userID string) ([]provider.Session, error) {
	var out []provider.Session
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, userID).
		Order("created_at desc, id_hash").Find(&out).Error
	return out, translate(err)
}

// TouchSession moves the end of the session's rest.
func (p *Pool) TouchSession(ctx context.Context, idHash []byte, idleUntil provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update sessions set idle_until = ? where pool = ? and id_hash = ? and revoked_at = 0",
			idleUntil, p.ID, idHash).Error)
	})
}

// RevokeSession ends one session. Ending what has ended, or never was, is no error.
func (p *Pool) RevokeSession(ctx context.Context, idHash []byte) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update sessions set revoked_at = ? where pool = ? and id_hash = ? and revoked_at = 0",
			p.s.Now(), p.ID, idHash).Error)
	})
}

// EndSession ends one session of a user, and what apps were given in it. The error
// is provider.ErrSessionNotFound when there is no such session that has not ended.
func (p *Pool) EndSession(ctx context.Context, userID string, idHash []byte, reason string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("update sessions set revoked_at = ? where pool = ? and user_id = ? and id_hash = ? and revoked_at = 0",
			p.s.Now(), p.ID, userID, idHash)
		if err := one(r, provider.ErrSessionNotFound); err != nil {
			return err
		}
		return p.endGrants(db, userID, reason, "session_hash = ?", idHash)
	})
}

// endDeviceSessions ends the sessions that were begun in a device, and what apps
// were given in them.
func (p *Pool) endDeviceSessions(db *gorm.DB, userID, device, reason string) error {
	err := p.endGrants(db, userID, reason,
		"session_hash in (select id_hash from sessions where pool = ? and user_id = ? and device = ?)", p.ID, userID, device)
	if err != nil {
		return err
	}
	return translate(db.Exec("update sessions set revoked_at = ? where pool = ? and user_id = ? and device = ? and revoked_at = 0",
		p.s.Now(), p.ID, userID, device).Error)
}

// endGrants revokes those of a user's grants that a condition picks.
func (p *Pool) endGrants(db *gorm.DB, userID, reason, where string, args ...any) error {
	return translate(db.Exec("update grants set revoked_at = ?, revoked_reason = ? where pool = ? and user_id = ? and revoked_at = 0 and "+where,
		append([]any{p.s.Now(), reason, p.ID, userID}, args...)...).Error)
}

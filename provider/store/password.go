package store

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// Login is a user with the password hash that proves it, as one read finds them.
// Password.Hash is empty for a user without a password.
type Login struct {
	User     provider.User
	Password provider.Password
}

// LoginByName returns whom a folded name leads to. The error is
// provider.ErrUserNotFound.
func (p *Pool) LoginByName(ctx context.Context, nameKey string) (*Login, error) {
	return p.login(p.s.db(ctx).Table("user_names n").
		Joins("join users u on u.pool = n.pool and u.id = n.user_id").
		Where("n.pool = ? and n.name_key = ?", p.ID, nameKey))
}

// LoginByID is LoginByName for a user who is known already.
func (p *Pool) LoginByID(ctx context.Context, userID string) (*Login, error) {
	return p.login(p.s.db(ctx).Table("users u").Where("u.pool = ? and u.id = ?", p.ID, userID))
}

func (p *Pool) login(q *gorm.DB) (*Login, error) {
	var row struct {
		provider.User
		Hash      string
		Temporary bool
		ExpiresAt provider.Time
		Chosen    provider.Time
	}
	err := q.Select("u.*, coalesce(w.hash, '') as hash, coalesce(w.temporary, false) as temporary, coalesce(w.expires_at, 0) as expires_at, coalesce(w.updated_at, 0) as chosen").
		Joins("left join passwords w on w.pool = u.pool and w.user_id = u.id").Take(&row).Error
	if err != nil {
		return nil, found(err, provider.ErrUserNotFound)
	}
	return &Login{User: row.User, Password: provider.Password{
		PoolID: p.ID, UserID: row.ID, Hash: row.Hash, Temporary: row.Temporary, ExpiresAt: row.ExpiresAt, UpdatedAt: row.Chosen,
	}}, nil
}

// SetPassword stores a user's password hash in place of the one before. No browser
// is spared a second factor after it.
func (p *Pool) SetPassword(ctx context.Context, w *provider.Password) error {
	w.PoolID, w.UpdatedAt = p.ID, p.s.Now()
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		err := db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "user_id"}},
			DoUpdates: clause.AssignmentColumns([]string{"hash", "temporary", "expires_at", "updated_at"}),
		}).Create(w).Error
		if err != nil {
			return translate(err)
		}
		return p.DistrustDevices(ctx, w.UserID, "")
	})
}

// RetirePassword keeps the hash that a user has as a former one, of which it keeps the
// newest; none where newest is 0. It belongs into the transaction that sets another
// password, before that is set.
func (p *Pool) RetirePassword(ctx context.Context, userID string, newest int) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		if newest <= 0 {
			return translate(db.Exec("delete from password_history where pool = ? and user_id = ?", p.ID, userID).Error)
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		// Two who change one password at once wait for each other here, so that neither
		// new one is forgotten.
		hold := ""
		if p.s.driver == "postgres" {
			hold = " for update"
		}
		r := db.Exec(`insert into password_history (pool, user_id, id, hash, created_at)
			select pool, user_id, cast(? as text), hash, cast(? as bigint) from passwords where pool = ? and user_id = ?`+hold,
			id.String(), p.s.Now(), p.ID, userID)
		if r.Error != nil {
			return translate(r.Error)
		}
		return translate(db.Exec(`delete from password_history where pool = ? and user_id = ? and id not in (
			select id from password_history where pool = ? and user_id = ? order by created_at desc, id desc limit ?)`,
			p.ID, userID, p.ID, userID, newest).Error)
	})
}

// FormerPasswords lists the hashes that a user had before, the newest first, at most
// limit.
func (p *Pool) FormerPasswords(ctx context.Context, userID string, limit int) ([]provider.FormerPassword, error) {
	var out []provider.FormerPassword
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, userID).Order("created_at desc, id desc").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// RemovePassword leaves a user without a password. There may be none.
func (p *Pool) RemovePassword(ctx context.Context, userID string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("delete from passwords where pool = ? and user_id = ?", p.ID, userID).Error)
	})
}

// HoldPassword says whether a hash is still the user's and keeps it so until the
// transaction that ctx carries ends: whoever sets another password then finds, and
// ends, the session that this one began. provider.ErrAttemptNotFound when it is not.
func (p *Pool) HoldPassword(ctx context.Context, userID, hash string) error {
	q := "select count(*) from (select 1 from passwords where pool = ? and user_id = ? and hash = ?"
	if p.s.driver == "postgres" {
		q += " for share"
	}
	var n int64
	if err := p.s.db(ctx).Raw(q+") held", p.ID, userID, hash).Scan(&n).Error; err != nil {
		return translate(err)
	}
	if n == 0 {
		return provider.ErrAttemptNotFound
	}
	return nil
}

// RehashPassword replaces a hash by another of the same password, unless the
// password was changed in between.
func (p *Pool) RehashPassword(ctx context.Context, userID, old, hash string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update passwords set hash = ? where pool = ? and user_id = ? and hash = ?",
			hash, p.ID, userID, old).Error)
	})
}

// ReplacePassword stores the hash of a new password if the old one is still the
// user's, and confirms a user whose status was why they had to choose one. provider.ErrAttemptNotFound when
// it was changed in between.
func (p *Pool) ReplacePassword(ctx context.Context, userID, old, hash string, was provider.UserStatus) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		now := p.s.Now()
		r := db.Exec(`update passwords set hash = ?, temporary = false, expires_at = 0, updated_at = ?
			where pool = ? and user_id = ? and hash = ?`, hash, now, p.ID, userID, old)
		if err := one(r, provider.ErrAttemptNotFound); err != nil {
			return err
		}
		if err := p.DistrustDevices(ctx, userID, ""); err != nil {
			return err
		}
		return translate(db.Exec("update users set status = ?, updated_at = ? where pool = ? and id = ? and status = ?",
			provider.UserConfirmed, now, p.ID, userID, was).Error)
	})
}

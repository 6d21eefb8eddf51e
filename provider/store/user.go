package store

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// User reads a user by id.
//
// Errors: provider.ErrUserNotFound.
func (p *Pool) User(ctx context.Context, id string) (*provider.User, error) {
	var out provider.User
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrUserNotFound)
	}
	return &out, nil
}

// UserByName reads the user that a folded name leads to.
//
// Errors: provider.ErrUserNotFound.
func (p *Pool) UserByName(ctx context.Context, key string) (*provider.User, error) {
	var out provider.User
	err := p.s.db(ctx).Select("users.*").
		Joins("join user_names n on n.pool = users.pool and n.user_id = users.id").
		Where("n.pool = ? and n.name_key = ?", p.ID, key).Take(&out).Error
	if err != nil {
		return nil, found(err, provider.ErrUserNotFound)
	}
	return &out, nil
}

// CreateUser adds a user and the names that lead to them. It fills owner and
// times.
//
// Errors: provider.ErrUserExists, provider.ErrAliasExists when a name is taken.
func (p *Pool) CreateUser(ctx context.Context, u *provider.User, names []provider.UserName) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		u.PoolID, u.CreatedAt = p.ID, p.s.Now()
		u.UpdatedAt = u.CreatedAt
		if u.Attributes == nil { // a nil map would be stored as NULL
			u.Attributes = map[string]string{}
		}
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(u)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrUserExists
		}
		if err := p.addNames(db, u.ID, names); err != nil {
			return err
		}
		return p.writeTerms(db, u.ID, nil, termsOf(u))
	})
}

func (p *Pool) addNames(db *gorm.DB, user string, names []provider.UserName) error {
	for _, n := range names {
		taken, err := p.subOfAnother(db, user, n.Key)
		if err != nil {
			return err
		}
		n.PoolID, n.UserID = p.ID, user
		if !taken {
			r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&n)
			if r.Error != nil {
				return translate(r.Error)
			}
			taken = r.RowsAffected == 0
		}
		switch {
		case taken && n.Kind == "username":
			return provider.ErrUserExists
		case taken:
			return provider.ErrAliasExists
		}
	}
	return nil
}

// subOfAnother reports whether a name is the sub of somebody else. Users are looked up
// by both, so whoever took a sub as a name would be taken for its owner. Subs are random:
// nobody can take one before it is given out.
func (p *Pool) subOfAnother(db *gorm.DB, user, key string) (bool, error) {
	if key == user || uuid.Validate(key) != nil {
		return false, nil
	}
	var n int64
	err := db.Model(&provider.User{}).Where("pool = ? and id = ?", p.ID, key).Count(&n).Error
	return n > 0, translate(err)
}

// ChangeUser lets f alter a user while the row is locked, then writes it. When f
// returns names, they replace those that lead to the user; nil leaves them. When f
// changes the second factors, no browser is spared them any more.
//
// Errors: provider.ErrUserNotFound, provider.ErrAliasExists, and what f returns.
func (p *Pool) ChangeUser(ctx context.Context, id string, f func(*provider.User) ([]provider.UserName, error)) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		var row provider.User
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("pool = ? and id = ?", p.ID, id).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrUserNotFound)
		}
		factors := slices.Clone(row.MFA.Enabled)
		before := termsOf(&row)
		names, err := f(&row)
		if err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.User{}).Where("pool = ? and id = ?", p.ID, id).
			Select("status", "enabled", "attributes", "mfa", "valid_after", "updated_at").Updates(&row).Error
		if err != nil {
			return translate(err)
		}
		if !slices.Equal(factors, row.MFA.Enabled) {
			if err := p.DistrustDevices(ctx, id, ""); err != nil {
				return err
			}
		}
		if err := p.writeTerms(db, id, before, termsOf(&row)); err != nil || names == nil {
			return err
		}
		return p.replaceNames(ctx, db, id, names)
	})
}

// Names lists what leads to a user.
func (p *Pool) Names(ctx context.Context, id string) ([]provider.UserName, error) {
	var out []provider.UserName
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, id).Find(&out).Error
	return out, translate(err)
}

// replaceNames writes what is not as it was.
func (p *Pool) replaceNames(ctx context.Context, db *gorm.DB, user string, names []provider.UserName) error {
	had, err := p.Names(ctx, user)
	if err != nil {
		return err
	}
	without := func(list, other []provider.UserName) []provider.UserName {
		return slices.DeleteFunc(slices.Clone(list), func(n provider.UserName) bool {
			return slices.ContainsFunc(other, func(o provider.UserName) bool { return o.Key == n.Key && o.Kind == n.Kind })
		})
	}
	var gone []string
	for _, n := range without(had, names) {
		gone = append(gone, n.Key)
	}
	if len(gone) > 0 {
		if err := db.Where("pool = ? and user_id = ? and name_key in ?", p.ID, user, gone).Delete(&provider.UserName{}).Error; err != nil {
			return translate(err)
		}
	}
	return p.addNames(db, user, without(names, had))
}

// DeleteUser removes a user with everything that hangs on them: names, password,
// memberships, sessions, grants, consents, upstream logins.
//
// Errors: provider.ErrUserNotFound.
func (p *Pool) DeleteUser(ctx context.Context, id string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and id = ?", p.ID, id).Delete(&provider.User{})
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrUserNotFound
		}
		return nil
	})
}

// EndUserSessions revokes a user's sessions and grants, and moves ValidAfter so
// that nothing from before is taken any more. No browser is spared a second factor
// after it.
//
// Errors: provider.ErrUserNotFound.
func (p *Pool) EndUserSessions(ctx context.Context, id, reason string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		now := p.s.Now()
		r := db.Exec("update users set valid_after = ? where pool = ? and id = ?", now, p.ID, id)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrUserNotFound
		}
		err := db.Exec("update sessions set revoked_at = ? where pool = ? and user_id = ? and revoked_at = 0", now, p.ID, id).Error
		if err != nil {
			return translate(err)
		}
		if err := p.DistrustDevices(ctx, id, ""); err != nil {
			return err
		}
		return translate(db.Exec("update grants set revoked_at = ?, revoked_reason = ? where pool = ? and user_id = ? and revoked_at = 0",
			now, reason, p.ID, id).Error)
	})
}

// EndOtherSessions revokes a user's sessions and grants except one session, named by
// the hex form of its hash, with what was granted from it, and one grant, named by its
// id. keep may be either, or empty for neither.
func (p *Pool) EndOtherSessions(ctx context.Context, id, keep, reason string) error {
	session, _ := hex.DecodeString(keep) // a grant's id may not be one
	if session == nil {
		session = []byte{}
	}
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		now := p.s.Now()
		err := db.Exec("update sessions set revoked_at = ? where pool = ? and user_id = ? and revoked_at = 0 and id_hash <> ?", now, p.ID, id, session).Error
		if err != nil {
			return translate(err)
		}
		return translate(db.Exec(`update grants set revoked_at = ?, revoked_reason = ? where pool = ? and user_id = ? and revoked_at = 0
			and id <> ? and (session_hash is null or session_hash <> ?)`, now, reason, p.ID, id, keep, session).Error)
	})
}

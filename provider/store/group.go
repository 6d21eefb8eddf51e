package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

const groupTable = "user_groups" // groups is a reserved word in some engines

// Group reads one group.
//
// Errors: provider.ErrGroupNotFound.
func (p *Pool) Group(ctx context.Context, name string) (*provider.Group, error) {
	var out provider.Group
	if err := p.s.db(ctx).Table(groupTable).Where("pool = ? and name = ?", p.ID, name).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrGroupNotFound)
	}
	return &out, nil
}

// Groups lists groups by name: at most limit that come behind after.
func (p *Pool) Groups(ctx context.Context, after string, limit int) ([]provider.Group, error) {
	var out []provider.Group
	err := p.s.db(ctx).Table(groupTable).Where("pool = ? and name > ?", p.ID, after).Order("name").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// GroupsOfRole lists at most limit groups, of all user pools, that give the role
// of that ARN.
func (a *All) GroupsOfRole(ctx context.Context, arn string, limit int) ([]provider.Group, error) {
	var out []provider.Group
	err := a.s.db(ctx).Table(groupTable).
		Where("role_arn = ? and exists (select 1 from pools p where p.id = "+groupTable+".pool and p.deleted_at = 0)", arn).
		Order("pool, name").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// CreateGroup adds a group. It fills the owner and the times.
//
// Errors: provider.ErrGroupExists.
func (p *Pool) CreateGroup(ctx context.Context, g *provider.Group) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		g.PoolID, g.CreatedAt = p.ID, p.s.Now()
		g.UpdatedAt = g.CreatedAt
		r := db.Table(groupTable).Clauses(clause.OnConflict{DoNothing: true}).Create(g)
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrGroupExists
		}
		return translate(r.Error)
	})
}

// ChangeGroup lets f alter a group while its row is locked, then writes it.
//
// Errors: provider.ErrGroupNotFound, and what f returns.
func (p *Pool) ChangeGroup(ctx context.Context, name string, f func(*provider.Group) error) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		var row provider.Group
		err := db.Table(groupTable).Clauses(clause.Locking{Strength: "UPDATE"}).Where("pool = ? and name = ?", p.ID, name).Take(&row).Error
		if err != nil {
			return found(err, provider.ErrGroupNotFound)
		}
		if err := f(&row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		return translate(db.Table(groupTable).Where("pool = ? and name = ?", p.ID, name).
			Select("description", "precedence", "role_arn", "updated_at").Updates(&row).Error)
	})
}

// DeleteGroup removes a group and its memberships.
//
// Errors: provider.ErrGroupNotFound.
func (p *Pool) DeleteGroup(ctx context.Context, name string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Table(groupTable).Where("pool = ? and name = ?", p.ID, name).Delete(&provider.Group{})
		if r.Error == nil && r.RowsAffected == 0 {
			return provider.ErrGroupNotFound
		}
		return translate(r.Error)
	})
}

// AddMember puts a user into a group. A user who is in it already stays.
//
// Errors: provider.ErrGroupNotFound, provider.ErrUserNotFound.
func (p *Pool) AddMember(ctx context.Context, group, user string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		// Both rows are held, so neither can go before the membership stands on them.
		var g provider.Group
		err := db.Table(groupTable).Clauses(clause.Locking{Strength: "SHARE"}).Select("name").
			Where("pool = ? and name = ?", p.ID, group).Take(&g).Error
		if err != nil {
			return found(err, provider.ErrGroupNotFound)
		}
		var u provider.User
		err = db.Clauses(clause.Locking{Strength: "SHARE"}).Select("id").Where("pool = ? and id = ?", p.ID, user).Take(&u).Error
		if err != nil {
			return found(err, provider.ErrUserNotFound)
		}
		m := provider.Membership{PoolID: p.ID, UserID: user, Group: group, CreatedAt: p.s.Now()}
		return translate(db.Clauses(clause.OnConflict{DoNothing: true}).Create(&m).Error)
	})
}

// RemoveMember takes a user out of a group, and tells whether they were in it.
func (p *Pool) RemoveMember(ctx context.Context, group, user string) (bool, error) {
	var was bool
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and group_name = ? and user_id = ?", p.ID, group, user).Delete(&provider.Membership{})
		was = r.RowsAffected > 0
		return translate(r.Error)
	})
	return was, err
}

// GroupsOf lists a user's groups, the lowest precedence first, those without one
// last, then by name.
func (p *Pool) GroupsOf(ctx context.Context, user string) ([]provider.Group, error) {
	var out []provider.Group
	err := p.s.db(ctx).Table(groupTable).Select("user_groups.*").
		Joins("join memberships m on m.pool = user_groups.pool and m.group_name = user_groups.name").
		Where("m.pool = ? and m.user_id = ?", p.ID, user).
		Order("case when precedence is null then 1 else 0 end, precedence, name").Find(&out).Error
	return out, translate(err)
}

// Members lists a group's users by id: at most limit that come behind after.
func (p *Pool) Members(ctx context.Context, group, after string, limit int) ([]provider.User, error) {
	var out []provider.User
	members := p.s.db(ctx).Table("memberships").Select("user_id").Where("pool = ? and group_name = ? and user_id > ?", p.ID, group, after)
	// The page is cut before the users are read, else a planner may read them all.
	err := p.s.db(ctx).Table("(?) as m", members.Order("user_id").Limit(limit)).Select("users.*").
		Joins("join users on users.pool = ? and users.id = m.user_id", p.ID).Order("m.user_id").Find(&out).Error
	return out, translate(err)
}

package directory

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

const maxGroups = 100 // of one user; more would not fit a token

// Group answers one group.
//
// Errors: provider.ErrPoolNotFound, provider.ErrGroupNotFound.
func (d *Directory) Group(ctx context.Context, pool, name string) (*provider.Group, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).Group(ctx, name)
}

// Groups lists groups by name: at most limit that come behind after.
//
// Errors: provider.ErrPoolNotFound.
func (d *Directory) Groups(ctx context.Context, pool, after string, limit int) ([]provider.Group, error) {
	if _, err := d.Pool(ctx, pool); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).Groups(ctx, after, limit)
}

// CreateGroup adds a group.
//
// Errors: provider.ErrPoolNotFound, provider.ErrGroupExists.
func (d *Directory) CreateGroup(ctx context.Context, pool string, g *provider.Group) error {
	return d.changeIn(ctx, pool, GroupCreate, groupTarget(g.Name), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).CreateGroup(ctx, g)
	})
}

// ChangeGroup lets f alter a group, and answers what became of it.
//
// Errors: provider.ErrPoolNotFound, provider.ErrGroupNotFound, and what f
// returns.
func (d *Directory) ChangeGroup(ctx context.Context, pool, name string, f func(*provider.Group) error) (*provider.Group, error) {
	var out *provider.Group
	err := d.changeIn(ctx, pool, GroupUpdate, groupTarget(name), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).ChangeGroup(ctx, name, func(g *provider.Group) error {
			out = g
			return f(g)
		})
	})
	return out, err
}

// DeleteGroup removes a group; its users stay.
//
// Errors: provider.ErrPoolNotFound, provider.ErrGroupNotFound.
func (d *Directory) DeleteGroup(ctx context.Context, pool, name string) error {
	return d.changeIn(ctx, pool, GroupDelete, groupTarget(name), nil, func(ctx context.Context, _ *provider.Pool) error {
		return d.Store.Pool(pool).DeleteGroup(ctx, name)
	})
}

// AddToGroup puts a user into a group. It is no error if they are in it.
//
// Errors: provider.ErrUserNotFound, provider.ErrGroupNotFound, provider.CodeLimit.
func (d *Directory) AddToGroup(ctx context.Context, pool, user, group string) error {
	u, err := d.FindUser(ctx, pool, user)
	if err != nil {
		return err
	}
	st := d.Store.Pool(pool)
	return d.change(ctx, pool, GroupAddUser, userTarget(u.ID), map[string]string{"group": group}, func(ctx context.Context) error {
		if err := st.AddMember(ctx, group, u.ID); err != nil {
			return err
		}
		groups, err := st.GroupsOf(ctx, u.ID)
		if err == nil && len(groups) > maxGroups {
			err = &provider.Error{Code: provider.CodeLimit, Kind: "group", Message: "A user is in at most 100 groups."}
		}
		return err
	})
}

// RemoveFromGroup takes a user out of a group. It is no error if they are not in
// it.
//
// Errors: provider.ErrUserNotFound, provider.ErrGroupNotFound.
func (d *Directory) RemoveFromGroup(ctx context.Context, pool, user, group string) error {
	u, err := d.FindUser(ctx, pool, user)
	if err != nil {
		return err
	}
	st := d.Store.Pool(pool)
	return d.change(ctx, pool, GroupRemoveUser, userTarget(u.ID), map[string]string{"group": group}, func(ctx context.Context) error {
		if _, err := st.Group(ctx, group); err != nil {
			return err
		}
		_, err := st.RemoveMember(ctx, group, u.ID)
		return err
	})
}

// GroupsOf lists a user's groups, the lowest precedence first.
//
// Errors: provider.ErrUserNotFound.
func (d *Directory) GroupsOf(ctx context.Context, pool, user string) ([]provider.Group, error) {
	u, err := d.FindUser(ctx, pool, user)
	if err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).GroupsOf(ctx, u.ID)
}

// Members lists a group's users by id: at most limit that come behind after.
//
// Errors: provider.ErrGroupNotFound.
func (d *Directory) Members(ctx context.Context, pool, group, after string, limit int) ([]provider.User, error) {
	if _, err := d.Group(ctx, pool, group); err != nil {
		return nil, err
	}
	return d.Store.Pool(pool).Members(ctx, group, after, limit)
}

func groupTarget(name string) string { return "group/" + name }

package api

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) createGroup(ctx context.Context, in *GroupSettings) (*GroupResponse, error) {
	g := &provider.Group{Name: in.GroupName}
	applyGroup(g, in)
	if err := a.Directory.CreateGroup(ctx, in.UserPoolID, g); err != nil {
		return nil, err
	}
	return wireGroupResponse(g), nil
}

func (a *API) getGroup(ctx context.Context, in *GroupRequest) (*GroupResponse, error) {
	g, err := a.Directory.Group(ctx, in.UserPoolID, in.GroupName)
	if err != nil {
		return nil, err
	}
	return wireGroupResponse(g), nil
}

func (a *API) listGroups(ctx context.Context, in *ListGroupsRequest) (*ListGroupsResponse, error) {
	groups, next, err := page(size(in.Limit), in.NextToken,
		func(after string, n int) ([]provider.Group, error) {
			return a.Directory.Groups(ctx, in.UserPoolID, after, n)
		},
		func(g *provider.Group) string { return g.Name })
	if err != nil {
		return nil, err
	}
	return &ListGroupsResponse{NextToken: next, Groups: each(groups, wireGroup)}, nil
}

func (a *API) updateGroup(ctx context.Context, in *GroupSettings) (*GroupResponse, error) {
	g, err := a.Directory.ChangeGroup(ctx, in.UserPoolID, in.GroupName, func(g *provider.Group) error {
		applyGroup(g, in)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return wireGroupResponse(g), nil
}

func (a *API) deleteGroup(ctx context.Context, in *GroupRequest) error {
	return a.Directory.DeleteGroup(ctx, in.UserPoolID, in.GroupName)
}

func (a *API) listUsersInGroup(ctx context.Context, in *ListUsersInGroupRequest) (*ListUsersInGroupResponse, error) {
	users, next, err := page(size(in.Limit), in.NextToken,
		func(after string, n int) ([]provider.User, error) {
			return a.Directory.Members(ctx, in.UserPoolID, in.GroupName, after, n)
		},
		func(u *provider.User) string { return u.ID })
	if err != nil {
		return nil, err
	}
	return &ListUsersInGroupResponse{NextToken: next, Users: each(users, wireUser)}, nil
}

func (a *API) adminListGroupsForUser(ctx context.Context, in *AdminListGroupsForUserRequest) (*AdminListGroupsForUserResponse, error) {
	all, err := a.Directory.GroupsOf(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	// A user has few groups, so they are read at once and cut here. The key is where a
	// group stands, so that the next page begins right though the group is gone by then.
	slices.SortFunc(all, func(a, b provider.Group) int { return strings.Compare(groupKey(&a), groupKey(&b)) })
	groups, next, err := page(size(in.Limit), in.NextToken,
		func(after string, n int) ([]provider.Group, error) {
			i := slices.IndexFunc(all, func(g provider.Group) bool { return after == "" || groupKey(&g) > after })
			if i < 0 {
				return nil, nil
			}
			return all[i:min(i+n, len(all))], nil
		}, groupKey)
	if err != nil {
		return nil, err
	}
	return &AdminListGroupsForUserResponse{NextToken: next, Groups: each(groups, wireGroup)}, nil
}

// groupKey sorts as a user's groups do: by precedence, those without one last, then
// by name.
func groupKey(g *provider.Group) string {
	precedence := int64(math.MaxInt64)
	if g.Precedence != nil {
		precedence = int64(*g.Precedence)
	}
	return fmt.Sprintf("%019d/%s", precedence, g.Name)
}

func (a *API) adminAddUserToGroup(ctx context.Context, in *MembershipRequest) error {
	return a.Directory.AddToGroup(ctx, in.UserPoolID, in.Username, in.GroupName)
}

func (a *API) adminRemoveUserFromGroup(ctx context.Context, in *MembershipRequest) error {
	return a.Directory.RemoveFromGroup(ctx, in.UserPoolID, in.Username, in.GroupName)
}

func applyGroup(g *provider.Group, in *GroupSettings) {
	g.Description = kept(in.Description, g.Description)
	g.RoleARN = kept(in.RoleARN, g.RoleARN)
	if isTrue(in.RemovePrecedence) {
		g.Precedence = nil
	}
	if in.Precedence != nil {
		precedence := int(*in.Precedence)
		g.Precedence = &precedence
	}
}

func wireGroupResponse(g *provider.Group) *GroupResponse {
	out := wireGroup(g)
	return &GroupResponse{&out}
}

func wireGroup(g *provider.Group) GroupType {
	out := GroupType{GroupName: g.Name, UserPoolID: g.PoolID, Description: g.Description, RoleARN: g.RoleARN,
		CreationDate: Timestamp(g.CreatedAt), LastModifiedDate: Timestamp(g.UpdatedAt)}
	if g.Precedence != nil {
		precedence := int64(*g.Precedence)
		out.Precedence = &precedence
	}
	return out
}

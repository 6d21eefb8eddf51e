package api

import (
	"context"
	"maps"
	"slices"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
)

func (a *API) adminCreateUser(ctx context.Context, in *AdminCreateUserRequest) (*AdminCreateUserResponse, error) {
	var u *provider.User
	var err error
	if in.MessageAction == "RESEND" {
		u, err = a.Directory.Reinvite(ctx, in.UserPoolID, in.Username, in.TemporaryPassword, media(in.DesiredDeliveryMediums))
	} else {
		u, err = a.Directory.CreateUser(ctx, in.UserPoolID, directory.NewUser{
			Username: in.Username, Attributes: attributes(in.UserAttributes), Password: in.TemporaryPassword,
			TakeAlias: in.ForceAliasCreation, Invite: in.MessageAction != "SUPPRESS", InviteBy: media(in.DesiredDeliveryMediums),
		})
	}
	if err != nil {
		return nil, err
	}
	out := wireUser(u)
	return &AdminCreateUserResponse{&out}, nil
}

// media are the channels that a list of DeliveryMediumType names.
func media(in []string) []provider.Channel {
	return each(in, func(word *string) provider.Channel {
		if *word == "SMS" {
			return provider.BySMS
		}
		return provider.ByEmail
	})
}

func (a *API) adminSetUserPassword(ctx context.Context, in *AdminSetUserPasswordRequest) error {
	return a.Directory.SetPassword(ctx, in.UserPoolID, in.Username, in.Password, in.Permanent)
}

func (a *API) adminGetUser(ctx context.Context, in *AdminUserRequest) (*AdminGetUserResponse, error) {
	u, err := a.Directory.FindUser(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	until, err := a.Directory.PasswordUntil(ctx, u)
	if err != nil {
		return nil, err
	}
	w := wireUser(u)
	return &AdminGetUserResponse{
		Username: w.Username, UserAttributes: w.Attributes, Enabled: w.Enabled, UserStatus: w.UserStatus,
		UserCreateDate: w.UserCreateDate, UserLastModifiedDate: w.UserLastModifiedDate,
		PreferredMfaSetting: string(u.MFA.Preferred), UserMFASettingList: factorNames(u.MFA.Enabled),
		TemporaryPasswordEndDate: Timestamp(until),
	}, nil
}

func (a *API) listUsers(ctx context.Context, in *ListUsersRequest) (*ListUsersResponse, error) {
	users, next, err := page(size(in.Limit), in.PaginationToken,
		func(after string, n int) ([]store.ListedUser, error) {
			return a.Directory.Users(ctx, in.UserPoolID, in.Filter, after, n)
		}, userKey)
	if err != nil {
		return nil, err
	}
	out := &ListUsersResponse{PaginationToken: next, Users: each(users, wireListed)}
	if in.AttributesToGet != nil {
		for i := range out.Users {
			out.Users[i].Attributes = slices.DeleteFunc(out.Users[i].Attributes, func(attribute AttributeType) bool {
				return !slices.Contains(in.AttributesToGet, attribute.Name)
			})
		}
	}
	return out, nil
}

func (a *API) searchUsers(ctx context.Context, in *SearchUsersRequest) (*ListUsersResponse, error) {
	users, next, err := page(size(in.Limit), in.PaginationToken,
		func(after string, n int) ([]store.ListedUser, error) {
			return a.Directory.SearchUsers(ctx, in.UserPoolID, in.Text, after, n)
		}, userKey)
	if err != nil {
		return nil, err
	}
	return &ListUsersResponse{PaginationToken: next, Users: each(users, wireListed)}, nil
}

func userKey(u *store.ListedUser) string { return u.Key }

func wireListed(u *store.ListedUser) UserType { return wireUser(&u.User) }

func (a *API) adminDeleteUser(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.DeleteUser(ctx, in.UserPoolID, in.Username)
}

func (a *API) adminDisableUser(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.SetEnabled(ctx, in.UserPoolID, in.Username, false)
}

func (a *API) adminEnableUser(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.SetEnabled(ctx, in.UserPoolID, in.Username, true)
}

func (a *API) adminUserGlobalSignOut(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.SignOut(ctx, in.UserPoolID, in.Username)
}

func (a *API) adminConfirmSignUp(ctx context.Context, in *AdminUserRequest) error {
	return a.Directory.Confirm(ctx, in.UserPoolID, in.Username)
}

func (a *API) adminUpdateUserAttributes(ctx context.Context, in *AdminUpdateUserAttributesRequest) error {
	return a.Directory.UpdateUser(ctx, in.UserPoolID, in.Username, attributes(in.UserAttributes))
}

func (a *API) adminDeleteUserAttributes(ctx context.Context, in *AdminDeleteUserAttributesRequest) error {
	values := map[string]string{}
	for _, name := range in.UserAttributeNames {
		values[name] = ""
	}
	return a.Directory.UpdateUser(ctx, in.UserPoolID, in.Username, values)
}

func attributes(in []AttributeType) map[string]string {
	out := map[string]string{}
	for _, attribute := range in {
		out[attribute.Name] = attribute.Value
	}
	return out
}

func wireUser(u *provider.User) UserType {
	out := UserType{
		Username: u.Username, Enabled: u.Enabled, UserStatus: string(u.Status),
		UserCreateDate: Timestamp(u.CreatedAt), UserLastModifiedDate: Timestamp(u.UpdatedAt),
		Attributes: []AttributeType{{Name: "sub", Value: u.ID}},
	}
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		out.Attributes = append(out.Attributes, AttributeType{Name: name, Value: u.Attributes[name]})
	}
	return out
}

package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

func (a *API) getUser(_ context.Context, who *Self, _ *SelfRequest) (*GetUserResponse, error) {
	preferred, list := mfaSettings(who.User)
	out := &GetUserResponse{
		Username: who.User.Username, PreferredMfaSetting: preferred, UserMFASettingList: list,
		UserAttributes: []AttributeType{{Name: "sub", Value: who.User.ID}},
	}
	told := directory.Readable(who.Pool, who.Client, who.User)
	for _, name := range slices.Sorted(maps.Keys(told)) {
		out.UserAttributes = append(out.UserAttributes, AttributeType{Name: name, Value: told[name]})
	}
	return out, nil
}

// updateUserAttributes keeps an old address until the new one is proved, unless the
// pool replaces addresses at once; the answer says where codes went.
func (a *API) updateUserAttributes(ctx context.Context, who *Self, in *UpdateUserAttributesRequest) (*UpdateUserAttributesResponse, error) {
	sent, err := a.Directory.UpdateOwnAttributes(ctx, who.Pool, who.User, who.Client, attributes(in.UserAttributes))
	if err != nil {
		return nil, ownAttributes(err)
	}
	return &UpdateUserAttributesResponse{CodeDeliveryDetailsList: each(sent, func(d *directory.Delivery) CodeDeliveryDetailsType { return *delivery(*d) })}, nil
}

func (a *API) deleteUserAttributes(ctx context.Context, who *Self, in *DeleteUserAttributesRequest) error {
	values := map[string]string{}
	for _, name := range in.UserAttributeNames {
		values[name] = ""
	}
	_, err := a.Directory.UpdateOwnAttributes(ctx, who.Pool, who.User, who.Client, values)
	return ownAttributes(err)
}

// ownAttributes says all that is wrong with what a user said of themselves.
func ownAttributes(err error) error {
	var wrong directory.AttributeErrors
	if !errors.As(err, &wrong) {
		return err
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		all = append(all, told(wrong[name]))
	}
	return invalidParameter(strings.Join(all, "; "))
}

func (a *API) getUserAttributeVerificationCode(ctx context.Context, who *Self, in *AttributeCodeRequest) (*CodeResponse, error) {
	by, err := channelOf(in.AttributeName)
	if err != nil {
		return nil, err
	}
	sent, err := a.Directory.RequestVerification(ctx, who.Pool, who.User, by)
	if err != nil {
		return nil, err
	}
	return &CodeResponse{delivery(*sent)}, nil
}

func (a *API) verifyUserAttribute(ctx context.Context, who *Self, in *VerifyUserAttributeRequest) error {
	by, err := channelOf(in.AttributeName)
	if err != nil {
		return err
	}
	_, err = a.Directory.Verify(ctx, who.Pool, who.User, by, in.Code)
	return err
}

func channelOf(attribute string) (provider.Channel, error) {
	for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
		if by.Attribute() == attribute {
			return by, nil
		}
	}
	return "", invalidParameter("AttributeName: only email and phone_number are proved by a code.")
}

func (a *API) deleteUser(ctx context.Context, who *Self, _ *SelfRequest) error {
	return a.Directory.DeleteOwn(ctx, who.Pool.ID, who.User.ID)
}

func (a *API) globalSignOut(ctx context.Context, who *Self, _ *SelfRequest) error {
	return a.Directory.SignOutOwn(ctx, who.User)
}

// changePassword ends all else that the user is signed in to, and keeps the token that
// asks for it.
func (a *API) changePassword(ctx context.Context, who *Self, in *ChangePasswordRequest) error {
	return a.Directory.ChangePassword(ctx, who.Pool, who.User.ID, in.PreviousPassword, in.ProposedPassword, who.Grant)
}

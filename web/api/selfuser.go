package api

import (
	"context"
	"maps"
	"slices"

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

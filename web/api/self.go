package api

import (
	"context"
	"errors"
	"reflect"

	"github.com/cognate-idp/cognate/provider"
)

// Self is a user who calls for themselves, as they and their token are now.
type Self struct {
	Pool   *provider.Pool
	User   *provider.User
	Client *provider.Client // whose token it is; its permissions bound what they see and set
	Grant  string           // the id of the grant behind the token
}

type selfKey struct{}

// asSelf finds out who calls by the AccessToken of the input.
func (d *door) asSelf(ctx context.Context, in any) (context.Context, error) {
	access := reflect.ValueOf(in).Elem().FieldByName("AccessToken").String()
	if access == "" {
		return nil, invalidParameter("AccessToken: it is required. Who has not signed in yet cannot call this.")
	}
	who, err := d.Self(ctx, access)
	if err != nil {
		return nil, selfError(err)
	}
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", who.User.ID
	return context.WithValue(provider.WithActor(ctx, actor), selfKey{}, who), nil
}

// selfError puts a missing scope into Cognito's words.
func selfError(err error) error {
	var e *provider.Error
	if errors.As(err, &e) && e.Code == provider.CodeForbidden && e.Kind == "scope" {
		return exception("NotAuthorizedException", "Access Token does not have required scopes")
	}
	return err
}

// bySelf is an operation that users call for themselves; audit is empty for one that
// changes nothing.
func bySelf[In, Out any](name, audit string, h func(context.Context, *Self, *In) (*Out, error)) Operation {
	o := change(UserPools, name, "", audit, func(ctx context.Context, in *In) (*Out, error) {
		who, err := selfFrom(ctx)
		if err != nil {
			return nil, err
		}
		return h(ctx, who, in)
	})
	o.Self = true
	return o
}

// silentlyBySelf is bySelf with an empty answer.
func silentlyBySelf[In any](name, audit string, h func(context.Context, *Self, *In) error) Operation {
	o := silent(UserPools, name, "", audit, func(ctx context.Context, in *In) error {
		who, err := selfFrom(ctx)
		if err != nil {
			return err
		}
		return h(ctx, who, in)
	})
	o.Self = true
	return o
}

func selfFrom(ctx context.Context) (*Self, error) {
	who, ok := ctx.Value(selfKey{}).(*Self)
	if !ok {
		return nil, errors.New("no user in the context of an operation that users call")
	}
	return who, nil
}

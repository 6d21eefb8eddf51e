package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
)

// AttributeErrors is what is wrong with several attributes, by their names.
type AttributeErrors map[string]*provider.Error

// Error tells the first, by name.
func (e AttributeErrors) Error() string {
	if len(e) == 0 {
		return "attributes"
	}
	return e.Unwrap()[0].Error()
}

// Unwrap gives each error, by name.
func (e AttributeErrors) Unwrap() []error {
	var out []error
	for _, name := range slices.Sorted(maps.Keys(e)) {
		out = append(out, e[name])
	}
	return out
}

// WithOwn is a user with what they said of themselves through a client, checked
// against the pool's schema and the client's permissions. The user given stays as
// it is.
//
// Errors: AttributeErrors, each of provider.CodeInvalid.
func WithOwn(p *provider.Pool, c *provider.Client, u *provider.User, values map[string]string) (*provider.User, error) {
	out := *u
	out.Attributes = maps.Clone(u.Attributes)
	wrong := AttributeErrors{}
	for name, value := range values {
		var err error
		if MayWrite(p, c, name) {
			err = setAttributes(p, &out, map[string]string{name: value}, false)
		} else {
			err = provider.Invalid(name, "The attribute cannot be set here.")
		}
		var e *provider.Error
		if errors.As(err, &e) {
			wrong[name] = e
		} else if err != nil {
			return nil, err
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return &out, nil
}

// SetOwn writes what a user said of themselves through a client, nil for none in
// particular. A new address is unverified.
//
// Errors: AttributeErrors; provider.ErrAliasExists, with the attribute that somebody
// else signs in by; provider.ErrUserNotFound.
func (d *Directory) SetOwn(ctx context.Context, p *provider.Pool, c *provider.Client, id string, values map[string]string) error {
	actor := provider.ActorFrom(ctx)
	actor.Kind, actor.ID = "user", id
	ctx = provider.WithActor(ctx, actor)
	changed := map[string]string{"attributes": strings.Join(slices.Sorted(maps.Keys(values)), " ")}
	return d.change(ctx, p.ID, UserUpdate, userTarget(id), changed, func(ctx context.Context) error {
		var now []provider.UserName
		err := d.Store.Pool(p.ID).ChangeUser(ctx, id, func(row *provider.User) ([]provider.UserName, error) {
			u, err := WithOwn(p, c, row, values)
			if err != nil {
				return nil, err
			}
			row.Attributes = u.Attributes
			now = names(p, row)
			return now, nil
		})
		if errors.Is(err, provider.ErrAliasExists) {
			return d.whichTaken(ctx, p, id, now, err)
		}
		return err
	})
}

// whichTaken names the alias that somebody else has.
func (d *Directory) whichTaken(ctx context.Context, p *provider.Pool, id string, wanted []provider.UserName, cause error) error {
	out := provider.ErrAliasExists.With(cause)
	for _, n := range wanted {
		u, err := d.Store.Pool(p.ID).UserByName(ctx, n.Key)
		if err != nil && !errors.Is(err, provider.ErrUserNotFound) {
			return err
		}
		if u != nil && u.ID != id {
			out.Field = n.Kind
		}
	}
	return out
}

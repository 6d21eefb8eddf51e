package directory

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/risk"
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
			now, err = d.stillNames(ctx, p, row)
			return now, err
		})
		if errors.Is(err, provider.ErrAliasExists) {
			return d.whichTaken(ctx, p, id, now, err)
		}
		return err
	})
}

// Naming runs what gives a user values of attributes. Where others may sign in by one of
// them, the answer says whether somebody does: such an answer is counted, and after a few
// each costs a wait. do must not run in a transaction that ctx carries, since the count
// stays when it fails.
//
// Errors: provider.CodeThrottled, and what do returns.
func (d *Directory) Naming(ctx context.Context, p *provider.Pool, userID string, values map[string]string, do func() error) error {
	named := false
	for name, value := range values {
		named = named || value != "" && (name == "preferred_username" || isName(p, name))
	}
	if !named || d.Guard == nil {
		return do()
	}
	try, err := d.Guard.Begin(ctx, p.ID, risk.Subject{UserID: userID, What: "attributes"})
	if err != nil {
		return err
	}
	defer try.Release()
	if err = do(); errors.Is(err, provider.ErrAliasExists) {
		return err
	}
	// A name that was free takes back its own try alone: else every few tries of others'
	// would be made good by one of one's own.
	if fault := try.Withdraw(context.WithoutCancel(ctx)); fault != nil {
		return errors.Join(err, fault)
	}
	return err
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

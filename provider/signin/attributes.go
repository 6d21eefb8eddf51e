package signin

import (
	"context"
	"errors"
	"maps"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/risk"
)

// attributesGate asks for what the pool requires by now and the user has not told,
// be it that the pool came to require it later, an operator left it out, or the
// upstream that vouched for them did. What the attempt's client may not write is
// not asked for.
func (f *Flow) attributesGate(ctx context.Context, pool *provider.Pool, a *Attempt, u *provider.User) (move, error) {
	if f.Directory == nil {
		return move{}, nil
	}
	c, err := f.client(ctx, pool, a)
	if err != nil || len(directory.Missing(pool, c, u)) == 0 {
		return move{}, err
	}
	return move{next: StepAttributes}, nil
}

// Asked lists what StepAttributes asks for.
//
// Errors: provider.ErrAttemptNotFound, provider.ErrUserDisabled.
func (f *Flow) Asked(ctx context.Context, pool *provider.Pool, a *Attempt) ([]provider.Attribute, error) {
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return nil, err
	}
	c, err := f.client(ctx, pool, a)
	if err != nil {
		return nil, err
	}
	return directory.Missing(pool, c, u), nil
}

// client is the app that an attempt is for; nil for none.
func (f *Flow) client(ctx context.Context, pool *provider.Pool, a *Attempt) (*provider.Client, error) {
	if a.ClientID == "" {
		return nil, nil
	}
	return f.Directory.Client(ctx, pool.ID, a.ClientID)
}

// attributes is StepAttributes. Only what was asked for is read. An address given
// here is unverified: no code was sent to it yet.
func (f *Flow) attributes(ctx context.Context, pool *provider.Pool, a *Attempt, given Answer) (outcome, error) {
	if f.Directory == nil {
		return outcome{}, provider.ErrAttemptNotFound
	}
	u, err := f.standing(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	c, err := f.client(ctx, pool, a)
	if err != nil {
		return outcome{}, err
	}
	values, wrong := map[string]string{}, directory.AttributeErrors{}
	for _, asked := range directory.Missing(pool, c, u) {
		name := directory.WireName(asked)
		values[name] = strings.TrimSpace(given.Attributes[name])
		if values[name] == "" {
			wrong[name] = &provider.Error{Code: provider.CodeInvalid, Kind: "missing", Field: name, Message: "The user pool requires this attribute."}
			delete(values, name)
		}
	}
	with, err := directory.WithOwn(pool, c, u, values)
	for _, err := range []error{directory.CheckSaid(values, f.Store.Now()), err} {
		var bad directory.AttributeErrors
		if errors.As(err, &bad) {
			maps.Copy(wrong, bad)
		} else if err != nil {
			return outcome{}, err
		}
	}
	if len(wrong) > 0 {
		return outcome{}, wrong
	}
	if len(values) == 0 { // told in another window, or not required any more
		return outcome{user: u}, nil
	}
	// Tries are counted: the answer says whether somebody else has a name or address.
	try, err := f.Guard.Begin(ctx, pool.ID, risk.Subject{UserID: u.ID, What: "attributes"})
	if err != nil {
		return outcome{}, err
	}
	return outcome{user: with, try: try, write: func(ctx context.Context) error {
		if err := f.Directory.SetOwn(ctx, pool, c, u.ID, values); err != nil {
			return err
		}
		return try.Passed(ctx)
	}}, nil
}

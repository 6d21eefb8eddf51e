package sync

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/web/sigv4"
)

// caller is who sent a request: an identity by its credential, or an operator.
type caller struct {
	credential *identitypool.Credential
	operator   *directory.Operator
}

// authenticate takes a Bearer credential or a signature.
func (d *Door) authenticate(r *http.Request) (*caller, error) {
	headers := r.Header.Values("Authorization")
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(headers) != 1 || !strings.EqualFold(scheme, "Bearer") {
		return d.signer(r)
	}
	credential, err := d.Identities.OpenPresented(r.Context(), strings.TrimSpace(token))
	switch provider.CodeOf(err) {
	case "":
		return &caller{credential: credential}, nil
	case provider.CodeUnauthorized, provider.CodeExpired, provider.CodeNotFound:
		return nil, &badBearer{err}
	}
	return nil, err
}

// signer checks a signature with either kind of key: an identity's come with a
// session token, which is its credential; an operator's come without.
func (d *Door) signer(r *http.Request) (*caller, error) {
	v := &sigv4.Verifier{Services: sigv4.Services(), Now: d.Now, MaxBody: MaxBody}
	v.Lookup = func(ctx context.Context, id, sessionToken string) (secret string, who any, err error) {
		c := &caller{}
		if sessionToken == "" {
			secret, c.operator, err = d.Operators.AccessKey(ctx, id)
		} else {
			secret, c.credential, err = d.temporaryKey(ctx, id, sessionToken)
		}
		switch provider.CodeOf(err) {
		case "":
			return secret, c, nil
		case provider.CodeNotFound, provider.CodeDisabled, provider.CodeForbidden, provider.CodeUnauthorized:
			return "", nil, fmt.Errorf("%w: %w", sigv4.ErrUnknownKey, err)
		case provider.CodeExpired:
			return "", nil, fmt.Errorf("%w: %w", sigv4.ErrExpiredKey, err)
		}
		return "", nil, err
	}
	who, err := v.Verify(r)
	if err != nil {
		return nil, err
	}
	return who.(*caller), nil
}

func (d *Door) temporaryKey(ctx context.Context, id, sessionToken string) (string, *identitypool.Credential, error) {
	c, err := d.Identities.OpenSessionToken(ctx, sessionToken)
	if err != nil {
		return "", nil, err
	}
	if c.AccessKeyID != id {
		return "", nil, &provider.Error{Code: provider.CodeUnauthorized, Kind: "access key", Message: "The session token goes with another access key."}
	}
	secret, err := d.Identities.SecretKeyFor(ctx, c)
	return secret, c, err
}

// badBearer is a Bearer token that proves nothing (RFC 6750 section 3.1).
type badBearer struct{ error }

func (b *badBearer) Unwrap() error { return b.error }

var (
	poolForm     = regexp.MustCompile(`^[\w-]+:[0-9a-f-]+$`)
	errNotOwn    = &provider.Error{Code: provider.CodeForbidden, Message: "An identity reaches its own datasets alone."}
	errOperator  = &provider.Error{Code: provider.CodeForbidden, Message: "This operation is for operators."}
	errForbidden = &provider.Error{Code: provider.CodeForbidden, Message: "The role of this identity does not allow it."}
)

// owner answers whose datasets a request is about, once the caller may reach
// them: action and the path's dataset are what an identity's policies are asked,
// permission is what an operator must hold. With action empty no policy is asked.
func (d *Door) owner(r *http.Request, c *caller, action string, permission directory.Permission) (dataset.Owner, error) {
	pool, identity, name := r.PathValue("pool"), r.PathValue("identity"), r.PathValue("dataset")
	if err := checkIDs(pool, identity); err != nil {
		return dataset.Owner{}, err
	}
	if c.operator != nil {
		return dataset.Owner{PoolID: pool, IdentityID: identity, Issued: provider.At(d.Now())}, c.must(permission, pool)
	}
	if c.credential.PoolID != pool || c.credential.IdentityID != identity {
		return dataset.Owner{}, errNotOwn
	}
	if action != "" && !d.allows(r, c, action, name) {
		return dataset.Owner{}, errForbidden
	}
	return dataset.Owner{PoolID: pool, IdentityID: identity, Issued: c.credential.ValidAfter}, nil
}

// allows asks the sealed policy of an identity. Operators were asked as a whole.
func (d *Door) allows(r *http.Request, c *caller, action, name string) bool {
	return c.operator != nil || c.credential.AllowsDataset(action, name, d.Now(), source(r))
}

// must refuses identities, and operators who do not hold a permission for a pool.
func (c *caller) must(p directory.Permission, pool string) error {
	switch {
	case c.operator == nil:
		return errOperator
	case !c.operator.May(p, pool):
		return &provider.Error{Code: provider.CodeForbidden, Message: "This needs the permission " + string(p) + ", which none of your roles gives here."}
	}
	return nil
}

// name is who a write is put down to when no device is named; "" is the identity.
func (c *caller) name() string {
	if c.operator != nil {
		return "operator/" + c.operator.Username
	}
	return ""
}

func checkIDs(ids ...string) error {
	for i, id := range ids {
		if len(id) > 55 || !poolForm.MatchString(id) {
			return provider.Invalid([]string{"IdentityPoolId", "IdentityId"}[i], "An id has the form region:uuid.")
		}
	}
	return nil
}

package sync

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/dataset"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
)

// caller is who sent a request: an identity, or an operator when identity is nil.
type caller struct {
	identity *Identity
	operator any
}

func (d *Door) authenticate(r *http.Request) (*caller, error) {
	headers := r.Header.Values("Authorization")
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(headers) != 1 || !strings.EqualFold(scheme, "Bearer") {
		principal, err := d.verifier().Verify(r)
		if err != nil {
			return nil, err
		}
		return principal.(*caller), nil
	}
	who, err := d.Credential(r.Context(), strings.TrimSpace(token))
	switch provider.CodeOf(err) {
	case "":
		return &caller{identity: who}, nil
	case provider.CodeUnavailable, provider.CodeInternal:
		return nil, err
	}
	return nil, &badBearer{err}
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
// them. operation is Cognito Sync's word, for operators; action and the path's
// dataset are what the identity's policies are asked.
func (d *Door) owner(r *http.Request, c *caller, operation, action string) (dataset.Owner, error) {
	pool, identity := r.PathValue("pool"), r.PathValue("identity")
	if err := checkIDs(pool, identity); err != nil {
		return dataset.Owner{}, err
	}
	if c.identity == nil {
		return dataset.Owner{PoolID: pool, IdentityID: identity, Issued: provider.At(d.Now())},
			d.OperatorMay(r.Context(), c.operator, operation, pool)
	}
	if c.identity.PoolID != pool || c.identity.IdentityID != identity {
		return dataset.Owner{}, errNotOwn
	}
	if action != policy.ReadDataset || r.PathValue("dataset") != "" {
		if !d.allows(r, c, action, r.PathValue("dataset")) {
			return dataset.Owner{}, errForbidden
		}
	}
	return dataset.Owner{PoolID: pool, IdentityID: identity, Issued: provider.At(c.identity.Issued)}, nil
}

// allows asks the identity's sealed policy; operators were asked as a whole.
func (d *Door) allows(r *http.Request, c *caller, action, name string) bool {
	if c.identity == nil {
		return true
	}
	return c.identity.Policy != nil && c.identity.Policy.AllowsDataset(c.identity.IdentityID, action, name, d.Now(), source(r))
}

func checkIDs(ids ...string) error {
	for i, id := range ids {
		if len(id) > 55 || !poolForm.MatchString(id) {
			return provider.Invalid([]string{"IdentityPoolId", "IdentityId"}[i], "An id has the form region:uuid.")
		}
	}
	return nil
}

// operatorOnly refuses identities, and operators without the permission.
func (d *Door) operatorOnly(r *http.Request, c *caller, operation, pool string) error {
	if c.identity != nil {
		return errOperator
	}
	return d.OperatorMay(r.Context(), c.operator, operation, pool)
}

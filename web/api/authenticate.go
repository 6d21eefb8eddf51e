package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/web/sigv4"
)

// authenticate answers the operator who calls, by a signature with their access
// key or by a Bearer access token (RFC 6750 section 2.1).
func (d *door) authenticate(r *http.Request) (*directory.Operator, error) {
	if sigv4.IsSigned(r) {
		principal, err := d.verifier.Verify(r)
		if err != nil {
			return nil, err
		}
		return principal.(*directory.Operator), nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, exception(string(sigv4.MissingAuthenticationToken), "Sign the request with an access key, or send a Bearer access token.")
	}
	return d.Bearer(r.Context(), token)
}

// accessKey looks up an operator's access key for the signature check.
func (a *API) accessKey(ctx context.Context, id, sessionToken string) (string, any, error) {
	if sessionToken != "" { // temporary keys belong to identities, who administer nothing
		return "", nil, sigv4.ErrUnknownKey
	}
	secret, operator, err := a.Directory.AccessKey(ctx, id)
	switch provider.CodeOf(err) {
	case "":
		return secret, operator, nil
	case provider.CodeNotFound, provider.CodeDisabled:
		return "", nil, fmt.Errorf("%w: %w", sigv4.ErrUnknownKey, err)
	}
	return "", nil, err
}

// permit checks the caller's role for the operation and the pool it is about.
// A change that is refused is written to the audit trail.
func (d *door) permit(ctx context.Context, op *Operation, caller *directory.Operator, in any) error {
	if op.Permission == "" {
		return nil
	}
	needed, scope, err := d.Directory.Needed(ctx, op.Permission, op.scope(in))
	if err != nil {
		return err
	}
	if caller.May(needed, scope) {
		return nil
	}
	if op.Audit != "" {
		tenant := either(scope == directory.Everywhere, "-", scope)
		if err := d.Directory.Audit.Record(ctx, tenant, op.Audit, audit.Denied, "", map[string]string{"operation": op.Name}); err != nil {
			return err
		}
	}
	return exception("AccessDeniedException", fmt.Sprintf("%s needs the permission %s, which none of your roles gives for %s.",
		op.Name, needed, describe(scope)))
}

func describe(scope string) string {
	if scope == directory.Everywhere {
		return "the whole installation"
	}
	return scope
}

type callerKey struct{}

func withCaller(ctx context.Context, o *directory.Operator) context.Context {
	return context.WithValue(ctx, callerKey{}, o)
}

// callerFrom answers the operator who calls.
func callerFrom(ctx context.Context) (*directory.Operator, error) {
	o, ok := ctx.Value(callerKey{}).(*directory.Operator)
	if !ok {
		return nil, errors.New("no operator in the context of a signed operation")
	}
	return o, nil
}

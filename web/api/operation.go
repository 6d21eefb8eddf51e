package api

import (
	"context"
	"reflect"

	"github.com/cognate-idp/cognate/provider/directory"
)

// The services that the table's operations belong to: the part of X-Amz-Target
// before the dot.
const (
	UserPools     = "AWSCognitoIdentityProviderService"
	IdentityPools = "AWSCognitoIdentityService"
	Own           = "Cognate"
)

// An Operation is one row of the table that drives the API.
type Operation struct {
	Service string
	Name    string
	// Permission is what the caller needs, for the pool that the input names or,
	// where it names none, for the whole installation. An operation without one
	// is public, or Self's.
	Permission directory.Permission
	// Self: a user calls for themselves, by the access token in the body.
	Self bool
	// Audit is the action that a change writes to the audit trail; reading
	// writes none.
	Audit string
	// Input and Output are struct types; Output is nil where the answer is empty.
	Input, Output reflect.Type

	call func(ctx context.Context, in any) (any, error)
}

// Target is the value of X-Amz-Target that calls the operation.
func (o *Operation) Target() string { return o.Service + "." + o.Name }

// Public reports whether anybody may call.
func (o *Operation) Public() bool { return o.Permission == "" && !o.Self }

// scope is the pool that the input names, so the one the caller needs a role
// for.
func (o *Operation) scope(in any) string {
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"UserPoolID", "IdentityPoolID", "PoolID"} {
		if f := v.FieldByName(name); f.IsValid() && f.String() != "" {
			return f.String()
		}
	}
	return directory.Everywhere
}

// read is an operation that changes nothing.
func read[In, Out any](service, name string, p directory.Permission, h func(context.Context, *In) (*Out, error)) Operation {
	return change(service, name, p, "", h)
}

// change is an operation that writes the audit action.
func change[In, Out any](service, name string, p directory.Permission, audit string, h func(context.Context, *In) (*Out, error)) Operation {
	return Operation{
		Service: service, Name: name, Permission: p, Audit: audit,
		Input: reflect.TypeFor[In](), Output: reflect.TypeFor[Out](),
		call: func(ctx context.Context, in any) (any, error) { return h(ctx, in.(*In)) },
	}
}

// silent is a change whose answer is empty.
func silent[In any](service, name string, p directory.Permission, audit string, h func(context.Context, *In) error) Operation {
	return Operation{
		Service: service, Name: name, Permission: p, Audit: audit,
		Input: reflect.TypeFor[In](),
		call:  func(ctx context.Context, in any) (any, error) { return nil, h(ctx, in.(*In)) },
	}
}

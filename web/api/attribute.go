package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

func (a *API) updateAttribute(ctx context.Context, in *UpdateAttributeRequest) (*AttributeResponse, error) {
	c := bounds((*StringAttributeConstraintsType)(in.StringAttributeConstraints), (*NumberAttributeConstraintsType)(in.NumberAttributeConstraints))
	c.Type, c.Required, c.Mutable = in.AttributeDataType, in.Required, in.Mutable
	return wireAttributeResponse(a.Directory.ChangeAttribute(ctx, in.UserPoolID, in.AttributeName, c))
}

func (a *API) retireAttribute(ctx context.Context, in *AttributeRequest) (*AttributeResponse, error) {
	return wireAttributeResponse(a.Directory.RetireAttribute(ctx, in.UserPoolID, in.AttributeName))
}

func (a *API) restoreAttribute(ctx context.Context, in *AttributeRequest) (*AttributeResponse, error) {
	return wireAttributeResponse(a.Directory.RestoreAttribute(ctx, in.UserPoolID, in.AttributeName))
}

// bounds reads those of a length and of a value.
func bounds(length *StringAttributeConstraintsType, of *NumberAttributeConstraintsType) directory.AttributeChange {
	var c directory.AttributeChange
	if length != nil {
		c.MinLength, c.MaxLength = newBound(length.MinLength), newBound(length.MaxLength)
	}
	if of != nil {
		c.MinValue, c.MaxValue = newBound(of.MinValue), newBound(of.MaxValue)
	}
	return c
}

// newBound is nil for a bound that stays and empty for one that goes.
func newBound(given string) *string {
	switch given {
	case "":
		return nil
	case "none":
		return new(string)
	}
	return &given
}

func wireAttributeResponse(changed *provider.Attribute, err error) (*AttributeResponse, error) {
	if err != nil {
		return nil, err
	}
	out := wireAttribute(changed)
	return &AttributeResponse{&out}, nil
}

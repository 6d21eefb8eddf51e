package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
)

func (a *API) updateAttribute(ctx context.Context, in *UpdateAttributeRequest) (*AttributeResponse, error) {
	c := directory.AttributeChange{Type: in.AttributeDataType, Required: in.Required, Mutable: in.Mutable}
	if b := in.StringAttributeConstraints; b != nil {
		c.MinLength, c.MaxLength = newBound(b.MinLength), newBound(b.MaxLength)
	}
	if b := in.NumberAttributeConstraints; b != nil {
		c.MinValue, c.MaxValue = newBound(b.MinValue), newBound(b.MaxValue)
	}
	return wireAttributeResponse(a.Directory.ChangeAttribute(ctx, in.UserPoolID, in.AttributeName, c))
}

func (a *API) retireAttribute(ctx context.Context, in *AttributeRequest) (*AttributeResponse, error) {
	return wireAttributeResponse(a.Directory.RetireAttribute(ctx, in.UserPoolID, in.AttributeName))
}

func (a *API) restoreAttribute(ctx context.Context, in *AttributeRequest) (*AttributeResponse, error) {
	return wireAttributeResponse(a.Directory.RestoreAttribute(ctx, in.UserPoolID, in.AttributeName))
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

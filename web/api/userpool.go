package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/token"
)

func (a *API) createUserPool(ctx context.Context, in *CreateUserPoolRequest) (*UserPoolResponse, error) {
	p := &provider.Pool{Name: in.PoolName, TokenProfile: provider.TokenProfileCognito}
	p.Settings.AliasAttrs, p.Settings.UsernameAttrs = in.AliasAttributes, in.UsernameAttributes
	p.Settings.CaseSensitive = in.UsernameConfiguration != nil && in.UsernameConfiguration.CaseSensitive
	for _, s := range in.Schema {
		attribute, err := schemaAttribute(s, directory.IsStandard(s.Name))
		if err != nil {
			return nil, err
		}
		p.Settings.Schema = append(p.Settings.Schema, attribute)
	}
	if err := applyPool(p, &in.UserPoolSettings); err != nil {
		return nil, err
	}
	if err := a.Directory.CreatePool(ctx, p); err != nil {
		return nil, err
	}
	// Both profiles' keys, since a client may override its pool's.
	if err := a.Keys.Ensure(ctx, p.ID, token.ES256, token.RS256); err != nil {
		return nil, err
	}
	return &UserPoolResponse{a.userPool(p, 0)}, nil
}

func (a *API) listUserPools(ctx context.Context, in *ListUserPoolsRequest) (*ListUserPoolsResponse, error) {
	pools, next, err := page(int(in.MaxResults), in.NextToken,
		func(after string, n int) ([]provider.Pool, error) { return a.Directory.Pools(ctx, after, n) },
		func(p *provider.Pool) string { return p.ID })
	if err != nil {
		return nil, err
	}
	return &ListUserPoolsResponse{NextToken: next, UserPools: each(pools, func(p *provider.Pool) UserPoolDescriptionType {
		return UserPoolDescriptionType{ID: p.ID, Name: p.Name, Status: "Enabled",
			CreationDate: Timestamp(p.CreatedAt), LastModifiedDate: Timestamp(p.UpdatedAt)}
	})}, nil
}

func (a *API) describeUserPool(ctx context.Context, in *UserPoolRequest) (*UserPoolResponse, error) {
	p, err := a.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	users, err := a.Directory.CountUsers(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return &UserPoolResponse{a.userPool(p, users)}, nil
}

func (a *API) updateUserPool(ctx context.Context, in *UpdateUserPoolRequest) error {
	return a.Directory.ChangePool(ctx, in.UserPoolID, func(p *provider.Pool) error {
		if in.PoolName != "" {
			p.Name = in.PoolName
		}
		return applyPool(p, &in.UserPoolSettings)
	})
}

func (a *API) deleteUserPool(ctx context.Context, in *UserPoolRequest) error {
	return a.Directory.DeletePool(ctx, in.UserPoolID)
}

func (a *API) addCustomAttributes(ctx context.Context, in *AddCustomAttributesRequest) error {
	return a.Directory.ChangePool(ctx, in.UserPoolID, func(p *provider.Pool) error {
		schema := slices.Clone(p.Settings.Schema)
		for _, s := range in.CustomAttributes {
			attribute, err := schemaAttribute(s, false)
			if err != nil {
				return err
			}
			schema = append(schema, attribute)
		}
		p.Settings.Schema = schema
		return nil
	})
}

func (a *API) userPool(p *provider.Pool, users int64) *UserPoolType {
	s := p.Settings
	region, _, _ := strings.Cut(p.ID, "_")
	out := &UserPoolType{
		ID: p.ID, Name: p.Name, Status: "Enabled", Issuer: a.Issuer(p), EstimatedNumberOfUsers: users,
		ARN:          fmt.Sprintf("arn:aws:cognito-idp:%s:000000000000:userpool/%s", region, p.ID),
		CreationDate: Timestamp(p.CreatedAt), LastModifiedDate: Timestamp(p.UpdatedAt),
		AliasAttributes: s.AliasAttrs, UsernameAttributes: s.UsernameAttrs,
		UsernameConfiguration: &UsernameConfigurationType{CaseSensitive: s.CaseSensitive},
		SchemaAttributes:      each(directory.Schema(p), wireAttribute),
		UserPoolSettings: UserPoolSettings{
			DeletionProtection: either(p.DeletionProtection, "ACTIVE", "INACTIVE"),
			TokenProfile:       string(p.TokenProfile),
		},
	}
	wireSettings(&out.UserPoolSettings, &s)
	return out
}

func schemaAttribute(in SchemaAttributeType, standard bool) (provider.Attribute, error) {
	out := provider.Attribute{
		Name: in.Name, Type: in.AttributeDataType, Custom: !standard,
		Mutable: in.Mutable == nil || *in.Mutable, Required: isTrue(in.Required), DevOnly: isTrue(in.DeveloperOnlyAttribute),
	}
	if in.Name == "" {
		return out, invalidParameter("Schema: every attribute needs a Name.")
	}
	if standard {
		i := slices.IndexFunc(directory.Schema(&provider.Pool{}), func(a provider.Attribute) bool { return a.Name == in.Name })
		base := directory.Schema(&provider.Pool{})[i]
		out.MinLength, out.MaxLength, out.MinValue = base.MinLength, base.MaxLength, base.MinValue
		out.Type = either(in.AttributeDataType == "", base.Type, in.AttributeDataType)
	}
	if out.Type == "" {
		out.Type = "String"
	}
	c := bounds(in.StringAttributeConstraints, in.NumberAttributeConstraints)
	return out, c.Apply(&out)
}

func wireAttribute(a *provider.Attribute) SchemaAttributeType {
	out := SchemaAttributeType{
		Name: directory.WireName(*a), AttributeDataType: a.Type,
		Mutable: &a.Mutable, Required: &a.Required, DeveloperOnlyAttribute: &a.DevOnly,
	}
	if a.Retired {
		out.Retired = &a.Retired
	}
	switch a.Type {
	case "String":
		out.StringAttributeConstraints = &StringAttributeConstraintsType{MinLength: number10(a.MinLength), MaxLength: number10(a.MaxLength)}
	case "Number":
		out.NumberAttributeConstraints = &NumberAttributeConstraintsType{MinValue: value(a.MinValue), MaxValue: value(a.MaxValue)}
	}
	return out
}

func number10(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

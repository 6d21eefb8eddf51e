package api

// IdentityPoolSettings is what the operations on one identity pool have in
// common.
type IdentityPoolSettings struct {
	IdentityPoolName               string                    `json:"IdentityPoolName" shape:"IdentityPoolName,required"`
	AllowUnauthenticatedIdentities bool                      `json:"AllowUnauthenticatedIdentities" shape:",required"`
	AllowClassicFlow               bool                      `json:"AllowClassicFlow,omitempty"`
	SupportedLoginProviders        map[string]string         `json:"SupportedLoginProviders,omitempty" shape:"IdentityProviders"`
	DeveloperProviderName          Unserved                  `json:"DeveloperProviderName,omitzero"`
	OpenIDConnectProviderARNs      Unserved                  `json:"OpenIdConnectProviderARNs,omitzero"`
	OpenIDConnectProviders         []OpenIDConnectProvider   `json:"OpenIdConnectProviders,omitempty"`
	CognitoIdentityProviders       []CognitoIdentityProvider `json:"CognitoIdentityProviders,omitempty"`
	SAMLProviderARNs               Unserved                  `json:"SamlProviderARNs,omitzero"`
	IdentityPoolTags               map[string]string         `json:"IdentityPoolTags,omitempty" shape:"IdentityPoolTagsType"`
}

// OpenIDConnectProvider is an OpenID Connect issuer whose tokens for these
// clients an identity pool takes. It is this server's own: Cognito keeps them in
// another service and names them by ARN.
type OpenIDConnectProvider struct {
	Issuer    string   `json:"Issuer" shape:"IssuerUriType,required"`
	ClientIDs []string `json:"ClientIds" shape:"AudienceListType,required"`
}

// IdentityPool describes an identity pool. It is the output of
// CreateIdentityPool and DescribeIdentityPool, and both input and output of
// UpdateIdentityPool.
type IdentityPool struct {
	IdentityPoolID string `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	IdentityPoolSettings
}

// IdentityPoolRequest is the input of the operations that name an identity pool
// and nothing else.
type IdentityPoolRequest struct {
	IdentityPoolID string `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
}

// CognitoIdentityProvider is one app client of a user pool whose tokens an identity pool takes.
type CognitoIdentityProvider struct {
	ProviderName         string `json:"ProviderName,omitempty" shape:"CognitoIdentityProviderName"`
	ClientID             string `json:"ClientId,omitempty" shape:"CognitoIdentityProviderClientId"`
	ServerSideTokenCheck *bool  `json:"ServerSideTokenCheck,omitempty"`
}

// ListIdentityPoolsInput is the input of ListIdentityPools.
type ListIdentityPoolsInput struct {
	MaxResults int64  `json:"MaxResults" shape:"QueryLimit,required"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListIdentityPoolsResponse is the output of ListIdentityPools.
type ListIdentityPoolsResponse struct {
	IdentityPools []IdentityPoolShortDescription `json:"IdentityPools"`
	NextToken     string                         `json:"NextToken,omitempty"`
}

// IdentityPoolShortDescription is an identity pool in a list.
type IdentityPoolShortDescription struct {
	IdentityPoolID   string `json:"IdentityPoolId,omitempty"`
	IdentityPoolName string `json:"IdentityPoolName,omitempty"`
}

// GetIdentityPoolRolesResponse is the output of GetIdentityPoolRoles.
type GetIdentityPoolRolesResponse struct {
	IdentityPoolID string                 `json:"IdentityPoolId,omitempty"`
	Roles          map[string]string      `json:"Roles,omitempty"`
	RoleMappings   map[string]RoleMapping `json:"RoleMappings,omitempty"`
}

// RoleMapping says how a role is chosen for one provider.
type RoleMapping struct {
	Type                    string                  `json:"Type" shape:"RoleMappingType,required"`
	AmbiguousRoleResolution string                  `json:"AmbiguousRoleResolution,omitempty" shape:"AmbiguousRoleResolutionType"`
	RulesConfiguration      *RulesConfigurationType `json:"RulesConfiguration,omitempty"`
}

// RulesConfigurationType holds the rules of a mapping; the first match wins.
type RulesConfigurationType struct {
	Rules []MappingRule `json:"Rules" shape:"MappingRulesList,required"`
}

// MappingRule compares one claim and names a role.
type MappingRule struct {
	Claim     string `json:"Claim" shape:"ClaimName,required"`
	MatchType string `json:"MatchType" shape:"MappingRuleMatchType,required"`
	Value     string `json:"Value" shape:"ClaimValue,required"`
	RoleARN   string `json:"RoleARN" shape:"ARNString,required"`
}

// SetIdentityPoolRolesInput is the input of SetIdentityPoolRoles.
type SetIdentityPoolRolesInput struct {
	IdentityPoolID string                 `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	Roles          map[string]string      `json:"Roles" shape:"RolesMap,required"`
	RoleMappings   map[string]RoleMapping `json:"RoleMappings,omitempty" shape:"RoleMappingMap"`
}

// GetIDInput is the input of GetId.
type GetIDInput struct {
	AccountID      string            `json:"AccountId,omitempty" shape:"AccountId"`
	IdentityPoolID string            `json:"IdentityPoolId" shape:"IdentityPoolId,required"`
	Logins         map[string]string `json:"Logins,omitempty" shape:"LoginsMap"`
}

// GetIDResponse is the output of GetId.
type GetIDResponse struct {
	IdentityID string `json:"IdentityId,omitempty"`
}

// GetCredentialsForIdentityInput is the input of GetCredentialsForIdentity.
type GetCredentialsForIdentityInput struct {
	IdentityID    string            `json:"IdentityId" shape:"IdentityId,required"`
	Logins        map[string]string `json:"Logins,omitempty" shape:"LoginsMap"`
	CustomRoleARN string            `json:"CustomRoleArn,omitempty" shape:"ARNString"`
}

// GetCredentialsForIdentityResponse is the output of GetCredentialsForIdentity.
type GetCredentialsForIdentityResponse struct {
	IdentityID  string       `json:"IdentityId,omitempty"`
	Credentials *Credentials `json:"Credentials,omitempty"`
}

// Credentials are temporary keys.
type Credentials struct {
	AccessKeyID  string    `json:"AccessKeyId,omitempty"`
	SecretKey    string    `json:"SecretKey,omitempty"`
	SessionToken string    `json:"SessionToken,omitempty"`
	Expiration   Timestamp `json:"Expiration,omitempty"`
}

// GetOpenIDTokenInput is the input of GetOpenIdToken.
type GetOpenIDTokenInput struct {
	IdentityID string            `json:"IdentityId" shape:"IdentityId,required"`
	Logins     map[string]string `json:"Logins,omitempty" shape:"LoginsMap"`
}

// GetOpenIDTokenResponse is the output of GetOpenIdToken.
type GetOpenIDTokenResponse struct {
	IdentityID string `json:"IdentityId,omitempty"`
	Token      string `json:"Token,omitempty"`
}

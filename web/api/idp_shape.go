package api

// IdentityProviderRequest is the input of DescribeIdentityProvider and
// DeleteIdentityProvider.
type IdentityProviderRequest struct {
	UserPoolID   string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ProviderName string `json:"ProviderName" shape:"ProviderNameType,required"`
}

// IdentityProviderResponse is the output of the operations that answer one
// identity provider.
type IdentityProviderResponse struct {
	IdentityProvider *IdentityProviderType `json:"IdentityProvider"`
}

// CreateIdentityProviderRequest is the input of CreateIdentityProvider.
type CreateIdentityProviderRequest struct {
	UserPoolID       string            `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ProviderName     string            `json:"ProviderName" shape:"ProviderNameTypeV2,required"`
	ProviderType     string            `json:"ProviderType" shape:"IdentityProviderTypeType,required"`
	ProviderDetails  map[string]string `json:"ProviderDetails" shape:"ProviderDetailsType,required"`
	AttributeMapping map[string]string `json:"AttributeMapping,omitempty" shape:"AttributeMappingType"`
	IdpIdentifiers   []string          `json:"IdpIdentifiers,omitempty" shape:"IdpIdentifiersListType"`
}

// IdentityProviderType describes an upstream identity provider.
type IdentityProviderType struct {
	UserPoolID       string            `json:"UserPoolId,omitempty"`
	ProviderName     string            `json:"ProviderName,omitempty"`
	ProviderType     string            `json:"ProviderType,omitempty"`
	ProviderDetails  map[string]string `json:"ProviderDetails,omitempty"`
	AttributeMapping map[string]string `json:"AttributeMapping,omitempty"`
	IdpIdentifiers   []string          `json:"IdpIdentifiers,omitempty"`
	LastModifiedDate Timestamp         `json:"LastModifiedDate,omitempty"`
	CreationDate     Timestamp         `json:"CreationDate,omitempty"`
}

// ListIdentityProvidersRequest is the input of ListIdentityProviders.
type ListIdentityProvidersRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	MaxResults *int64 `json:"MaxResults,omitempty" shape:"ListProvidersLimitType"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKeyType"`
}

// ListIdentityProvidersResponse is the output of ListIdentityProviders.
type ListIdentityProvidersResponse struct {
	Providers []ProviderDescription `json:"Providers"`
	NextToken string                `json:"NextToken,omitempty"`
}

// ProviderDescription is an upstream identity provider in a list.
type ProviderDescription struct {
	ProviderName     string    `json:"ProviderName,omitempty"`
	ProviderType     string    `json:"ProviderType,omitempty"`
	LastModifiedDate Timestamp `json:"LastModifiedDate,omitempty"`
	CreationDate     Timestamp `json:"CreationDate,omitempty"`
}

// UpdateIdentityProviderRequest is the input of UpdateIdentityProvider.
type UpdateIdentityProviderRequest struct {
	UserPoolID       string            `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ProviderName     string            `json:"ProviderName" shape:"ProviderNameType,required"`
	ProviderDetails  map[string]string `json:"ProviderDetails,omitempty" shape:"ProviderDetailsType"`
	AttributeMapping map[string]string `json:"AttributeMapping,omitempty" shape:"AttributeMappingType"`
	IdpIdentifiers   []string          `json:"IdpIdentifiers,omitempty" shape:"IdpIdentifiersListType"`
}

// GetIdentityProviderByIdentifierRequest is the input of GetIdentityProviderByIdentifier.
type GetIdentityProviderByIdentifierRequest struct {
	UserPoolID    string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	IdpIdentifier string `json:"IdpIdentifier" shape:"IdpIdentifierType,required"`
}

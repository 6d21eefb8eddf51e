package api

// UserPoolClientSettings is what CreateUserPoolClient, UpdateUserPoolClient and
// the description of an app client have in common. Update puts what is absent
// back to its default, as Cognito does; the members from TokenProfile on are
// this server's own and stay as they are when absent.
type UserPoolClientSettings struct {
	RefreshTokenValidity                     *int64                    `json:"RefreshTokenValidity,omitempty" shape:"RefreshTokenValidityType"`
	AccessTokenValidity                      *int64                    `json:"AccessTokenValidity,omitempty" shape:"AccessTokenValidityType"`
	IDTokenValidity                          *int64                    `json:"IdTokenValidity,omitempty" shape:"IdTokenValidityType"`
	TokenValidityUnits                       *TokenValidityUnitsType   `json:"TokenValidityUnits,omitempty"`
	ReadAttributes                           []string                  `json:"ReadAttributes,omitempty" shape:"ClientPermissionListType"`
	WriteAttributes                          []string                  `json:"WriteAttributes,omitempty" shape:"ClientPermissionListType"`
	ExplicitAuthFlows                        []string                  `json:"ExplicitAuthFlows,omitempty" shape:"ExplicitAuthFlowsListType"`
	SupportedIdentityProviders               []string                  `json:"SupportedIdentityProviders,omitempty" shape:"SupportedIdentityProvidersListType"`
	CallbackURLs                             []string                  `json:"CallbackURLs,omitempty" shape:"CallbackURLsListType"`
	LogoutURLs                               []string                  `json:"LogoutURLs,omitempty" shape:"LogoutURLsListType"`
	DefaultRedirectURI                       string                    `json:"DefaultRedirectURI,omitempty" shape:"RedirectUrlType"`
	AllowedOAuthFlows                        []string                  `json:"AllowedOAuthFlows,omitempty" shape:"OAuthFlowsType"`
	AllowedOAuthScopes                       []string                  `json:"AllowedOAuthScopes,omitempty" shape:"ScopeListType"`
	AllowedOAuthFlowsUserPoolClient          *bool                     `json:"AllowedOAuthFlowsUserPoolClient,omitempty"`
	AnalyticsConfiguration                   Unserved                  `json:"AnalyticsConfiguration,omitzero"`
	PreventUserExistenceErrors               string                    `json:"PreventUserExistenceErrors,omitempty" shape:"PreventUserExistenceErrorTypes"`
	EnableTokenRevocation                    *bool                     `json:"EnableTokenRevocation,omitempty"`
	EnablePropagateAdditionalUserContextData Unserved                  `json:"EnablePropagateAdditionalUserContextData,omitzero"`
	AuthSessionValidity                      *int64                    `json:"AuthSessionValidity,omitempty" shape:"AuthSessionValidityType"`
	RefreshTokenRotation                     *RefreshTokenRotationType `json:"RefreshTokenRotation,omitempty"`
	TokenProfile                             string                    `json:"TokenProfile,omitempty" shape:"TokenProfileType"`
	IDTokenSigningAlg                        string                    `json:"IdTokenSigningAlg,omitempty" shape:"SigningAlgType"`
	RequireConsent                           *bool                     `json:"RequireConsent,omitempty"`
	LogoURI                                  *string                   `json:"LogoURI,omitempty" shape:"OptionalUriType"`
	ClientURI                                *string                   `json:"ClientURI,omitempty" shape:"OptionalUriType"`
	PolicyURI                                *string                   `json:"PolicyURI,omitempty" shape:"OptionalUriType"`
	TosURI                                   *string                   `json:"TosURI,omitempty" shape:"OptionalUriType"`
}

// CreateUserPoolClientRequest is the input of CreateUserPoolClient.
type CreateUserPoolClientRequest struct {
	UserPoolID     string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientName     string `json:"ClientName" shape:"ClientNameType,required"`
	GenerateSecret bool   `json:"GenerateSecret,omitempty"`
	ClientSecret   string `json:"ClientSecret,omitempty" shape:"ClientSecretType"`
	UserPoolClientSettings
}

// UpdateUserPoolClientRequest is the input of UpdateUserPoolClient.
type UpdateUserPoolClientRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID   string `json:"ClientId" shape:"ClientIdType,required"`
	ClientName string `json:"ClientName,omitempty" shape:"ClientNameType"`
	UserPoolClientSettings
}

// UserPoolClientType describes an app client. The secret is there only in the
// answer that made it: only its hash is kept.
//
// ClientKind, which Cognito does not have, is public, confidential or machine.
type UserPoolClientType struct {
	UserPoolID       string    `json:"UserPoolId,omitempty"`
	ClientName       string    `json:"ClientName,omitempty"`
	ClientID         string    `json:"ClientId,omitempty"`
	ClientSecret     string    `json:"ClientSecret,omitempty"`
	ClientKind       string    `json:"ClientKind,omitempty"`
	LastModifiedDate Timestamp `json:"LastModifiedDate,omitempty"`
	CreationDate     Timestamp `json:"CreationDate,omitempty"`
	UserPoolClientSettings
}

// UserPoolClientResponse is the output of CreateUserPoolClient,
// DescribeUserPoolClient and UpdateUserPoolClient.
type UserPoolClientResponse struct {
	UserPoolClient *UserPoolClientType `json:"UserPoolClient,omitempty"`
}

// TokenValidityUnitsType gives the unit of each token validity.
type TokenValidityUnitsType struct {
	AccessToken  string `json:"AccessToken,omitempty" shape:"TimeUnitsType"`
	IDToken      string `json:"IdToken,omitempty" shape:"TimeUnitsType"`
	RefreshToken string `json:"RefreshToken,omitempty" shape:"TimeUnitsType"`
}

// RefreshTokenRotationType says whether refresh tokens rotate, and for how many seconds a used one still answers.
type RefreshTokenRotationType struct {
	Feature                 string `json:"Feature" shape:"FeatureType,required"`
	RetryGracePeriodSeconds *int64 `json:"RetryGracePeriodSeconds,omitempty" shape:"RetryGracePeriodSecondsType"`
}

// ListUserPoolClientsRequest is the input of ListUserPoolClients.
type ListUserPoolClientsRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	MaxResults *int64 `json:"MaxResults,omitempty" shape:"QueryLimit"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListUserPoolClientsResponse is the output of ListUserPoolClients.
type ListUserPoolClientsResponse struct {
	UserPoolClients []UserPoolClientDescription `json:"UserPoolClients"`
	NextToken       string                      `json:"NextToken,omitempty"`
}

// UserPoolClientDescription is an app client in a list. ClientKind, which Cognito
// does not have, is public, confidential or machine.
type UserPoolClientDescription struct {
	ClientID   string `json:"ClientId,omitempty"`
	UserPoolID string `json:"UserPoolId,omitempty"`
	ClientName string `json:"ClientName,omitempty"`
	ClientKind string `json:"ClientKind,omitempty"`
}

// DescribeUserPoolClientRequest is the input of DescribeUserPoolClient.
type DescribeUserPoolClientRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID   string `json:"ClientId" shape:"ClientIdType,required"`
}

// DeleteUserPoolClientRequest is the input of DeleteUserPoolClient.
type DeleteUserPoolClientRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID   string `json:"ClientId" shape:"ClientIdType,required"`
}

// AddUserPoolClientSecretRequest is the input of AddUserPoolClientSecret.
type AddUserPoolClientSecretRequest struct {
	UserPoolID   string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID     string `json:"ClientId" shape:"ClientIdType,required"`
	ClientSecret string `json:"ClientSecret,omitempty" shape:"ClientSecretType"`
}

// AddUserPoolClientSecretResponse is the output of AddUserPoolClientSecret.
type AddUserPoolClientSecretResponse struct {
	ClientSecretDescriptor *ClientSecretDescriptorType `json:"ClientSecretDescriptor,omitempty"`
}

// ClientSecretDescriptorType names one secret of an app client. The value is present only when it was made.
type ClientSecretDescriptorType struct {
	ClientSecretID         string    `json:"ClientSecretId,omitempty"`
	ClientSecretValue      string    `json:"ClientSecretValue,omitempty"`
	ClientSecretCreateDate Timestamp `json:"ClientSecretCreateDate,omitempty"`
}

// ListUserPoolClientSecretsRequest is the input of ListUserPoolClientSecrets.
type ListUserPoolClientSecretsRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID   string `json:"ClientId" shape:"ClientIdType,required"`
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListUserPoolClientSecretsResponse is the output of ListUserPoolClientSecrets.
type ListUserPoolClientSecretsResponse struct {
	ClientSecrets []ClientSecretDescriptorType `json:"ClientSecrets"`
	NextToken     string                       `json:"NextToken,omitempty"`
}

// DeleteUserPoolClientSecretRequest is the input of DeleteUserPoolClientSecret.
type DeleteUserPoolClientSecretRequest struct {
	UserPoolID     string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	ClientID       string `json:"ClientId" shape:"ClientIdType,required"`
	ClientSecretID string `json:"ClientSecretId" shape:"ClientSecretIdType,required"`
}

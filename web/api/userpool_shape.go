package api

// UserPoolSettings is what CreateUserPool, UpdateUserPool and the description
// of a user pool have in common. Update puts what is absent back to its
// default, as Cognito does; the members from TokenProfile on are this server's
// own and stay as they are when absent.
type UserPoolSettings struct {
	Policies                    *UserPoolPolicyType              `json:"Policies,omitempty"`
	DeletionProtection          string                           `json:"DeletionProtection,omitempty" shape:"DeletionProtectionType"`
	LambdaConfig                Unserved                         `json:"LambdaConfig,omitzero"`
	AutoVerifiedAttributes      []string                         `json:"AutoVerifiedAttributes,omitempty" shape:"VerifiedAttributesListType"`
	SmsVerificationMessage      string                           `json:"SmsVerificationMessage,omitempty" shape:"SmsVerificationMessageType"`
	EmailVerificationMessage    string                           `json:"EmailVerificationMessage,omitempty" shape:"EmailVerificationMessageType"`
	EmailVerificationSubject    string                           `json:"EmailVerificationSubject,omitempty" shape:"EmailVerificationSubjectType"`
	VerificationMessageTemplate VerificationMessageTemplateType  `json:"VerificationMessageTemplate,omitzero"`
	SmsAuthenticationMessage    string                           `json:"SmsAuthenticationMessage,omitempty" shape:"SmsVerificationMessageType"`
	MfaConfiguration            string                           `json:"MfaConfiguration,omitempty" shape:"UserPoolMfaType"`
	UserAttributeUpdateSettings *UserAttributeUpdateSettingsType `json:"UserAttributeUpdateSettings,omitempty"`
	DeviceConfiguration         *DeviceConfigurationType         `json:"DeviceConfiguration,omitempty"`
	EmailConfiguration          Kept                             `json:"EmailConfiguration,omitzero"`
	SmsConfiguration            Kept                             `json:"SmsConfiguration,omitzero"`
	UserPoolTags                map[string]string                `json:"UserPoolTags,omitempty" shape:"UserPoolTagsType"`
	AdminCreateUserConfig       *AdminCreateUserConfigType       `json:"AdminCreateUserConfig,omitempty"`
	UserPoolAddOns              Unserved                         `json:"UserPoolAddOns,omitzero"`
	AccountRecoverySetting      *AccountRecoverySettingType      `json:"AccountRecoverySetting,omitempty"`
	UserPoolTier                Kept                             `json:"UserPoolTier,omitzero"`
	KeyConfiguration            Unserved                         `json:"KeyConfiguration,omitzero"`
	IssuerConfiguration         Unserved                         `json:"IssuerConfiguration,omitzero"`
	TokenProfile                string                           `json:"TokenProfile,omitempty" shape:"TokenProfileType"`
	DisplayName                 *string                          `json:"DisplayName,omitempty" shape:"DisplayNameType"`
	DefaultRegion               *string                          `json:"DefaultRegion,omitempty" shape:"CountryType"`
	TermsURL                    *string                          `json:"TermsURL,omitempty" shape:"OptionalUriType"`
	PrivacyURL                  *string                          `json:"PrivacyURL,omitempty" shape:"OptionalUriType"`
	SmsLimits                   *SmsLimitsType                   `json:"SmsLimits,omitempty"`
	SessionConfiguration        *SessionConfigurationType        `json:"SessionConfiguration,omitempty"`
	AllowSelfDeletion           *bool                            `json:"AllowSelfDeletion,omitempty"`
}

// CreateUserPoolRequest is the input of CreateUserPool.
type CreateUserPoolRequest struct {
	PoolName              string                     `json:"PoolName" shape:"UserPoolNameType,required"`
	AliasAttributes       []string                   `json:"AliasAttributes,omitempty" shape:"AliasAttributesListType"`
	UsernameAttributes    []string                   `json:"UsernameAttributes,omitempty" shape:"UsernameAttributesListType"`
	Schema                []SchemaAttributeType      `json:"Schema,omitempty" shape:"SchemaAttributesListType"`
	UsernameConfiguration *UsernameConfigurationType `json:"UsernameConfiguration,omitempty"`
	UserPoolSettings
}

// UpdateUserPoolRequest is the input of UpdateUserPool.
type UpdateUserPoolRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	PoolName   string `json:"PoolName,omitempty" shape:"UserPoolNameType"`
	UserPoolSettings
}

// UserPoolRequest is the input of DescribeUserPool and DeleteUserPool.
type UserPoolRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
}

// UserPoolType describes a user pool.
type UserPoolType struct {
	ID                     string                     `json:"Id,omitempty"`
	Name                   string                     `json:"Name,omitempty"`
	Status                 string                     `json:"Status,omitempty"`
	LastModifiedDate       Timestamp                  `json:"LastModifiedDate,omitempty"`
	CreationDate           Timestamp                  `json:"CreationDate,omitempty"`
	SchemaAttributes       []SchemaAttributeType      `json:"SchemaAttributes,omitempty"`
	AliasAttributes        []string                   `json:"AliasAttributes,omitempty"`
	UsernameAttributes     []string                   `json:"UsernameAttributes,omitempty"`
	EstimatedNumberOfUsers int64                      `json:"EstimatedNumberOfUsers"`
	UsernameConfiguration  *UsernameConfigurationType `json:"UsernameConfiguration,omitempty"`
	ARN                    string                     `json:"Arn,omitempty"`
	Issuer                 string                     `json:"Issuer,omitempty"`
	UserPoolSettings
}

// UserPoolResponse is the output of CreateUserPool and DescribeUserPool.
type UserPoolResponse struct {
	UserPool *UserPoolType `json:"UserPool,omitempty"`
}

// AdminCreateUserConfigType says who may make users.
type AdminCreateUserConfigType struct {
	AllowAdminCreateUserOnly  *bool                      `json:"AllowAdminCreateUserOnly,omitempty"`
	UnusedAccountValidityDays *int64                     `json:"UnusedAccountValidityDays,omitempty" shape:"AdminCreateUserUnusedAccountValidityDaysType"`
	InviteMessageTemplate     *InviteMessageTemplateType `json:"InviteMessageTemplate,omitempty"`
}

// SchemaAttributeType is one attribute of a user pool, standard or custom. Retired,
// which Cognito does not have, is answered only; see RetireAttribute.
type SchemaAttributeType struct {
	Name                       string                          `json:"Name,omitempty" shape:"CustomAttributeNameType"`
	AttributeDataType          string                          `json:"AttributeDataType,omitempty" shape:"AttributeDataType"`
	DeveloperOnlyAttribute     *bool                           `json:"DeveloperOnlyAttribute,omitempty"`
	Mutable                    *bool                           `json:"Mutable,omitempty"`
	Required                   *bool                           `json:"Required,omitempty"`
	Retired                    *bool                           `json:"Retired,omitempty"`
	NumberAttributeConstraints *NumberAttributeConstraintsType `json:"NumberAttributeConstraints,omitempty"`
	StringAttributeConstraints *StringAttributeConstraintsType `json:"StringAttributeConstraints,omitempty"`
}

// NumberAttributeConstraintsType bounds a number; the bounds are decimal text.
type NumberAttributeConstraintsType struct {
	MinValue string `json:"MinValue,omitempty" shape:"StringType"`
	MaxValue string `json:"MaxValue,omitempty" shape:"StringType"`
}

// StringAttributeConstraintsType bounds a length in characters; the bounds are decimal text.
type StringAttributeConstraintsType struct {
	MinLength string `json:"MinLength,omitempty" shape:"StringType"`
	MaxLength string `json:"MaxLength,omitempty" shape:"StringType"`
}

// UsernameConfigurationType says whether the case of usernames matters.
type UsernameConfigurationType struct {
	CaseSensitive bool `json:"CaseSensitive" shape:",required"`
}

// ListUserPoolsRequest is the input of ListUserPools.
type ListUserPoolsRequest struct {
	NextToken  string `json:"NextToken,omitempty" shape:"PaginationKeyType"`
	MaxResults int64  `json:"MaxResults" shape:"PoolQueryLimitType,required"`
}

// ListUserPoolsResponse is the output of ListUserPools.
type ListUserPoolsResponse struct {
	UserPools []UserPoolDescriptionType `json:"UserPools"`
	NextToken string                    `json:"NextToken,omitempty"`
}

// UserPoolDescriptionType is a user pool in a list.
type UserPoolDescriptionType struct {
	ID               string    `json:"Id,omitempty"`
	Name             string    `json:"Name,omitempty"`
	Status           string    `json:"Status,omitempty"`
	LastModifiedDate Timestamp `json:"LastModifiedDate,omitempty"`
	CreationDate     Timestamp `json:"CreationDate,omitempty"`
}

// AddCustomAttributesRequest is the input of AddCustomAttributes.
type AddCustomAttributesRequest struct {
	UserPoolID       string                `json:"UserPoolId" shape:"UserPoolIdType,required"`
	CustomAttributes []SchemaAttributeType `json:"CustomAttributes" shape:"CustomAttributesListType,required"`
}

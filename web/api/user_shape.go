package api

// AdminUserRequest is the input of the operations that name a user and nothing
// else, such as AdminGetUser and AdminDisableUser.
type AdminUserRequest struct {
	UserPoolID     string            `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username       string            `json:"Username" shape:"UsernameType,required"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// AdminCreateUserRequest is the input of AdminCreateUser.
type AdminCreateUserRequest struct {
	UserPoolID             string            `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username               string            `json:"Username" shape:"UsernameType,required"`
	UserAttributes         []AttributeType   `json:"UserAttributes,omitempty"`
	ValidationData         []AttributeType   `json:"ValidationData,omitempty"`
	TemporaryPassword      string            `json:"TemporaryPassword,omitempty" shape:"PasswordType"`
	ForceAliasCreation     bool              `json:"ForceAliasCreation,omitempty"`
	MessageAction          string            `json:"MessageAction,omitempty" shape:"MessageActionType"`
	DesiredDeliveryMediums []string          `json:"DesiredDeliveryMediums,omitempty" shape:"DeliveryMediumListType"`
	ClientMetadata         map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// AdminCreateUserResponse is the output of AdminCreateUser.
type AdminCreateUserResponse struct {
	User *UserType `json:"User,omitempty"`
}

// AdminSetUserPasswordRequest is the input of AdminSetUserPassword.
type AdminSetUserPasswordRequest struct {
	UserPoolID string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username   string `json:"Username" shape:"UsernameType,required"`
	Password   string `json:"Password" shape:"PasswordType,required"`
	Permanent  bool   `json:"Permanent,omitempty"`
}

// AdminGetUserResponse is the output of AdminGetUser. TemporaryPasswordEndDate is our own:
// when a password that was set for the user can be signed in with no more.
type AdminGetUserResponse struct {
	Username             string          `json:"Username"`
	UserAttributes       []AttributeType `json:"UserAttributes,omitempty"`
	UserCreateDate       Timestamp       `json:"UserCreateDate,omitempty"`
	UserLastModifiedDate Timestamp       `json:"UserLastModifiedDate,omitempty"`
	Enabled              bool            `json:"Enabled"`
	UserStatus           string          `json:"UserStatus,omitempty"`
	PreferredMfaSetting  string          `json:"PreferredMfaSetting,omitempty"`
	UserMFASettingList   []string        `json:"UserMFASettingList,omitempty"`

	TemporaryPasswordEndDate Timestamp `json:"TemporaryPasswordEndDate,omitempty"`
}

// ListUsersRequest is the input of ListUsers.
type ListUsersRequest struct {
	UserPoolID      string   `json:"UserPoolId" shape:"UserPoolIdType,required"`
	AttributesToGet []string `json:"AttributesToGet,omitempty" shape:"SearchedAttributeNamesListType"`
	Limit           *int64   `json:"Limit,omitempty" shape:"QueryLimitType"`
	PaginationToken string   `json:"PaginationToken,omitempty" shape:"SearchPaginationTokenType"`
	Filter          string   `json:"Filter,omitempty" shape:"UserFilterType"`
}

// SearchUsersRequest is the input of SearchUsers: who has a username, e-mail address,
// telephone number or name that begins with Text.
type SearchUsersRequest struct {
	UserPoolID      string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Text            string `json:"Text" shape:"SearchTextType,required"`
	Limit           *int64 `json:"Limit,omitempty" shape:"QueryLimitType"`
	PaginationToken string `json:"PaginationToken,omitempty" shape:"SearchPaginationTokenType"`
}

// ListUsersResponse is the output of ListUsers and SearchUsers.
type ListUsersResponse struct {
	Users           []UserType `json:"Users"`
	PaginationToken string     `json:"PaginationToken,omitempty"`
}

// AdminUpdateUserAttributesRequest is the input of AdminUpdateUserAttributes.
type AdminUpdateUserAttributesRequest struct {
	UserPoolID     string            `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username       string            `json:"Username" shape:"UsernameType,required"`
	UserAttributes []AttributeType   `json:"UserAttributes" shape:",required"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// AdminDeleteUserAttributesRequest is the input of AdminDeleteUserAttributes.
type AdminDeleteUserAttributesRequest struct {
	UserPoolID         string   `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username           string   `json:"Username" shape:"UsernameType,required"`
	UserAttributeNames []string `json:"UserAttributeNames" shape:"AttributeNameListType,required"`
}

// UserType describes a user.
type UserType struct {
	Username             string          `json:"Username,omitempty"`
	Attributes           []AttributeType `json:"Attributes,omitempty"`
	UserCreateDate       Timestamp       `json:"UserCreateDate,omitempty"`
	UserLastModifiedDate Timestamp       `json:"UserLastModifiedDate,omitempty"`
	Enabled              bool            `json:"Enabled"`
	UserStatus           string          `json:"UserStatus,omitempty"`
}

// AttributeType is one attribute of one user.
type AttributeType struct {
	Name  string `json:"Name" shape:"AttributeNameType,required"`
	Value string `json:"Value,omitempty" shape:"AttributeValueType"`
}

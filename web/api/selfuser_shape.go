package api

// SelfRequest is the input of the operations that a user calls for themselves and
// that need nothing else, such as GetUser and GlobalSignOut.
type SelfRequest struct {
	AccessToken string `json:"AccessToken" shape:"TokenModelType,required"`
}

// GetUserResponse is the output of GetUser.
type GetUserResponse struct {
	Username            string          `json:"Username"`
	UserAttributes      []AttributeType `json:"UserAttributes"`
	PreferredMfaSetting string          `json:"PreferredMfaSetting,omitempty"`
	UserMFASettingList  []string        `json:"UserMFASettingList,omitempty"`
}

// UpdateUserAttributesRequest is the input of UpdateUserAttributes.
type UpdateUserAttributesRequest struct {
	AccessToken    string            `json:"AccessToken" shape:"TokenModelType,required"`
	UserAttributes []AttributeType   `json:"UserAttributes" shape:",required"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// UpdateUserAttributesResponse is the output of UpdateUserAttributes: where the codes
// went that prove new addresses.
type UpdateUserAttributesResponse struct {
	CodeDeliveryDetailsList []CodeDeliveryDetailsType `json:"CodeDeliveryDetailsList,omitempty"`
}

// DeleteUserAttributesRequest is the input of DeleteUserAttributes.
type DeleteUserAttributesRequest struct {
	AccessToken        string   `json:"AccessToken" shape:"TokenModelType,required"`
	UserAttributeNames []string `json:"UserAttributeNames" shape:"AttributeNameListType,required"`
}

// ChangePasswordRequest is the input of ChangePassword. Who has no password yet gives
// no previous one.
type ChangePasswordRequest struct {
	AccessToken      string `json:"AccessToken" shape:"TokenModelType,required"`
	PreviousPassword string `json:"PreviousPassword,omitempty" shape:"PasswordType"`
	ProposedPassword string `json:"ProposedPassword" shape:"PasswordType,required"`
}

// AttributeCodeRequest is the input of GetUserAttributeVerificationCode.
type AttributeCodeRequest struct {
	AccessToken    string            `json:"AccessToken" shape:"TokenModelType,required"`
	AttributeName  string            `json:"AttributeName" shape:"AttributeNameType,required"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// VerifyUserAttributeRequest is the input of VerifyUserAttribute.
type VerifyUserAttributeRequest struct {
	AccessToken   string `json:"AccessToken" shape:"TokenModelType,required"`
	AttributeName string `json:"AttributeName" shape:"AttributeNameType,required"`
	Code          string `json:"Code" shape:"ConfirmationCodeType,required"`
}

package api

// SignUpRequest is the input of SignUp.
type SignUpRequest struct {
	ClientID       string            `json:"ClientId" shape:"ClientIdType,required"`
	SecretHash     string            `json:"SecretHash,omitempty" shape:"SecretHashType"`
	Username       string            `json:"Username" shape:"UsernameType,required"`
	Password       string            `json:"Password" shape:"PasswordType,required"`
	UserAttributes []AttributeType   `json:"UserAttributes,omitempty"`
	ValidationData []AttributeType   `json:"ValidationData,omitempty"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// SignUpResponse is the output of SignUp.
type SignUpResponse struct {
	UserConfirmed       bool                     `json:"UserConfirmed"`
	CodeDeliveryDetails *CodeDeliveryDetailsType `json:"CodeDeliveryDetails,omitempty"`
	UserSub             string                   `json:"UserSub"`
}

// ConfirmSignUpRequest is the input of ConfirmSignUp.
type ConfirmSignUpRequest struct {
	ClientID           string            `json:"ClientId" shape:"ClientIdType,required"`
	SecretHash         string            `json:"SecretHash,omitempty" shape:"SecretHashType"`
	Username           string            `json:"Username" shape:"UsernameType,required"`
	ConfirmationCode   string            `json:"ConfirmationCode" shape:"ConfirmationCodeType,required"`
	ForceAliasCreation bool              `json:"ForceAliasCreation,omitempty"`
	ClientMetadata     map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// CodeRequest is the input of ResendConfirmationCode and ForgotPassword.
type CodeRequest struct {
	ClientID       string            `json:"ClientId" shape:"ClientIdType,required"`
	SecretHash     string            `json:"SecretHash,omitempty" shape:"SecretHashType"`
	Username       string            `json:"Username" shape:"UsernameType,required"`
	ClientMetadata map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// CodeResponse is the output of ResendConfirmationCode, ForgotPassword and
// AdminResendConfirmationCode.
type CodeResponse struct {
	CodeDeliveryDetails *CodeDeliveryDetailsType `json:"CodeDeliveryDetails,omitempty"`
}

// ConfirmForgotPasswordRequest is the input of ConfirmForgotPassword.
type ConfirmForgotPasswordRequest struct {
	ClientID         string            `json:"ClientId" shape:"ClientIdType,required"`
	SecretHash       string            `json:"SecretHash,omitempty" shape:"SecretHashType"`
	Username         string            `json:"Username" shape:"UsernameType,required"`
	ConfirmationCode string            `json:"ConfirmationCode" shape:"ConfirmationCodeType,required"`
	Password         string            `json:"Password" shape:"PasswordType,required"`
	ClientMetadata   map[string]string `json:"ClientMetadata,omitempty" shape:"ClientMetadataType"`
}

// CodeDeliveryDetailsType says where a code went.
type CodeDeliveryDetailsType struct {
	Destination    string `json:"Destination,omitempty"`
	DeliveryMedium string `json:"DeliveryMedium,omitempty"`
	AttributeName  string `json:"AttributeName,omitempty"`
}

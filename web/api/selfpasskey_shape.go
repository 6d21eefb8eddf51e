package api

// StartWebAuthnRegistrationResponse is the output of StartWebAuthnRegistration: what
// navigator.credentials.create needs (WebAuthn Level 3 section 5.4).
type StartWebAuthnRegistrationResponse struct {
	CredentialCreationOptions Kept `json:"CredentialCreationOptions"`
}

// CompleteWebAuthnRegistrationRequest is the input of CompleteWebAuthnRegistration:
// what navigator.credentials.create answered. FriendlyCredentialName is our own.
type CompleteWebAuthnRegistrationRequest struct {
	AccessToken            string `json:"AccessToken" shape:"TokenModelType,required"`
	Credential             Kept   `json:"Credential" shape:",required"`
	FriendlyCredentialName string `json:"FriendlyCredentialName,omitempty" shape:"FriendlyNameType"`
}

// ListWebAuthnCredentialsRequest is the input of ListWebAuthnCredentials.
type ListWebAuthnCredentialsRequest struct {
	AccessToken string `json:"AccessToken" shape:"TokenModelType,required"`
	MaxResults  *int64 `json:"MaxResults,omitempty" shape:"WebAuthnCredentialsQueryLimitType"`
	NextToken   string `json:"NextToken,omitempty" shape:"PaginationKey"`
}

// ListWebAuthnCredentialsResponse is the output of ListWebAuthnCredentials.
type ListWebAuthnCredentialsResponse struct {
	Credentials []WebAuthnCredentialDescription `json:"Credentials"`
	NextToken   string                          `json:"NextToken,omitempty"`
}

// WebAuthnCredentialDescription is a passkey of a user.
type WebAuthnCredentialDescription struct {
	CredentialID            string    `json:"CredentialId"`
	FriendlyCredentialName  string    `json:"FriendlyCredentialName"`
	RelyingPartyID          string    `json:"RelyingPartyId"`
	AuthenticatorAttachment string    `json:"AuthenticatorAttachment,omitempty"`
	AuthenticatorTransports []string  `json:"AuthenticatorTransports"`
	CreatedAt               Timestamp `json:"CreatedAt"`
}

// DeleteWebAuthnCredentialRequest is the input of DeleteWebAuthnCredential.
type DeleteWebAuthnCredentialRequest struct {
	AccessToken  string `json:"AccessToken" shape:"TokenModelType,required"`
	CredentialID string `json:"CredentialId" shape:"CredentialIdType,required"`
}

package api

// AssociateSoftwareTokenRequest is the input of AssociateSoftwareToken. A Session, of
// a sign-in under way, is not taken here: sign in on the hosted pages, which set the
// factor up by themselves.
type AssociateSoftwareTokenRequest struct {
	AccessToken string   `json:"AccessToken,omitempty" shape:"TokenModelType"`
	Session     Unserved `json:"Session,omitzero"`
}

// AssociateSoftwareTokenResponse is the output of AssociateSoftwareToken: the secret
// that the authenticator app needs, in base32.
type AssociateSoftwareTokenResponse struct {
	SecretCode string `json:"SecretCode"`
}

// VerifySoftwareTokenRequest is the input of VerifySoftwareToken.
type VerifySoftwareTokenRequest struct {
	AccessToken        string   `json:"AccessToken,omitempty" shape:"TokenModelType"`
	Session            Unserved `json:"Session,omitzero"`
	UserCode           string   `json:"UserCode" shape:"SoftwareTokenMFAUserCodeType,required"`
	FriendlyDeviceName string   `json:"FriendlyDeviceName,omitempty" shape:"FriendlyNameType"`
}

// VerifySoftwareTokenResponse is the output of VerifySoftwareToken.
type VerifySoftwareTokenResponse struct {
	Status string `json:"Status"`
}

// SetUserMFAPreferenceRequest is the input of SetUserMFAPreference.
type SetUserMFAPreferenceRequest struct {
	AccessToken string `json:"AccessToken" shape:"TokenModelType,required"`
	MfaPreferences
}

// GetUserAuthFactorsResponse is the output of GetUserAuthFactors.
type GetUserAuthFactorsResponse struct {
	Username                  string   `json:"Username"`
	PreferredMfaSetting       string   `json:"PreferredMfaSetting,omitempty"`
	UserMFASettingList        []string `json:"UserMFASettingList,omitempty"`
	ConfiguredUserAuthFactors []string `json:"ConfiguredUserAuthFactors,omitempty"`
}

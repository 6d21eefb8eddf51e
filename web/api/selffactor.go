package api

import (
	"context"
	"errors"

	"github.com/cognate-idp/cognate/provider"
)

// associateSoftwareToken makes a secret, which counts once a code of it was shown.
func (a *API) associateSoftwareToken(ctx context.Context, who *Self, _ *AssociateSoftwareTokenRequest) (*AssociateSoftwareTokenResponse, error) {
	offer, write, err := a.Factors.OfferTOTP(ctx, who.Pool, who.User)
	if err != nil {
		return nil, err
	}
	if err := a.Factors.Store.Tx(ctx, write); err != nil {
		return nil, err
	}
	return &AssociateSoftwareTokenResponse{offer.Secret()}, nil
}

// verifySoftwareToken counts no tries: who calls has been told the secret, so there
// is nothing to guess.
func (a *API) verifySoftwareToken(ctx context.Context, who *Self, in *VerifySoftwareTokenRequest) (*VerifySoftwareTokenResponse, error) {
	write, err := a.Factors.EnrolTOTP(ctx, who.Pool, who.User, nil, in.UserCode, in.FriendlyDeviceName)
	if errors.Is(err, provider.ErrCodeMismatch) {
		return nil, exception("EnableSoftwareTokenMFAException", "Code mismatch")
	}
	if err != nil {
		return nil, err
	}
	if err := a.Factors.Store.Tx(ctx, write); err != nil {
		return nil, err
	}
	return &VerifySoftwareTokenResponse{"SUCCESS"}, nil
}

func (a *API) setUserMFAPreference(ctx context.Context, who *Self, in *SetUserMFAPreferenceRequest) error {
	return a.Factors.SetOwnPreferences(ctx, who.Pool, who.User.ID, in.wishes())
}

func (a *API) getUserAuthFactors(ctx context.Context, who *Self, _ *SelfRequest) (*GetUserAuthFactorsResponse, error) {
	configured, err := a.Factors.Configured(ctx, who.Pool, who.User)
	if err != nil {
		return nil, err
	}
	preferred, list := mfaSettings(who.User)
	return &GetUserAuthFactorsResponse{Username: who.User.Username, PreferredMfaSetting: preferred, UserMFASettingList: list, ConfiguredUserAuthFactors: configured}, nil
}

// mfaSettings are a user's second factors, the one that is asked for first apart.
func mfaSettings(u *provider.User) (preferred string, list []string) {
	return string(u.MFA.Preferred), factorNames(u.MFA.Enabled)
}

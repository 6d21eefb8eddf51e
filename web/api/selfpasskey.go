package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cognate-idp/cognate/provider"
)

func (a *API) startWebAuthnRegistration(ctx context.Context, who *Self, _ *SelfRequest) (*StartWebAuthnRegistrationResponse, error) {
	options, err := a.Factors.BeginPasskey(ctx, who.Pool, who.User)
	if err != nil {
		return nil, err
	}
	return &StartWebAuthnRegistrationResponse{Kept{options}}, nil
}

func (a *API) completeWebAuthnRegistration(ctx context.Context, who *Self, in *CompleteWebAuthnRegistrationRequest) error {
	credential, err := json.Marshal(in.Credential)
	if err != nil {
		return fmt.Errorf("read credential: %w", err)
	}
	_, err = a.Factors.FinishPasskey(ctx, who.Pool, who.User, string(credential), in.FriendlyCredentialName)
	return err
}

// maxPasskeyPage is Cognito's; nobody has more passkeys than that.
const maxPasskeyPage = 20

func (a *API) listWebAuthnCredentials(ctx context.Context, who *Self, in *ListWebAuthnCredentialsRequest) (*ListWebAuthnCredentialsResponse, error) {
	limit := int(value(in.MaxResults))
	if limit == 0 {
		limit = maxPasskeyPage
	}
	keys, next, err := page(limit, in.NextToken, func(after string, n int) ([]provider.Passkey, error) {
		keys, err := a.Factors.ListPasskeys(ctx, who.Pool, who.User.ID)
		i := slices.IndexFunc(keys, func(k provider.Passkey) bool { return k.ID == after })
		keys = keys[i+1:]
		return keys[:min(n, len(keys))], err
	}, func(k *provider.Passkey) string { return k.ID })
	if err != nil {
		return nil, err
	}
	site := a.Factors.RelyingPartyID(who.Pool)
	return &ListWebAuthnCredentialsResponse{NextToken: next, Credentials: each(keys, func(k *provider.Passkey) WebAuthnCredentialDescription {
		return wirePasskey(site, k)
	})}, nil
}

func (a *API) deleteWebAuthnCredential(ctx context.Context, who *Self, in *DeleteWebAuthnCredentialRequest) error {
	return a.Factors.RemovePasskey(ctx, who.Pool, who.User.ID, in.CredentialID)
}

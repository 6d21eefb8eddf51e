package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/factor"
)

// passkeyOperations are operators' acts on users' passkeys.
func (a *API) passkeyOperations() []Operation {
	return []Operation{
		read(Own, "AdminListUserPasskeys", directory.UsersRead, a.adminListUserPasskeys),
		silent(Own, "AdminDeleteUserPasskey", directory.UsersSupport, factor.ActionPasskeyRemoved, a.adminDeleteUserPasskey),
	}
}

// UserPasskeyType is a passkey as an operator sees it.
type UserPasskeyType struct {
	WebAuthnCredentialDescription
	LastUsedAt     *Timestamp `json:"LastUsedAt,omitempty"`
	AAGUID         string     `json:"AAGUID"`
	BackupEligible bool       `json:"BackupEligible"` // it may be synchronized
	BackupState    bool       `json:"BackupState"`    // it is
	Suspect        bool       `json:"Suspect"`        // it may have been copied, and works no more
}

// AdminListUserPasskeysResponse is the output of AdminListUserPasskeys. A user has 20
// at most, so there is one page.
type AdminListUserPasskeysResponse struct {
	Credentials []UserPasskeyType `json:"Credentials"`
}

// AdminDeleteUserPasskeyRequest is the input of AdminDeleteUserPasskey.
type AdminDeleteUserPasskeyRequest struct {
	UserPoolID   string `json:"UserPoolId" shape:"UserPoolIdType,required"`
	Username     string `json:"Username" shape:"UsernameType,required"`
	CredentialID string `json:"CredentialId" shape:"StringType,required"`
}

func (a *API) adminListUserPasskeys(ctx context.Context, in *AdminUserRequest) (*AdminListUserPasskeysResponse, error) {
	p, u, err := a.userIn(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return nil, err
	}
	keys, err := a.Factors.ListPasskeys(ctx, p, u.ID)
	if err != nil {
		return nil, err
	}
	site := a.Factors.RelyingPartyID(p)
	return &AdminListUserPasskeysResponse{each(keys, func(k *provider.Passkey) UserPasskeyType { return wireUserPasskey(site, k) })}, nil
}

func wireUserPasskey(site string, k *provider.Passkey) UserPasskeyType {
	out := UserPasskeyType{
		WebAuthnCredentialDescription: wirePasskey(site, k), AAGUID: k.AAGUID,
		BackupEligible: k.BackupEligible, BackupState: k.BackupState, Suspect: k.Suspect,
	}
	if k.LastUsedAt != 0 {
		used := Timestamp(k.LastUsedAt)
		out.LastUsedAt = &used
	}
	return out
}

func wirePasskey(site string, k *provider.Passkey) WebAuthnCredentialDescription {
	return WebAuthnCredentialDescription{
		CredentialID: k.ID, FriendlyCredentialName: k.Name, RelyingPartyID: site, AuthenticatorAttachment: k.Attachment,
		AuthenticatorTransports: append([]string{}, k.Transports...), CreatedAt: Timestamp(k.CreatedAt),
	}
}

func (a *API) adminDeleteUserPasskey(ctx context.Context, in *AdminDeleteUserPasskeyRequest) error {
	p, u, err := a.userIn(ctx, in.UserPoolID, in.Username)
	if err != nil {
		return err
	}
	return a.Factors.TakePasskey(ctx, p, u.ID, in.CredentialID)
}

// checkOrigins refuses what no page's origin looks like (RFC 6454 section 6.2).
func checkOrigins(origins []string) error {
	for _, o := range origins {
		u, err := url.Parse(o)
		local := err == nil && u.Scheme == "http" && (u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost"))
		if err != nil || u.Host == "" || u.Scheme != "https" && !local || u.Scheme+"://"+u.Host != o {
			return invalidParameterf("WebAuthnConfiguration.Origins: %q is not an origin such as https://app.example.com", o)
		}
	}
	return nil
}

package identity

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
	"github.com/cognate-idp/cognate/provider/identitypool/policy"
	"github.com/cognate-idp/cognate/web/respond"
)

// exchanged is the answer on the wire: RFC 8693 section 2.2.1, authorization
// details by RFC 9396 section 7, and what an identity pool tells beside them.
type exchanged struct {
	AccessToken string               `json:"access_token"`
	IssuedType  string               `json:"issued_token_type"`
	TokenType   string               `json:"token_type"`
	ExpiresIn   int64                `json:"expires_in"`
	Scope       string               `json:"scope,omitempty"`
	IdentityID  string               `json:"identity_id"`
	Role        *identitypool.Choice `json:"role,omitempty"`
	Details     []policy.Detail      `json:"authorization_details,omitempty"`
	GuestHandle string               `json:"guest_handle,omitempty"`
	*keys
}

// keys are temporary keys in the words of Cognito's GetCredentialsForIdentity.
type keys struct {
	AccessKeyID  string    `json:"AccessKeyId"`
	SecretKey    string    `json:"SecretKey"`
	SessionToken string    `json:"SessionToken"`
	Expiration   time.Time `json:"Expiration"`
}

// exchange is the token endpoint.
func (h *Handler) exchange(w http.ResponseWriter, r *http.Request) error {
	form, err := readForm(w, r)
	if err != nil {
		return err
	}
	request, err := parseExchange(form)
	if err != nil {
		return err
	}
	pool := provider.TenantFrom(r.Context()).ID()
	out, err := h.Pools.Exchange(r.Context(), pool, request)
	if err != nil {
		return err
	}
	return respond.JSON(w, http.StatusOK, answer(out, h.Pools.Now()))
}

func parseExchange(form url.Values) (identitypool.ExchangeRequest, error) {
	var none identitypool.ExchangeRequest
	switch grant := form.Get("grant_type"); {
	case grant == "":
		return none, provider.Invalid("grant_type", "The grant_type is missing.")
	case grant != grantType:
		return none, &provider.Error{Code: provider.CodeInvalid, Kind: unsupportedGrant, Message: "The only grant_type here is " + grantType + "."}
	case form.Has("actor_token") != form.Has("actor_token_type"):
		return none, provider.Invalid("actor_token", "An actor_token and its actor_token_type go together.")
	case form.Has("actor_token"):
		return none, provider.Invalid("actor_token", "An identity acts for itself only: no actor_token is taken here.")
	}
	return identitypool.ExchangeRequest{
		SubjectToken:     form.Get("subject_token"),
		SubjectTokenType: form.Get("subject_token_type"),
		RequestedType:    form.Get("requested_token_type"),
		GuestHandle:      form.Get("guest_handle"),
		ClientID:         form.Get("client_id"),
		Scopes:           strings.Fields(form.Get("scope")),
		Audiences:        form["audience"],
		Resources:        form["resource"],
	}, nil
}

func answer(out *identitypool.Exchanged, now time.Time) exchanged {
	body := exchanged{
		AccessToken: out.Token, IssuedType: out.IssuedType, TokenType: "Bearer",
		ExpiresIn: out.ExpiresAt.Unix() - now.Unix(), Scope: out.Scope,
		IdentityID: out.IdentityID, Role: out.Role, Details: out.Details, GuestHandle: out.GuestHandle,
	}
	switch out.IssuedType {
	case identitypool.TokenID:
		// It tells who somebody is and opens nothing (RFC 8693 section 2.2.1).
		body.TokenType = "N_A"
	case identitypool.TokenTemporaryKeys:
		body.TokenType = "N_A"
		body.keys = &keys{out.Keys.AccessKeyID, out.Keys.SecretKey, out.Keys.SessionToken, out.Keys.ExpiresAt.UTC()}
	}
	return body
}

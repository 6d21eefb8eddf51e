package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ory/fosite"
)

// Tokens is a successful answer of the token endpoint (RFC 6749 section 5.1,
// OpenID Connect Core 1.0 section 3.1.3.3).
type Tokens struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

// grantTypes are those that the token endpoint serves, each with the parameters
// that fosite may see. The client has been authenticated before, and parameters
// of grants that do not exist here must not reach it.
func grantTypes(grant string) ([]string, bool) {
	switch grant {
	case "authorization_code":
		return []string{"grant_type", "code", "redirect_uri", "code_verifier", "client_id"}, true
	case "refresh_token":
		return []string{"grant_type", "refresh_token", "scope", "client_id"}, true
	case "client_credentials":
		return []string{"grant_type", "scope", "client_id"}, true
	}
	return nil, false
}

// Exchange answers a token request (RFC 6749 section 3.2). Nothing is written
// unless all tokens are signed, and no token leaves unless all is written.
//
// Errors: *Error for what the client may be told; a *provider.Error or another
// error for what failed here.
func (s *Server) Exchange(ctx context.Context, c Credentials) (*Tokens, error) {
	if err := checkParameters(c.Form); err != nil {
		return nil, err
	}
	grant := c.Form.Get("grant_type")
	names, ok := grantTypes(grant)
	if grant == "" {
		return nil, invalidRequest("The parameter 'grant_type' is missing.")
	}
	if !ok {
		return nil, fail(http.StatusBadRequest, "unsupported_grant_type", "The grant type '"+grant+"' is not supported.")
	}
	client, err := s.authenticate(ctx, c)
	if err != nil {
		return nil, err
	}
	if !client.grantTypes.Has(grant) {
		return nil, fail(http.StatusBadRequest, "unauthorized_client", "The client may not use the grant type '"+grant+"'.")
	}
	form := flat(c.Form, names...)
	switch {
	case grant == "authorization_code" && form.Get("code") == "":
		return nil, invalidRequest("The parameter 'code' is missing.")
	case grant == "refresh_token" && form.Get("refresh_token") == "":
		return nil, invalidRequest("The parameter 'refresh_token' is missing.")
	case grant == "client_credentials":
		if err := client.machineScopes(form); err != nil {
			return nil, err
		}
	}
	return s.issue(ctx, client, form)
}

// machineScopes sets the scopes of a token that has no user: those asked for, or
// all of the client's that do not speak of a user.
func (c *client) machineScopes(form url.Values) *Error {
	asked := words(form.Get("scope"))
	for _, scope := range asked {
		if aboutUser(scope) {
			return fail(http.StatusBadRequest, "invalid_scope", "The scope '"+scope+"' needs a user.")
		}
	}
	if len(asked) == 0 {
		form.Set("scope", strings.Join(slices.DeleteFunc(slices.Clone(c.scopes), aboutUser), " "))
	}
	return nil
}

// aboutUser reports whether a scope means something only with a user.
func aboutUser(scope string) bool {
	switch scope {
	case "openid", "profile", "email", "phone", "address", "offline_access", "aws.cognito.signin.user.admin":
		return true
	}
	return false
}

// issue lets fosite run the grant, and then writes.
func (s *Server) issue(ctx context.Context, c *client, form url.Values) (*Tokens, error) {
	x, ctx := s.newExchange(asClient(ctx, c), c)
	x.grantType = form.Get("grant_type")
	request := &http.Request{Method: http.MethodPost, Form: form, PostForm: form}
	access, err := s.engine.NewAccessRequest(ctx, request, &session{})
	if err != nil {
		return nil, x.translate(err)
	}
	if x.grantType == "client_credentials" {
		for _, scope := range access.GetRequestedScopes() {
			access.GrantScope(scope)
		}
	}
	response, err := s.engine.NewAccessResponse(ctx, access)
	if err != nil {
		return nil, x.translate(err)
	}
	err = s.commit(ctx, x)
	if errors.Is(err, errLost) {
		err = s.lost(ctx, x, form)
	}
	if err != nil {
		return nil, err
	}
	return x.tokens(access, response), nil
}

// lost settles what happens to a request that another one with the same code or
// refresh token overtook.
func (s *Server) lost(ctx context.Context, x *exchange, form url.Values) error {
	if x.grantType == "refresh_token" {
		return s.overtaken(ctx, x, form.Get("refresh_token"))
	}
	if err := s.revokeReplayed(ctx, x.pool(), x.standing.Grant.ID); err != nil {
		return err
	}
	return invalidGrant("The authorization code has already been used.")
}

// tokens reads fosite's answer.
func (x *exchange) tokens(request fosite.AccessRequester, response fosite.AccessResponder) *Tokens {
	text := func(name string) string {
		value, _ := response.GetExtra(name).(string)
		return value
	}
	out := &Tokens{
		AccessToken: response.GetAccessToken(), TokenType: "Bearer", Scope: text("scope"), IDToken: text("id_token"),
		ExpiresIn: int64(x.client.Settings.AccessTokenLife().Seconds()),
	}
	refresh := text("refresh_token")
	if x.successor != "" {
		refresh = x.successor
	}
	// A client without rotation keeps the refresh token that it has.
	if refresh != request.GetRequestForm().Get("refresh_token") {
		out.RefreshToken = refresh
	}
	return out
}

package oauth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// Decision is what the authorize endpoint does next. Exactly one field is set.
type Decision struct {
	Redirect string       // send the browser there: an answer or an error for the client
	SignIn   *Interaction // let somebody sign in, then call Resume
	Consent  *Interaction // ask the user, then call Consent or Deny
}

// authorizeRequest is a valid authorization request.
type authorizeRequest struct {
	Version       int           `json:"v"`
	ClientID      string        `json:"client_id"`
	Redirect      string        `json:"redirect"`               // where the answer goes: the exact or loopback-matched URI
	RedirectURI   string        `json:"redirect_uri,omitempty"` // as the client gave it
	State         string        `json:"state,omitempty"`
	Scopes        []string      `json:"scopes,omitempty"`
	Nonce         string        `json:"nonce,omitempty"`
	CodeChallenge string        `json:"code_challenge,omitempty"`
	Prompt        []string      `json:"prompt,omitempty"`
	MaxAge        *int64        `json:"max_age,omitempty"` // seconds
	HintedSubject string        `json:"hinted_subject,omitempty"`
	LoginHint     string        `json:"login_hint,omitempty"`
	UILocales     string        `json:"ui_locales,omitempty"`
	Upstream      string        `json:"upstream,omitempty"` // identity_provider or idp_identifier
	RequestedAt   provider.Time `json:"requested_at"`
	Chosen        string        `json:"chosen,omitempty"` // the session whose user said that it shall be them

	client *client
}

// asks reports whether prompt has the value.
func (a *authorizeRequest) asks(prompt string) bool { return slices.Contains(a.Prompt, prompt) }

// Authorize judges an authorization request (RFC 6749 section 4.1.1, OpenID
// Connect Core 1.0 section 3.1.2) from a browser in which who is signed in, or
// nobody when nil.
//
// Errors: an *Error is for a page and never for a redirect: the client or its
// redirect URI is not known. All else that is wrong with the request is told to
// the client in Decision.Redirect.
func (s *Server) Authorize(ctx context.Context, form url.Values, who *provider.Principal) (*Decision, error) {
	request, err := s.identify(ctx, form)
	if err != nil {
		return nil, err
	}
	if refusal := s.parse(ctx, form, request); refusal != nil {
		return s.redirectError(ctx, request, refusal)
	}
	return s.decide(ctx, request, who, "")
}

// identify finds the client and the redirect URI. Until both are known there is
// nowhere safe to redirect to (RFC 6749 section 4.1.2.1).
func (s *Server) identify(ctx context.Context, form url.Values) (*authorizeRequest, error) {
	id, refusal := single(form, "client_id")
	if refusal != nil {
		return nil, refusal
	}
	if id == "" {
		return nil, invalidRequest("The parameter 'client_id' is missing.").because(ErrNoClient)
	}
	client, err := s.client(ctx, id)
	if errors.Is(err, provider.ErrClientNotFound) {
		return nil, fail(http.StatusBadRequest, "invalid_client", "There is no such client.")
	}
	if err != nil {
		return nil, err
	}
	if !client.Enabled {
		return nil, fail(http.StatusBadRequest, "invalid_client", "The client is disabled.")
	}
	given, refusal := single(form, "redirect_uri")
	if refusal != nil {
		return nil, refusal
	}
	redirect, ok := client.matchRedirect(given)
	if !ok {
		return nil, invalidRequest("The redirect URI is not one that is registered for the client.").because(ErrRedirect)
	}
	return &authorizeRequest{Version: 1, ClientID: id, Redirect: redirect, RedirectURI: given, client: client,
		RequestedAt: provider.At(s.Now())}, nil
}

// parse reads the rest of the request. Its errors go to the client.
func (s *Server) parse(ctx context.Context, form url.Values, a *authorizeRequest) *Error {
	var refusal *Error
	if a.State, refusal = single(form, "state"); refusal != nil {
		return refusal
	}
	if refusal = checkParameters(form); refusal != nil {
		return refusal
	}
	a.Nonce, a.CodeChallenge = form.Get("nonce"), form.Get("code_challenge")
	a.LoginHint, a.UILocales = form.Get("login_hint"), form.Get("ui_locales")
	if a.UILocales == "" {
		a.UILocales = form.Get("lang") // Cognito's name for it
	}
	if a.Upstream = form.Get("identity_provider"); a.Upstream == "" {
		a.Upstream = form.Get("idp_identifier")
	}
	for _, check := range []func(url.Values, *authorizeRequest) *Error{checkUnsupported, checkResponse, checkPKCE, checkPrompt, checkScope} {
		if refusal := check(form, a); refusal != nil {
			return refusal
		}
	}
	if hint := form.Get("id_token_hint"); hint != "" {
		claims, err := s.hint(ctx, hint)
		if err != nil {
			return invalidRequest("The id_token_hint is no ID token of this issuer.")
		}
		a.HintedSubject = claims.Subject
	}
	return nil
}

// hint reads an ID token that was issued here. It may have expired, and its key
// may have been retired (OpenID Connect Core 1.0 section 3.1.2.1).
func (s *Server) hint(ctx context.Context, compact string) (*token.Claims, error) {
	tenant := provider.TenantFrom(ctx)
	keys, err := s.Keys.Set(ctx, tenant.ID())
	if err != nil {
		return nil, err
	}
	claims, err := keys.Verify(compact, token.Expect{Issuer: tenant.Issuer, Use: token.UseID, Now: s.Now()})
	if errors.Is(err, token.ErrExpired) {
		err = nil
	}
	return claims, err
}

func checkUnsupported(form url.Values, _ *authorizeRequest) *Error {
	for name, code := range map[string]string{
		"request": "request_not_supported", "request_uri": "request_uri_not_supported", "registration": "registration_not_supported",
	} {
		if form.Get(name) != "" {
			return fail(http.StatusBadRequest, code, "The parameter '"+name+"' is not supported.")
		}
	}
	return nil
}

func checkResponse(form url.Values, a *authorizeRequest) *Error {
	switch kind := form.Get("response_type"); {
	case kind == "":
		return invalidRequest("The parameter 'response_type' is missing.")
	case kind != "code":
		return fail(http.StatusBadRequest, "unsupported_response_type", "The response type '"+kind+"' is not supported. Use 'code'.")
	case !a.client.grantTypes.Has("authorization_code"):
		return fail(http.StatusBadRequest, "unauthorized_client", "The client may not use the authorization code grant.")
	}
	if mode := form.Get("response_mode"); mode != "" && mode != "query" {
		return invalidRequest("The response mode '" + mode + "' is not supported. Use 'query'.")
	}
	return nil
}

// checkPKCE asks for a challenge early, before anybody signs in in vain. fosite
// asks again.
func checkPKCE(form url.Values, a *authorizeRequest) *Error {
	method := form.Get("code_challenge_method")
	switch {
	case a.CodeChallenge == "" && method != "":
		return invalidRequest("A code_challenge_method comes without a code_challenge.")
	case a.CodeChallenge == "" && a.client.Public():
		return invalidRequest("This client must send a code_challenge (PKCE).")
	case a.CodeChallenge == "":
		return nil
	case method != "S256":
		return invalidRequest("The code_challenge_method must be S256.")
	case len(a.CodeChallenge) != 43:
		return invalidRequest("The code_challenge is no base64url-encoded SHA-256 hash.")
	}
	return nil
}

func checkPrompt(form url.Values, a *authorizeRequest) *Error {
	a.Prompt = words(form.Get("prompt"))
	for _, prompt := range a.Prompt {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, prompt) {
			return invalidRequest("The prompt '" + prompt + "' is not known.")
		}
	}
	if a.asks("none") && len(a.Prompt) > 1 {
		return invalidRequest("The prompt 'none' allows no other beside it.")
	}
	if text := form.Get("max_age"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds < 0 || seconds > int64(10*365*24*time.Hour/time.Second) {
			return invalidRequest("The max_age is no sensible number of seconds.")
		}
		a.MaxAge = &seconds
	}
	return nil
}

// checkScope settles the scopes. Without any, the client gets all of its own
// (RFC 6749 section 3.3). offline_access is ignored where it is not allowed
// (OpenID Connect Core 1.0 section 11).
func checkScope(form url.Values, a *authorizeRequest) *Error {
	a.Scopes = words(form.Get("scope"))
	if len(a.Scopes) == 0 {
		a.Scopes = slices.Clone(a.client.scopes)
	}
	for _, scope := range a.Scopes {
		if !a.client.scopes.Has(scope) && scope != "offline_access" {
			return fail(http.StatusBadRequest, "invalid_scope", "The client may not ask for the scope '"+scope+"'.")
		}
	}
	a.Scopes = slices.DeleteFunc(a.Scopes, func(scope string) bool { return !a.client.scopes.Has(scope) })
	if slices.Contains(a.Scopes, "openid") && a.RedirectURI == "" {
		return invalidRequest("OpenID Connect requires the parameter 'redirect_uri'.")
	}
	return nil
}

// decide answers the request, or says who must be asked what first. pending is
// the id of the request's row if it has one already.
func (s *Server) decide(ctx context.Context, a *authorizeRequest, who *provider.Principal, pending string) (*Decision, error) {
	if !a.satisfied(who) {
		if a.asks("none") {
			return s.redirectError(ctx, a, fail(http.StatusBadRequest, "login_required", "Nobody is signed in, or not in the way that the request asks for."))
		}
		if pending != "" && who != nil && a.HintedSubject != "" && who.UserID != a.HintedSubject {
			return s.endWithError(ctx, a, pending, fail(http.StatusBadRequest, "login_required", "Somebody else signed in than the id_token_hint names."))
		}
		i, err := s.interaction(ctx, a, who, pending)
		return &Decision{SignIn: i}, err
	}
	agreed, err := s.agreed(ctx, a, who)
	if err != nil {
		return nil, err
	}
	if !agreed {
		if a.asks("none") {
			return s.redirectError(ctx, a, fail(http.StatusBadRequest, "consent_required", "The user has not allowed this yet."))
		}
		i, err := s.interaction(ctx, a, who, pending)
		return &Decision{Consent: i}, err
	}
	return s.authorize(ctx, a, who, pending, false)
}

// satisfied reports whether the signed-in user is one that the request accepts:
// the one it names, who proved it recently enough.
func (a *authorizeRequest) satisfied(who *provider.Principal) bool {
	switch {
	case who == nil:
		return false
	case a.HintedSubject != "" && who.UserID != a.HintedSubject:
		return false
	case a.asks("login"):
		return !who.AuthTime.Before(a.RequestedAt)
	case a.asks("select_account") && a.Chosen != who.SessionID && who.AuthTime.Before(a.RequestedAt):
		return false // neither chosen nor signed in since
	case a.MaxAge != nil:
		return !who.AuthTime.Before(a.RequestedAt.Add(-time.Duration(*a.MaxAge) * time.Second))
	}
	return true
}

// agreed reports whether the user needs no asking. A first party's client asks
// only if it wants to: nobody is asked whether the house may enter.
func (s *Server) agreed(ctx context.Context, a *authorizeRequest, who *provider.Principal) (bool, error) {
	if a.asks("consent") || !a.client.Settings.RequireConsent {
		return !a.asks("consent"), nil
	}
	given, err := s.Store.Pool(who.PoolID).Consent(ctx, who.UserID, a.ClientID)
	if err != nil || given == nil {
		return false, err
	}
	for _, scope := range a.Scopes {
		if !slices.Contains(given.Scopes, scope) {
			return false, nil
		}
	}
	return true, nil
}

// authorize makes the grant and answers with its code, in one transaction. With
// remember, the user's consent is written too.
func (s *Server) authorize(ctx context.Context, a *authorizeRequest, who *provider.Principal, pending string, remember bool) (*Decision, error) {
	x, ctx := s.newExchange(ctx, a.client.forRedirect(a.Redirect))
	x.principal, x.given = who, a.RedirectURI
	ended := true
	if pending != "" {
		x.writes = append(x.writes, func(ctx context.Context) (err error) {
			if ended, err = s.Store.Pool(x.pool()).EndAuthorization(ctx, pending); err == nil && !ended {
				err = errLost
			}
			return err
		})
	}
	if remember {
		x.writes = append(x.writes, func(ctx context.Context) error { return s.remember(ctx, a, who) })
	}
	request, err := s.engine.NewAuthorizeRequest(ctx, &http.Request{Method: http.MethodGet, Form: a.form()})
	if err != nil {
		return s.redirectFailure(ctx, a, x.translate(err))
	}
	for _, scope := range request.GetRequestedScopes() {
		request.GrantScope(scope)
	}
	response, err := s.engine.NewAuthorizeResponse(ctx, request, &session{subject: who.UserID, username: who.Username})
	if err != nil {
		return s.redirectFailure(ctx, a, x.translate(err))
	}
	if err := s.commit(ctx, x); errors.Is(err, errLost) {
		return nil, provider.ErrAttemptNotFound
	} else if err != nil {
		return nil, err
	}
	return s.redirect(ctx, a, url.Values{"code": {response.GetCode()}})
}

// form is the request as fosite may see it: flat, with a stand-in for a state,
// which fosite would insist on.
func (a *authorizeRequest) form() url.Values {
	form := url.Values{
		"response_type": {"code"}, "client_id": {a.ClientID}, "redirect_uri": {a.Redirect}, "state": {"-"},
		"scope": {strings.Join(a.Scopes, " ")},
	}
	if a.CodeChallenge != "" {
		form.Set("code_challenge", a.CodeChallenge)
		form.Set("code_challenge_method", "S256")
	}
	if a.Nonce != "" {
		form.Set("nonce", a.Nonce)
	}
	return form
}

// redirect answers the client with params, state and iss (RFC 9207 section 2).
func (s *Server) redirect(ctx context.Context, a *authorizeRequest, params url.Values) (*Decision, error) {
	params.Set("iss", provider.TenantFrom(ctx).Issuer)
	if a.State != "" {
		params.Set("state", a.State)
	}
	target, err := url.Parse(a.Redirect)
	if err != nil {
		return nil, err
	}
	if target.RawQuery != "" {
		target.RawQuery += "&"
	}
	target.RawQuery += params.Encode()
	return &Decision{Redirect: target.String()}, nil
}

func (s *Server) redirectError(ctx context.Context, a *authorizeRequest, refusal *Error) (*Decision, error) {
	return s.redirect(ctx, a, url.Values{"error": {refusal.Code}, "error_description": {refusal.Description}})
}

// redirectFailure tells the client what may be told, and answers the rest as an
// error of ours.
func (s *Server) redirectFailure(ctx context.Context, a *authorizeRequest, err error) (*Decision, error) {
	var refusal *Error
	if errors.As(err, &refusal) {
		return s.redirectError(ctx, a, refusal)
	}
	return nil, err
}

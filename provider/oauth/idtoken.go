package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/google/uuid"
	"github.com/ory/fosite"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/token"
)

// idTokens is the token endpoint handler that adds an ID token for the scope
// openid. It comes last: the access token must be there to be hashed.
type idTokens struct{ *Server }

func (*idTokens) CanSkipClientAuth(context.Context, fosite.AccessRequester) bool { return false }

func (*idTokens) CanHandleTokenEndpointRequest(_ context.Context, r fosite.AccessRequester) bool {
	return r.GetGrantTypes().ExactOne("authorization_code") || r.GetGrantTypes().ExactOne("refresh_token")
}

func (*idTokens) HandleTokenEndpointRequest(context.Context, fosite.AccessRequester) error {
	return fosite.ErrUnknownRequest // another handler judges the grant
}

func (h *idTokens) PopulateTokenEndpointResponse(ctx context.Context, r fosite.AccessRequester, out fosite.AccessResponder) error {
	if !h.CanHandleTokenEndpointRequest(ctx, r) || !r.GetGrantedScopes().Has("openid") {
		return fosite.ErrUnknownRequest
	}
	x := exchangeFrom(ctx)
	// A refreshed ID token has no nonce (OpenID Connect Core 1.0 section 12.2).
	nonce := ""
	if r.GetGrantTypes().ExactOne("authorization_code") {
		nonce = x.request.Nonce
	}
	compact, err := h.signID(ctx, x, r.GetGrantedScopes(), nonce, out.GetAccessToken())
	if err != nil {
		return x.broke(err)
	}
	out.SetExtra("id_token", compact)
	return nil
}

// signID makes an ID token (OpenID Connect Core 1.0 section 2).
func (s *Server) signID(ctx context.Context, x *exchange, scopes []string, nonce, access string) (string, error) {
	keys, err := s.Keys.Signing(ctx, x.pool(), x.client.idAlgorithm())
	if err != nil {
		return "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	st, algorithm := x.standing, x.client.idAlgorithm()
	claims := userClaims(x.tenant.Pool, &st.User, x.client, scopes)
	addGroups(claims, st)
	addIdentities(claims, st)
	claims["iss"], claims["sub"], claims["aud"] = x.tenant.Issuer, st.User.ID, x.client.ID
	claims["token_use"], claims["jti"], claims["origin_jti"] = token.UseID, id.String(), st.Grant.ID
	claims["iat"], claims["exp"] = x.now.Unix(), x.now.Add(x.client.Settings.IDTokenLife()).Unix()
	claims["auth_time"] = st.Grant.AuthTime.Unix()
	claims["cognito:username"] = st.User.Username
	claims["at_hash"] = halfHash(algorithm, access)
	if nonce != "" {
		claims["nonce"] = nonce
	}
	typ := token.TypeNone
	if x.client.profile != provider.TokenProfileCognito {
		typ = token.TypeJWT
		if len(x.request.AMR) > 0 {
			claims["amr"] = x.request.AMR
		}
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return keys.Sign(algorithm, typ, payload)
}

// addGroups adds the user's groups and their roles; the group that comes first
// by precedence names the preferred role.
func addGroups(claims map[string]any, st *store.Standing) {
	if len(st.Groups) == 0 {
		return
	}
	var roles []string
	for _, g := range st.Groups {
		if g.RoleARN != "" {
			roles = append(roles, g.RoleARN)
		}
	}
	claims["cognito:groups"] = groupNames(st.Groups)
	if len(roles) > 0 {
		claims["cognito:roles"] = roles
	}
	if role := preferredRole(st.Groups); role != "" {
		claims["cognito:preferred_role"] = role
	}
}

// addIdentities names the upstreams that vouch for the user in Cognito's form, in
// which every value is text.
func addIdentities(claims map[string]any, st *store.Standing) {
	var out []map[string]string
	for i, login := range st.Logins {
		out = append(out, map[string]string{
			"userId": login.Subject, "providerName": login.Provider, "providerType": login.Type, "issuer": login.Issuer,
			"primary": strconv.FormatBool(i == 0), "dateCreated": strconv.FormatInt(login.CreatedAt.Time().UnixMilli(), 10),
		})
	}
	if len(out) > 0 {
		claims["identities"] = out
	}
}

// preferredRole is the role of the groups with the lowest precedence. If several
// share that precedence and their roles differ, none is preferred, as Cognito
// has it. Groups come sorted by precedence, those without one last.
func preferredRole(groups []provider.Group) string {
	role := ""
	for _, g := range groups {
		first := groups[0].Precedence
		if same := (g.Precedence == nil) == (first == nil) && (first == nil || *g.Precedence == *first); !same {
			break
		}
		if g.RoleARN == "" {
			continue
		}
		if role != "" && role != g.RoleARN {
			return ""
		}
		role = g.RoleARN
	}
	return role
}

// halfHash is the left half of the hash of value that goes with the signature's
// algorithm: at_hash (OpenID Connect Core 1.0 section 3.1.3.6). Ed25519 hashes
// with SHA-512.
func halfHash(algorithm token.Algorithm, value string) string {
	if algorithm == token.EdDSA {
		sum := sha512.Sum512([]byte(value))
		return encode(sum[:len(sum)/2])
	}
	sum := sha256.Sum256([]byte(value))
	return encode(sum[:len(sum)/2])
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

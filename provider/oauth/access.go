package oauth

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// accessClaims are an access token's claims: RFC 9068 section 2.2 beside the
// names that Cognito gives them. The cognito profile leaves aud out, since
// Cognito's verifiers check client_id instead.
type accessClaims struct {
	Issuer    string         `json:"iss"`
	Subject   string         `json:"sub"`
	Audience  token.Audience `json:"aud,omitempty"`
	ExpiresAt int64          `json:"exp"`
	IssuedAt  int64          `json:"iat"`
	AuthTime  int64          `json:"auth_time,omitempty"`
	ID        string         `json:"jti"`
	Grant     string         `json:"origin_jti,omitempty"`
	Use       token.Use      `json:"token_use"`
	ClientID  string         `json:"client_id"`
	Username  string         `json:"username,omitempty"`
	Scope     string         `json:"scope,omitempty"`
	Groups    []string       `json:"cognito:groups,omitempty"`
	Version   int            `json:"version,omitempty"` // Cognito's mark of its newer access tokens
}

// signAccess makes an access token for the exchange's client and, if there is a
// grant, its user.
func (s *Server) signAccess(ctx context.Context, x *exchange, scopes []string) (string, error) {
	keys, err := s.Keys.Signing(ctx, x.pool(), x.client.accessAlgorithm())
	if err != nil {
		return "", err
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return "", err
	}
	claims := accessClaims{
		Issuer: x.tenant.Issuer, Subject: x.client.ID, ClientID: x.client.ID, ID: id.String(), Use: token.UseAccess,
		IssuedAt: x.now.Unix(), ExpiresAt: x.now.Add(x.client.Settings.AccessTokenLife()).Unix(), Scope: strings.Join(scopes, " "),
	}
	if st := x.standing; st != nil {
		claims.Subject, claims.Username, claims.Grant = st.User.ID, st.User.Username, st.Grant.ID
		claims.AuthTime, claims.Groups = st.Grant.AuthTime.Unix(), groupNames(st.Groups)
	}
	typ := token.TypeAccess
	if x.client.profile == provider.TokenProfileCognito {
		typ, claims.Version = token.TypeNone, 2
		if claims.AuthTime == 0 {
			claims.AuthTime = claims.IssuedAt
		}
	} else if claims.Audience, err = s.audience(ctx, x, scopes); err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	return keys.Sign(x.client.accessAlgorithm(), typ, payload)
}

// audience is whom an access token is for (RFC 9068 section 3): the resource
// servers whose scopes it has, and this server's own userinfo endpoint, under
// the issuer's name, for openid and for a token that has no other audience.
func (s *Server) audience(ctx context.Context, x *exchange, scopes []string) (token.Audience, error) {
	known, err := s.resources(ctx)
	if err != nil {
		return nil, err
	}
	var out token.Audience
	for _, scope := range scopes {
		if server, ok := known.byScope[scope]; ok && !slices.Contains(out, server) {
			out = append(out, server)
		}
	}
	if len(out) == 0 || slices.Contains(scopes, "openid") {
		out = append(out, x.tenant.Issuer)
	}
	return out, nil
}

// maxResourceServers bounds what a pool's scopes are looked up in.
const maxResourceServers = 1000

// resources are the pool's resource servers by scope.
type resources struct {
	byScope      map[string]string // wire name of a scope -> identifier of its resource server
	descriptions map[string]string // wire name of a scope -> what it allows
	names        []string          // wire names, sorted
}

func (s *Server) resources(ctx context.Context) (*resources, error) {
	pool := provider.TenantFrom(ctx).Pool.ID
	return s.cache.resources.Get(ctx, pool, "resources", func(ctx context.Context) (*resources, error) {
		servers, err := s.Store.Pool(pool).ResourceServers(ctx, "", maxResourceServers)
		if err != nil {
			return nil, err
		}
		out := &resources{byScope: map[string]string{}, descriptions: map[string]string{}}
		for _, server := range servers {
			for _, scope := range server.Scopes {
				name := server.Identifier + "/" + scope.Name
				out.byScope[name], out.descriptions[name] = server.Identifier, scope.Description
				out.names = append(out.names, name)
			}
		}
		slices.Sort(out.names)
		return out, nil
	})
}

// describe says what scopes allow, as far as their resource servers tell.
func (r *resources) describe(names []string) []provider.Scope {
	var out []provider.Scope
	for _, name := range names {
		out = append(out, provider.Scope{Name: name, Description: r.descriptions[name]})
	}
	return out
}

func groupNames(groups []provider.Group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.Name)
	}
	return out
}

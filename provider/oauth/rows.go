package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/store"
)

// rows is fosite's storage over our tables. A code lives in its grant's row, and
// PKCE's and OpenID Connect's sessions are that row too, so most methods have
// nothing to do. Writes are only collected here: Server.commit runs them after
// everything is signed.
type rows struct{ *Server }

// GetClient answers the client that was authenticated, or that asks to be
// authorized; fosite never needs another.
func (*rows) GetClient(ctx context.Context, id string) (fosite.Client, error) {
	if c := exchangeFrom(ctx).client; c.ID == id {
		return c, nil
	}
	return nil, fosite.ErrNotFound
}

// Client assertions are refused before fosite sees them.
func (*rows) ClientAssertionJWTValid(context.Context, string) error { return fosite.ErrNotFound }

func (*rows) SetClientAssertionJWT(context.Context, string, time.Time) error {
	return fosite.ErrNotFound
}

// CreateAuthorizeCodeSession makes the grant.
func (r *rows) CreateAuthorizeCodeSession(ctx context.Context, signature string, request fosite.Requester) error {
	x := exchangeFrom(ctx)
	id, err := uuid.NewV7()
	if err != nil {
		return x.broke(err)
	}
	form := request.GetRequestForm()
	body, err := json.Marshal(grantRequest{
		Version: grantVersion, RedirectURI: x.given, CodeChallenge: form.Get("code_challenge"),
		Nonce: form.Get("nonce"), AMR: x.principal.AMR, Provider: x.principal.Provider,
	})
	if err != nil {
		return x.broke(err)
	}
	expires := provider.At(x.now.Add(codeLife))
	grant := &provider.Grant{
		PoolID: x.pool(), ID: id.String(), UserID: x.principal.UserID, ClientID: x.client.ID, SessionHash: sessionHash(x.principal),
		Scopes: request.GetGrantedScopes(), Request: body, CodeHash: []byte(signature), CodeExpiresAt: expires,
		AuthTime: x.principal.AuthTime, CreatedAt: provider.At(x.now),
		// A used code is kept for a while, so that its reuse is recognised.
		ExpiresAt: expires.Add(codeKept),
	}
	x.writes = append(x.writes, func(ctx context.Context) error { return r.Store.Pool(x.pool()).CreateGrant(ctx, grant) })
	return nil
}

// codeKept is how long the grant of a code that nobody exchanges is kept.
const codeKept = 24 * time.Hour

// GetAuthorizeCodeSession reads the grant of a code once a request. For a used
// code it answers the grant with an error, and fosite revokes it.
func (r *rows) GetAuthorizeCodeSession(ctx context.Context, signature string, _ fosite.Session) (fosite.Requester, error) {
	x := exchangeFrom(ctx)
	if x.standing == nil {
		standing, err := r.Store.Pool(x.pool()).GrantByCode(ctx, []byte(signature))
		if errors.Is(err, provider.ErrGrantNotFound) {
			return nil, x.refuse(invalidGrant("The authorization code is not known."))
		}
		if err != nil {
			return nil, x.broke(err)
		}
		if x.request, err = parseGrantRequest(&standing.Grant); err != nil {
			return nil, x.broke(err)
		}
		x.standing = standing
	}
	request := x.requester()
	if x.standing.Grant.CodeUsedAt != 0 {
		return request, fosite.ErrInvalidatedAuthorizeCode
	}
	return request, nil
}

// requester is the authorization request that the exchange's grant was made by.
func (x *exchange) requester() *fosite.Request {
	g := &x.standing.Grant
	request := fosite.NewRequest()
	request.ID, request.RequestedAt = g.ID, g.CreatedAt.Time()
	request.RequestedScope, request.GrantedScope = g.Scopes, g.Scopes
	request.Session = &session{subject: x.standing.User.ID, username: x.standing.User.Username}
	request.Client = &fosite.DefaultClient{ID: g.ClientID}
	if g.ClientID == x.client.ID {
		request.Client = x.client
	}
	request.Form.Set("redirect_uri", x.request.RedirectURI)
	if x.request.CodeChallenge != "" {
		request.Form.Set("code_challenge", x.request.CodeChallenge)
		request.Form.Set("code_challenge_method", "S256")
	}
	return request
}

// InvalidateAuthorizeCodeSession uses the code up. Of two requests with one code
// the slower one loses, and with it everything that the code gave.
func (r *rows) InvalidateAuthorizeCodeSession(ctx context.Context, _ string) error {
	x := exchangeFrom(ctx)
	settings := x.client.Settings
	life := max(settings.AccessTokenLife(), settings.IDTokenLife())
	if x.client.grantTypes.Has("refresh_token") {
		life = max(life, settings.RefreshTokenLife())
	}
	x.writes = append(x.writes, func(ctx context.Context) error {
		used, err := r.Store.Pool(x.pool()).UseCode(ctx, x.standing.Grant.ID, provider.At(x.now.Add(life)))
		if err == nil && !used {
			err = errLost
		}
		return err
	})
	return nil
}

// Access tokens have no row.
func (*rows) CreateAccessTokenSession(context.Context, string, fosite.Requester) error { return nil }
func (*rows) DeleteAccessTokenSession(context.Context, string) error                   { return nil }

func (*rows) GetAccessTokenSession(context.Context, string, fosite.Session) (fosite.Requester, error) {
	return nil, fosite.ErrNotFound
}

// CreateRefreshTokenSession stores a grant's first refresh token. Server.present
// sees to the later ones.
func (r *rows) CreateRefreshTokenSession(ctx context.Context, signature, _ string, request fosite.Requester) error {
	x := exchangeFrom(ctx)
	if x.successor != "" {
		return nil
	}
	first := &provider.RefreshToken{
		PoolID: x.pool(), Hash: []byte(signature), GrantID: request.GetID(), Scopes: request.GetGrantedScopes(),
		CreatedAt: provider.At(x.now), ExpiresAt: provider.At(x.now.Add(x.client.Settings.RefreshTokenLife())),
	}
	x.writes = append(x.writes, func(ctx context.Context) error { return r.Store.Pool(x.pool()).AddRefreshToken(ctx, first) })
	return nil
}

// GetRefreshTokenSession judges the presented token; see Server.present.
func (r *rows) GetRefreshTokenSession(ctx context.Context, _ string, _ fosite.Session) (fosite.Requester, error) {
	x := exchangeFrom(ctx)
	presented := ctx.Value(fosite.AccessRequestContextKey).(fosite.AccessRequester).GetRequestForm()
	scopes, err := r.present(ctx, x, presented.Get("refresh_token"), words(presented.Get("scope")))
	if err != nil {
		var refused *Error
		if errors.As(err, &refused) {
			return nil, x.refuse(refused)
		}
		return nil, x.broke(err)
	}
	request := x.requester()
	request.RequestedScope, request.GrantedScope = scopes, scopes
	return request, nil
}

// Server.present has prepared or done all of this.
func (*rows) DeleteRefreshTokenSession(context.Context, string) error  { return nil }
func (*rows) RotateRefreshToken(context.Context, string, string) error { return nil }
func (*rows) RevokeRefreshToken(context.Context, string) error         { return nil }

// RevokeAccessToken is what fosite calls when a used code comes back: the grant
// ends, and with it all that the code gave (RFC 6749 section 4.1.2).
func (r *rows) RevokeAccessToken(ctx context.Context, grantID string) error {
	x := exchangeFrom(ctx)
	return x.broke(r.revokeReplayed(ctx, x.pool(), grantID))
}

// revokeReplayed ends the grant of a code that was presented twice.
func (s *Server) revokeReplayed(ctx context.Context, pool, grantID string) error {
	s.Log.WarnContext(ctx, "authorization code reused", "pool", pool, "grant", grantID)
	return s.endGrant(ctx, pool, grantID, "code.reuse")
}

// endGrant revokes a grant and says so in the audit trail, at once or not at all.
func (s *Server) endGrant(ctx context.Context, pool, grantID, reason string) error {
	return s.Store.Tx(ctx, func(ctx context.Context) error {
		revoked, err := s.Store.Pool(pool).RevokeGrant(ctx, grantID, reason)
		if err != nil || !revoked {
			return err
		}
		return s.Audit.Record(ctx, pool, "grant.revoke", audit.Success, "grant/"+grantID, map[string]string{"reason": reason})
	})
}

// PKCE's session is the grant.
func (r *rows) GetPKCERequestSession(ctx context.Context, signature string, s fosite.Session) (fosite.Requester, error) {
	return r.GetAuthorizeCodeSession(ctx, signature, s)
}

func (*rows) CreatePKCERequestSession(context.Context, string, fosite.Requester) error { return nil }
func (*rows) DeletePKCERequestSession(context.Context, string) error                   { return nil }

// dead says why nothing may be issued for a grant any more; empty when it lives.
// What counts is when its user signed in: a grant that was on its way while they
// were signed out everywhere is as old as that.
func dead(st *store.Standing, now time.Time) string {
	switch {
	case st.Grant.RevokedAt != 0:
		return "The grant was revoked."
	case !now.Before(st.Grant.ExpiresAt.Time()):
		return "The grant has expired."
	case !st.User.Enabled:
		return "The user is disabled."
	case st.User.ValidAfter != 0 && st.Grant.AuthTime.Before(st.User.ValidAfter):
		return "The user has signed out everywhere since."
	}
	return ""
}

package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// present judges a refresh token and prepares its rotation. It answers the scopes
// that the new access token gets: those asked for, or all of the token's.
//
// The successor is derived from the presented token. So a client that lost the
// answer, or asked twice at once, gets the same one again within the grace
// window, although only hashes are stored. Outside it, somebody else has the
// token too: the whole family ends (RFC 9700 section 4.14.2).
//
// The read stands outside the transaction that follows the signing, so that no
// lock is held for it; the write is guarded instead.
func (s *Server) present(ctx context.Context, x *exchange, presented string, asked []string) ([]string, error) {
	pool, hash := s.Store.Pool(x.pool()), secret.Hash(presented)
	st, err := pool.RefreshToken(ctx, hash)
	if errors.Is(err, provider.ErrGrantNotFound) {
		return nil, invalidGrant("The refresh token is not known.")
	}
	if err != nil {
		return nil, err
	}
	scopes, refused := x.checkRefresh(st, asked)
	if refused != nil {
		return nil, refused
	}
	x.standing = st
	if x.request, err = parseGrantRequest(&st.Grant); err != nil {
		return nil, err
	}
	switch {
	case st.Refresh.UsedAt != 0:
		x.successor, err = s.again(ctx, x, st, presented)
		return scopes, err
	case x.client.Settings.RotationOff:
		x.successor = presented
		return scopes, nil
	}
	if x.successor, err = s.successor(s.Sealer.Version(), x.pool(), presented); err != nil {
		return nil, err
	}
	next := &provider.RefreshToken{
		PoolID: x.pool(), Hash: secret.Hash(x.successor), GrantID: st.Grant.ID, Scopes: st.Refresh.Scopes,
		// The family ends when its first token would have.
		CreatedAt: provider.At(x.now), ExpiresAt: st.Refresh.ExpiresAt,
	}
	x.writes = append(x.writes, func(ctx context.Context) error {
		used, err := pool.UseRefreshToken(ctx, hash, next.Hash)
		if err == nil && !used {
			err = errLost
		}
		return err
	}, func(ctx context.Context) error { return pool.AddRefreshToken(ctx, next) })
	return scopes, nil
}

// overtaken is for a request whose token another one used between the read and
// the write: the same client most likely, which then gets the same answer.
func (s *Server) overtaken(ctx context.Context, x *exchange, presented string) error {
	st, err := s.Store.Pool(x.pool()).RefreshToken(ctx, secret.Hash(presented))
	if errors.Is(err, provider.ErrGrantNotFound) {
		return invalidGrant("The refresh token is not known.") // its user was deleted meanwhile
	}
	if err != nil {
		return err
	}
	if why := dead(st, x.now); why != "" {
		return invalidGrant(why)
	}
	x.successor, err = s.again(ctx, x, st, presented)
	return err
}

// again answers the successor of a token that was used before, if this is a retry,
// and ends the family if it is a theft.
func (s *Server) again(ctx context.Context, x *exchange, st *store.Standing, presented string) (string, error) {
	if x.now.Before(st.Refresh.UsedAt.Time().Add(x.client.Settings.RotationGrace())) {
		if same, err := s.sameSuccessor(x.pool(), presented, st.Refresh.SuccessorHash); err != nil || same != "" {
			return same, err
		}
	}
	s.Log.WarnContext(ctx, "refresh token reused", "pool", x.pool(), "client", x.client.ID, "grant", st.Grant.ID)
	err := s.Store.Tx(ctx, func(ctx context.Context) error {
		if err := s.endGrant(ctx, x.pool(), st.Grant.ID, "refresh_token.reuse"); err != nil {
			return err
		}
		return s.Audit.Record(ctx, x.pool(), "refresh_token.reuse", audit.Denied, "user/"+st.User.ID, map[string]string{
			"client": x.client.ID, "grant": st.Grant.ID, "used_at": st.Refresh.UsedAt.Time().Format(time.RFC3339),
		})
	})
	if err != nil {
		return "", err
	}
	return "", invalidGrant("The refresh token was used before. The session it belonged to has been ended.")
}

// checkRefresh judges a refresh token that was found. Scopes may narrow and never
// grow (RFC 6749 section 6).
func (x *exchange) checkRefresh(st *store.Standing, asked []string) ([]string, *Error) {
	if st.Grant.ClientID != x.client.ID {
		return nil, invalidGrant("The refresh token was issued to another client.")
	}
	if why := dead(st, x.now); why != "" {
		return nil, invalidGrant(why)
	}
	if !x.now.Before(st.Refresh.ExpiresAt.Time()) {
		return nil, invalidGrant("The refresh token has expired.")
	}
	if len(asked) == 0 {
		return st.Refresh.Scopes, nil
	}
	for _, scope := range asked {
		if !slices.Contains(st.Refresh.Scopes, scope) {
			return nil, fail(http.StatusBadRequest, "invalid_scope", "The scope '"+scope+"' was not granted.")
		}
	}
	return asked, nil
}

// successor derives the refresh token that follows the presented one.
func (s *Server) successor(version uint32, pool, presented string) (string, error) {
	key, err := s.Sealer.DeriveFrom(version, "refresh-successor")
	if err != nil {
		return "", err
	}
	return encode(secret.MAC(key, pool, presented)), nil
}

// sameSuccessor answers the successor with that hash, or nothing. It may have been
// derived under an older master key.
func (s *Server) sameSuccessor(pool, presented string, hash []byte) (string, error) {
	for version := s.Sealer.Version(); version > 0; version-- {
		successor, err := s.successor(version, pool, presented)
		if errors.Is(err, secret.ErrUnknownKey) {
			break
		}
		if err != nil {
			return "", err
		}
		if secret.EqualHash(hash, successor) {
			return successor, nil
		}
	}
	return "", nil
}

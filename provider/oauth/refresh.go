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

// rotate uses a refresh token up and puts its successor in place, in one
// transaction with the reading of its grant. It answers the scopes that the new
// access token gets: those asked for, or all of the token's.
//
// The successor is derived from the presented token. So a client that lost the
// answer, or asked twice at once, gets the same one again within the grace
// window, although only hashes are stored. Outside it, somebody else has the
// token too: the whole family ends (RFC 9700 section 4.14.2).
//
// Signing comes after: if it fails, the grace window lets the client try again.
func (s *Server) rotate(ctx context.Context, x *exchange, presented string, asked []string) ([]string, error) {
	hash := secret.Hash(presented)
	successor, err := s.successor(s.Sealer.Version(), x.pool(), presented)
	if err != nil {
		return nil, err
	}
	var scopes []string
	var refused *Error
	err = s.Store.Tx(ctx, func(ctx context.Context) error {
		refused, x.standing, x.successor = nil, nil, ""
		st, err := s.Store.Pool(x.pool()).RefreshToken(ctx, hash)
		if errors.Is(err, provider.ErrGrantNotFound) {
			refused = invalidGrant("The refresh token is not known.")
			return nil
		}
		if err != nil {
			return err
		}
		if scopes, refused = x.checkRefresh(st, asked); refused != nil {
			return nil
		}
		x.standing = st
		if x.client.Settings.RotationOff && st.Refresh.UsedAt == 0 {
			x.successor = presented
			return nil
		}
		x.successor, refused, err = s.turn(ctx, x, st, presented, successor)
		return err
	})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	x.request, err = parseGrantRequest(&x.standing.Grant)
	return scopes, err
}

// turn marks the token as used and stores its successor, or, if it was used
// before, decides between a retry and a theft.
func (s *Server) turn(ctx context.Context, x *exchange, st *store.Standing, presented, successor string) (string, *Error, error) {
	pool := s.Store.Pool(x.pool())
	if st.Refresh.UsedAt == 0 {
		used, err := pool.UseRefreshToken(ctx, st.Refresh.Hash, secret.Hash(successor))
		if err != nil {
			return "", nil, err
		}
		if used {
			return successor, nil, pool.AddRefreshToken(ctx, &provider.RefreshToken{
				PoolID: x.pool(), Hash: secret.Hash(successor), GrantID: st.Grant.ID, Scopes: st.Refresh.Scopes,
				// The family ends when its first token would have.
				CreatedAt: provider.At(x.now), ExpiresAt: st.Refresh.ExpiresAt,
			})
		}
		// Another request used it between the read and the write.
		if st, err = pool.RefreshToken(ctx, st.Refresh.Hash); err != nil {
			return "", nil, err
		}
	}
	if x.now.Before(st.Refresh.UsedAt.Time().Add(x.client.Settings.RotationGrace())) {
		if same, err := s.sameSuccessor(x.pool(), presented, successor, st.Refresh.SuccessorHash); err != nil || same != "" {
			return same, nil, err
		}
	}
	err := s.endGrant(ctx, x.pool(), st.Grant.ID, "refresh_token.reuse")
	if err == nil {
		err = s.Audit.Record(ctx, x.pool(), "refresh_token.reuse", audit.Denied, "user/"+st.User.ID, map[string]string{
			"client": x.client.ID, "grant": st.Grant.ID, "used_at": st.Refresh.UsedAt.Time().Format(time.RFC3339),
		})
	}
	return "", invalidGrant("The refresh token was used before. The session it belonged to has been ended."), err
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

// sameSuccessor answers the successor with that hash. It may have been derived
// under an older master key.
func (s *Server) sameSuccessor(pool, presented, current string, hash []byte) (string, error) {
	for version := s.Sealer.Version(); ; version-- {
		if secret.EqualHash(hash, current) {
			return current, nil
		}
		if version <= 1 {
			return "", nil
		}
		var err error
		if current, err = s.successor(version-1, pool, presented); errors.Is(err, secret.ErrUnknownKey) {
			return "", nil
		} else if err != nil {
			return "", err
		}
	}
}

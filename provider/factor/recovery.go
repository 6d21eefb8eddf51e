package factor

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/secret"
)

// A user has ten recovery codes of ten characters, some 50 bits each. The guard
// leaves a guesser far fewer tries than that takes.
const (
	recoveryCodes  = 10
	recoveryLength = 10
	recoveryLow    = 3 // with so many left, the user is told once to make new ones
)

// NewRecoveryCodes makes a set of recovery codes, as people read them. write keeps
// their hashes in place of every code from before, in the transaction that ctx
// carries. Nobody can show them again.
func (f *Factors) NewRecoveryCodes(pool *provider.Pool, userID string) (codes []string, write func(context.Context) error, err error) {
	rows := make([]provider.RecoveryCode, recoveryCodes)
	for i := range rows {
		plain := secret.Phrase(recoveryLength)
		rows[i] = provider.RecoveryCode{PoolID: pool.ID, UserID: userID, KeyVersion: f.Sealer.Version()}
		if rows[i].Hash, err = f.recoveryHash(&rows[i], plain); err != nil {
			return nil, nil, err
		}
		codes = append(codes, plain[:4]+"-"+plain[4:8]+"-"+plain[8:])
	}
	return codes, func(ctx context.Context) error {
		if err := f.Store.Pool(pool.ID).ReplaceRecoveryCodes(ctx, userID, rows); err != nil {
			return err
		}
		return f.Audit.Record(ctx, pool.ID, ActionRenewed, audit.Success, target(userID), nil)
	}, nil
}

// RenewRecoveryCodes is NewRecoveryCodes for who had codes before: it keeps the new
// ones at once and tells the user by mail.
//
// Errors: provider.ErrUserNotFound.
func (f *Factors) RenewRecoveryCodes(ctx context.Context, pool *provider.Pool, userID string) ([]string, error) {
	codes, write, err := f.NewRecoveryCodes(pool, userID)
	if err != nil {
		return nil, err
	}
	return codes, f.Store.Tx(ctx, func(ctx context.Context) error {
		u, err := f.Store.Pool(pool.ID).User(ctx, userID)
		if err != nil {
			return err
		}
		if err := write(ctx); err != nil {
			return err
		}
		return f.Post.Tell(ctx, pool, u, message.RecoveryCodesRenewed)
	})
}

// RecoveryCodesLeft counts the codes that a user has not used.
func (f *Factors) RecoveryCodesLeft(ctx context.Context, pool *provider.Pool, userID string) (int, error) {
	return f.Store.Pool(pool.ID).CountRecoveryCodes(ctx, userID)
}

// CheckRecoveryCode checks one of a user's recovery codes. write uses it up and tells
// the user how many are left, in the transaction that ctx carries; of two uses of
// one code, one write fails.
//
// Errors: provider.ErrCodeMismatch, for write too.
func (f *Factors) CheckRecoveryCode(ctx context.Context, pool *provider.Pool, u *provider.User, given string) (write func(context.Context) error, err error) {
	plain, ok := parseRecoveryCode(given)
	if !ok {
		return nil, provider.ErrCodeMismatch
	}
	rows := f.Store.Pool(pool.ID)
	codes, err := rows.RecoveryCodes(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	var match *provider.RecoveryCode
	for i := range codes {
		want, err := f.recoveryHash(&codes[i], plain)
		if errors.Is(err, secret.ErrUnknownKey) {
			continue // its master key was taken away: it proves nothing any more
		}
		if err != nil {
			return nil, err
		}
		if secret.Equal(want, codes[i].Hash) {
			match = &codes[i]
		}
	}
	if match == nil {
		return nil, provider.ErrCodeMismatch
	}
	return func(ctx context.Context) error { return f.useRecoveryCode(ctx, pool, u, match) }, nil
}

func (f *Factors) useRecoveryCode(ctx context.Context, pool *provider.Pool, u *provider.User, c *provider.RecoveryCode) error {
	rows := f.Store.Pool(pool.ID)
	if err := rows.UseRecoveryCode(ctx, c); err != nil {
		return err
	}
	if err := f.Audit.Record(ctx, pool.ID, ActionRecovery, audit.Success, target(u.ID), nil); err != nil {
		return err
	}
	left, err := rows.CountRecoveryCodes(ctx, u.ID)
	if err != nil {
		return err
	}
	if err := f.Post.Notify(ctx, u, message.Letter{Pool: pool, Kind: message.RecoveryCodeUsed, Left: left}); err != nil || left != recoveryLow {
		return err
	}
	return f.Post.Notify(ctx, u, message.Letter{Pool: pool, Kind: message.RecoveryCodesLow, Left: left})
}

func (f *Factors) recoveryHash(c *provider.RecoveryCode, plain string) ([]byte, error) {
	key, err := f.Sealer.DeriveFrom(c.KeyVersion, "recovery codes")
	if err != nil {
		return nil, err
	}
	return secret.MAC(key, c.PoolID, c.UserID, plain), nil
}

// parseRecoveryCode reads a recovery code as people type it: in either case, with
// dashes and spaces of any kind or none.
func parseRecoveryCode(given string) (plain string, ok bool) {
	if len(given) > 256 {
		return "", false
	}
	plain = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, given)
	if len(plain) != recoveryLength || strings.Trim(plain, secret.Legible) != "" {
		return "", false
	}
	return plain, true
}

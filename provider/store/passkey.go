package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// AddPasskey stores a new passkey. It fills the pool and the time.
//
// Errors: provider.ErrPasskeyExists when anybody of the pool has it.
func (p *Pool) AddPasskey(ctx context.Context, k *provider.Passkey) error {
	k.PoolID, k.CreatedAt = p.ID, p.s.Now()
	if k.Transports == nil { // a nil slice would be stored as null
		k.Transports = []string{}
	}
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Clauses(clause.OnConflict{DoNothing: true}).Create(k), provider.ErrPasskeyExists)
	})
}

// Passkey reads a passkey by its credential id.
//
// Errors: provider.ErrPasskeyNotFound.
func (p *Pool) Passkey(ctx context.Context, id string) (*provider.Passkey, error) {
	var out provider.Passkey
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrPasskeyNotFound)
	}
	return &out, nil
}

// Passkeys lists a user's passkeys, the oldest first.
func (p *Pool) Passkeys(ctx context.Context, userID string) ([]provider.Passkey, error) {
	var out []provider.Passkey
	err := p.s.db(ctx).Where("pool = ? and user_id = ?", p.ID, userID).Order("created_at, id").Find(&out).Error
	return out, translate(err)
}

// RenamePasskey gives a user's passkey another name.
//
// Errors: provider.ErrPasskeyNotFound.
func (p *Pool) RenamePasskey(ctx context.Context, userID, id, name string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("update passkeys set name = ? where pool = ? and user_id = ? and id = ?", name, p.ID, userID, id),
			provider.ErrPasskeyNotFound)
	})
}

// RemovePasskey removes a user's passkey.
//
// Errors: provider.ErrPasskeyNotFound.
func (p *Pool) RemovePasskey(ctx context.Context, userID, id string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("delete from passkeys where pool = ? and user_id = ? and id = ?", p.ID, userID, id), provider.ErrPasskeyNotFound)
	})
}

// UsePasskey writes down what a use of a passkey tells: its counter, and whether it
// is backed up. Of two uses with the same count one gets
// provider.ErrPasskeyNotFound, as does one of a passkey that is gone or suspect.
// Authenticators that do not count always say 0.
func (p *Pool) UsePasskey(ctx context.Context, k *provider.Passkey) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec(`update passkeys set sign_count = ?, backup_state = ?, last_used_at = ?
			where pool = ? and user_id = ? and id = ? and not suspect and (sign_count < ? or sign_count = 0 and 0 = ?)`,
			k.SignCount, k.BackupState, p.s.Now(), p.ID, k.UserID, k.ID, k.SignCount, k.SignCount), provider.ErrPasskeyNotFound)
	})
}

// SuspectPasskey marks a passkey that may have been copied. It reports whether it
// was not marked before.
func (p *Pool) SuspectPasskey(ctx context.Context, userID, id string) (bool, error) {
	var marked bool
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		r := db.Exec("update passkeys set suspect = ? where pool = ? and user_id = ? and id = ? and not suspect", true, p.ID, userID, id)
		marked = r.RowsAffected > 0
		return translate(r.Error)
	})
	return marked, err
}

// PutPasskeyChallenge keeps what a user's new passkey must answer, in place of the
// last.
func (p *Pool) PutPasskeyChallenge(ctx context.Context, userID, session string, until provider.Time) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec(`insert into passkey_challenges (pool, user_id, session, expires_at) values (?, ?, ?, ?)
			on conflict (pool, user_id) do update set session = excluded.session, expires_at = excluded.expires_at`,
			p.ID, userID, session, until).Error)
	})
}

// TakePasskeyChallenge returns what a user's new passkey must answer, and forgets
// it: right or wrong, it is answered once. It is "" where there is none.
func (p *Pool) TakePasskeyChallenge(ctx context.Context, userID string) (string, error) {
	var out string
	err := p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		out = ""
		return translate(db.Raw("delete from passkey_challenges where pool = ? and user_id = ? and expires_at > ? returning session",
			p.ID, userID, p.s.Now()).Scan(&out).Error)
	})
	return out, err
}

// DeclinePasskey notes that a user wants no passkey now.
func (p *Pool) DeclinePasskey(ctx context.Context, userID string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update users set passkey_declined_at = ? where pool = ? and id = ?", p.s.Now(), p.ID, userID).Error)
	})
}

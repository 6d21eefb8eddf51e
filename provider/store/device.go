package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/cognate-idp/cognate/provider"
)

// AddDevice stores a browser that a user has signed in from. Of more than most
// browsers of one user the least used are forgotten.
func (p *Pool) AddDevice(ctx context.Context, d *provider.Device, most int) error {
	d.PoolID, d.UpdatedAt = p.ID, p.s.Now()
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		if err := db.Create(d).Error; err != nil {
			return translate(err)
		}
		return translate(db.Exec(`delete from devices where pool = ? and user_id = ? and id in (
			select id from devices where pool = ? and user_id = ? order by last_used_at desc, id desc limit 1000 offset ?)`,
			p.ID, d.UserID, p.ID, d.UserID, most).Error)
	})
}

// DeviceByToken returns the device of a user that keeps one of the tokens, expired
// ones too until they are cleaned up. The error is provider.ErrDeviceNotFound.
func (p *Pool) DeviceByToken(ctx context.Context, userID string, hashes [][]byte) (*provider.Device, error) {
	if len(hashes) == 0 {
		return nil, provider.ErrDeviceNotFound
	}
	var d provider.Device
	err := p.s.db(ctx).Where("pool = ? and user_id = ? and token_hash in ?", p.ID, userID, hashes).
		Order("remembered_until desc, last_used_at desc, id").Take(&d).Error
	return &d, found(err, provider.ErrDeviceNotFound)
}

// Device returns one device of a user. The error is provider.ErrDeviceNotFound.
func (p *Pool) Device(ctx context.Context, userID, id string) (*provider.Device, error) {
	var d provider.Device
	err := p.s.db(ctx).Where("pool = ? and user_id = ? and id = ? and expires_at > ?", p.ID, userID, id, p.s.Now()).Take(&d).Error
	return &d, found(err, provider.ErrDeviceNotFound)
}

// Devices lists a user's devices, newest first: at most limit that are older than
// the one before names (all when empty).
func (p *Pool) Devices(ctx context.Context, userID, before string, limit int) ([]provider.Device, error) {
	q := p.s.db(ctx).Where("pool = ? and user_id = ? and expires_at > ?", p.ID, userID, p.s.Now())
	if before != "" {
		q = q.Where("id < ?", before)
	}
	var out []provider.Device
	err := q.Order("id desc").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// UseDevice writes what a sign-in has changed of a device, if it still keeps the
// token was. Of two sign-ins that show one token at once, the later gets
// provider.ErrDeviceNotFound.
func (p *Pool) UseDevice(ctx context.Context, d *provider.Device, was []byte) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec(`update devices set token_hash = ?, remembered = ?, remembered_until = ?, address = ?, user_agent = ?,
			updated_at = ?, last_used_at = ?, expires_at = ? where pool = ? and user_id = ? and id = ? and token_hash = ?`,
			d.TokenHash, d.Remembered, d.RememberedUntil, d.Address, d.UserAgent,
			p.s.Now(), d.LastUsedAt, d.ExpiresAt, p.ID, d.UserID, d.ID, was), provider.ErrDeviceNotFound)
	})
}

// RememberDevice says whether a device is remembered. One that is not stands in for
// nothing from now on. The error is provider.ErrDeviceNotFound.
func (p *Pool) RememberDevice(ctx context.Context, userID, id string, remember bool) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec(`update devices set remembered = ?, remembered_until = case when ? then remembered_until else 0 end, updated_at = ?
			where pool = ? and user_id = ? and id = ?`, remember, remember, p.s.Now(), p.ID, userID, id), provider.ErrDeviceNotFound)
	})
}

// DeleteDevice forgets a device and ends the sessions that were begun in it. The
// error is provider.ErrDeviceNotFound.
func (p *Pool) DeleteDevice(ctx context.Context, userID, id string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		err := one(db.Exec("delete from devices where pool = ? and user_id = ? and id = ?", p.ID, userID, id), provider.ErrDeviceNotFound)
		if err != nil {
			return err
		}
		return p.endDeviceSessions(db, userID, id, "device forgotten")
	})
}

// DistrustDevices has every remembered browser of a user but one ask for a second
// factor again. They stay known.
func (p *Pool) DistrustDevices(ctx context.Context, userID, but string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return translate(db.Exec("update devices set remembered_until = 0, updated_at = ? where pool = ? and user_id = ? and id <> ? and remembered_until > 0",
			p.s.Now(), p.ID, userID, but).Error)
	})
}

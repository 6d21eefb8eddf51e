package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// Client reads an app client with its secrets, oldest first.
//
// Errors: provider.ErrClientNotFound.
func (p *Pool) Client(ctx context.Context, id string) (*provider.Client, error) {
	var out provider.Client
	if err := p.s.db(ctx).Where("pool = ? and id = ?", p.ID, id).Take(&out).Error; err != nil {
		return nil, found(err, provider.ErrClientNotFound)
	}
	err := p.s.db(ctx).Where("pool = ? and client = ?", p.ID, id).Order("created_at, id").Find(&out.Secrets).Error
	if err != nil {
		return nil, translate(err)
	}
	return &out, nil
}

// Clients lists app clients by id, with their secrets: at most limit that come
// behind after.
func (p *Pool) Clients(ctx context.Context, after string, limit int) ([]provider.Client, error) {
	var out []provider.Client
	err := p.s.db(ctx).Where("pool = ? and id > ?", p.ID, after).Order("id").Limit(limit).Find(&out).Error
	if err != nil {
		return nil, translate(err)
	}
	at := map[string]int{}
	for i := range out {
		at[out[i].ID] = i
	}
	var secrets []provider.ClientSecret
	err = p.s.db(ctx).Where("pool = ? and client in ?", p.ID, slices.Collect(maps.Keys(at))).Order("created_at, id").Find(&secrets).Error
	for _, row := range secrets {
		c := &out[at[row.ClientID]]
		c.Secrets = append(c.Secrets, row)
	}
	return out, translate(err)
}

// CreateClient adds an app client and the secrets it holds. It fills the times.
//
// Errors: provider.CodeExists when the id is taken.
func (p *Pool) CreateClient(ctx context.Context, c *provider.Client) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		c.PoolID, c.CreatedAt = p.ID, p.s.Now()
		c.UpdatedAt = c.CreatedAt
		r := db.Clauses(clause.OnConflict{DoNothing: true}).Create(c)
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return &provider.Error{Code: provider.CodeExists, Kind: "client", Message: "An app client with that id exists already."}
		}
		for i := range c.Secrets {
			if err := p.AddClientSecret(ctx, c.ID, &c.Secrets[i]); err != nil {
				return err
			}
		}
		return p.Touch(ctx)
	})
}

// ChangeClient lets f alter an app client while its row is locked, then writes
// it. Secrets are shown to f but not written.
//
// Errors: provider.ErrClientNotFound, and what f returns.
func (p *Pool) ChangeClient(ctx context.Context, id string, f func(*provider.Client) error) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		if err := p.lockClient(db, id); err != nil {
			return err
		}
		row, err := p.Client(ctx, id)
		if err != nil {
			return err
		}
		if err := f(row); err != nil {
			return err
		}
		row.UpdatedAt = p.s.Now()
		err = db.Model(&provider.Client{}).Where("pool = ? and id = ?", p.ID, id).
			Select("name", "enabled", "settings", "updated_at").Updates(row).Error
		if err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// lockClient holds the client's row until the transaction ends, so that two
// callers who count its secrets do so one after the other.
func (p *Pool) lockClient(db *gorm.DB, id string) error {
	var c provider.Client
	err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Select("id").Where("pool = ? and id = ?", p.ID, id).Take(&c).Error
	return found(err, provider.ErrClientNotFound)
}

// DeleteClient removes an app client. Its grants die with it: every use of one
// reads the client.
//
// Errors: provider.ErrClientNotFound.
func (p *Pool) DeleteClient(ctx context.Context, id string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and id = ?", p.ID, id).Delete(&provider.Client{})
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return provider.ErrClientNotFound
		}
		return p.Touch(ctx)
	})
}

// AddClientSecret gives an app client one more secret. It fills the owner and
// the time.
func (p *Pool) AddClientSecret(ctx context.Context, client string, secret *provider.ClientSecret) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		secret.PoolID, secret.ClientID, secret.CreatedAt = p.ID, client, p.s.Now()
		if err := db.Create(secret).Error; err != nil {
			return translate(err)
		}
		return p.Touch(ctx)
	})
}

// DeleteClientSecret removes one secret of an app client.
//
// Errors: provider.CodeNotFound.
func (p *Pool) DeleteClientSecret(ctx context.Context, client, id string) error {
	return p.s.inTx(ctx, func(ctx context.Context, db *gorm.DB) error {
		r := db.Where("pool = ? and client = ? and id = ?", p.ID, client, id).Delete(&provider.ClientSecret{})
		if r.Error != nil {
			return translate(r.Error)
		}
		if r.RowsAffected == 0 {
			return &provider.Error{Code: provider.CodeNotFound, Kind: "client secret", Message: "The app client has no such secret."}
		}
		return p.Touch(ctx)
	})
}

// ClientByID reads an app client of any pool with its secrets. Ids that were
// carried over from elsewhere might be in two pools; then it is neither's.
//
// Errors: provider.ErrClientNotFound.
func (a *All) ClientByID(ctx context.Context, id string) (*provider.Client, error) {
	var pools []string
	err := a.s.db(ctx).Raw("select c.pool from clients c join pools p on p.id = c.pool where c.id = ? and p.deleted_at = 0 limit 2", id).Scan(&pools).Error
	if err != nil {
		return nil, translate(err)
	}
	if len(pools) != 1 {
		return nil, provider.ErrClientNotFound
	}
	return a.s.Pool(pools[0]).Client(ctx, id)
}

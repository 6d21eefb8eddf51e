package store

import "context"

// Setting returns a value that the whole installation agrees on, or the one that
// initial makes when there is none yet; of two nodes that race, one's value wins
// and both return it.
func (a *All) Setting(ctx context.Context, name string, initial func() ([]byte, error)) ([]byte, error) {
	get := func(ctx context.Context) ([]byte, error) {
		var v [][]byte
		err := a.s.db(ctx).Raw("select value from settings where name = ?", name).Scan(&v).Error
		if err != nil || len(v) == 0 {
			return nil, translate(err)
		}
		return v[0], nil
	}
	v, err := get(ctx)
	if err != nil || v != nil {
		return v, err
	}
	if v, err = initial(); err != nil {
		return nil, err
	}
	err = a.s.Tx(ctx, func(ctx context.Context) error {
		return a.s.db(ctx).Exec("insert into settings (name, value, updated_at) values (?, ?, ?) on conflict (name) do nothing",
			name, v, a.s.Now()).Error
	})
	if err != nil {
		return nil, err
	}
	return get(ctx)
}

// SetSetting overwrites a value that the whole installation agrees on.
func (a *All) SetSetting(ctx context.Context, name string, value []byte) error {
	return a.s.Tx(ctx, func(ctx context.Context) error {
		return a.s.db(ctx).Exec("insert into settings (name, value, updated_at) values (?, ?, ?) "+
			"on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at",
			name, value, a.s.Now()).Error
	})
}

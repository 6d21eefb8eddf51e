package directory

import (
	"context"
	"encoding/base32"
	"fmt"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/secret"
)

const maxAccessKeys = 2 // of one operator: the one in use and its successor

// AccessKey answers the secret of an operator's access key, and the operator.
//
// Errors: provider.CodeNotFound; provider.CodeDisabled when the key or its owner
// is disabled; provider.CodeForbidden when the owner holds no role any more.
func (d *Directory) AccessKey(ctx context.Context, id string) (string, *Operator, error) {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return "", nil, err
	}
	k, err := d.Store.Pool(p.ID).AccessKey(ctx, id)
	if err != nil {
		return "", nil, err
	}
	if !k.Enabled {
		return "", nil, &provider.Error{Code: provider.CodeDisabled, Kind: "access key", Message: "The access key is disabled."}
	}
	o, err := d.OperatorByID(ctx, k.UserID)
	if err != nil {
		return "", nil, err
	}
	plain, err := d.Sealer.Open(accessKeyRow(p.ID, id), k.SealedSecret)
	if err != nil {
		return "", nil, fmt.Errorf("open access key %s: %w", id, err)
	}
	return string(plain), o, nil
}

// CreateAccessKey makes an access key for a user of the operators' pool and
// answers it with its secret, which nobody is shown again.
//
// Errors: provider.ErrUserNotFound; provider.CodeLimit.
func (d *Directory) CreateAccessKey(ctx context.Context, name string) (*provider.AccessKey, string, error) {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return nil, "", err
	}
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil {
		return nil, "", err
	}
	value := secret.Token()
	k := &provider.AccessKey{ID: "AKIA" + base32.StdEncoding.EncodeToString(secret.Bytes(10)), UserID: u.ID, Enabled: true}
	k.SealedSecret = d.Sealer.Seal(accessKeyRow(p.ID, k.ID), []byte(value))
	st := d.Store.Pool(p.ID)
	err = d.change(ctx, p.ID, AccessKeyCreate, userTarget(u.ID), map[string]string{"access_key": k.ID}, func(ctx context.Context) error {
		// The user's row is held, so two calls count one after the other.
		err := st.ChangeUser(ctx, u.ID, func(*provider.User) ([]provider.UserName, error) { return nil, nil })
		if err != nil {
			return err
		}
		keys, err := st.AccessKeys(ctx, u.ID)
		if err != nil {
			return err
		}
		if len(keys) >= maxAccessKeys {
			return &provider.Error{Code: provider.CodeLimit, Kind: "access key", Message: "An operator has at most two access keys."}
		}
		return st.CreateAccessKey(ctx, k)
	})
	return k, value, err
}

// AccessKeys lists an operator's access keys, oldest first.
//
// Errors: provider.ErrUserNotFound.
func (d *Directory) AccessKeys(ctx context.Context, name string) ([]provider.AccessKey, error) {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return nil, err
	}
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil {
		return nil, err
	}
	return d.Store.Pool(p.ID).AccessKeys(ctx, u.ID)
}

// DeleteAccessKey removes one of an operator's access keys.
//
// Errors: provider.ErrUserNotFound, provider.CodeNotFound.
func (d *Directory) DeleteAccessKey(ctx context.Context, name, id string) error {
	p, err := d.OperatorsPool(ctx)
	if err != nil {
		return err
	}
	u, err := d.FindUser(ctx, p.ID, name)
	if err != nil {
		return err
	}
	return d.change(ctx, p.ID, AccessKeyDelete, userTarget(u.ID), map[string]string{"access_key": id}, func(ctx context.Context) error {
		return d.Store.Pool(p.ID).DeleteAccessKey(ctx, u.ID, id)
	})
}

func accessKeyRow(pool, id string) secret.Row {
	return secret.Row{Table: "access_keys", Tenant: pool, ID: id, Column: "sealed_secret"}
}

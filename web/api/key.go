package api

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/token"
)

// ListKeysRequest is the input of ListKeys. PoolId names a user pool or an
// identity pool.
type ListKeysRequest struct {
	PoolID string `json:"PoolId" shape:"PoolIdType,required"`
}

// KeyType is a signing key, without its private half. State is next, active or
// retired.
type KeyType struct {
	KeyID        string    `json:"KeyId"`
	Alg          string    `json:"Alg"`
	State        string    `json:"State"`
	CreationDate Timestamp `json:"CreationDate"`
	ActiveDate   Timestamp `json:"ActiveDate,omitempty"`
	RetiredDate  Timestamp `json:"RetiredDate,omitempty"`
	ForgetDate   Timestamp `json:"ForgetDate,omitempty"`
}

// ListKeysResponse is the output of ListKeys.
type ListKeysResponse struct {
	Keys []KeyType `json:"Keys"`
}

// RotateKeyRequest is the input of RotateKey. Without Alg every active key is
// rotated.
type RotateKeyRequest struct {
	PoolID string `json:"PoolId" shape:"PoolIdType,required"`
	Alg    string `json:"Alg,omitempty" shape:"KeyAlgType"`
}

func (a *API) listKeys(ctx context.Context, in *ListKeysRequest) (*ListKeysResponse, error) {
	keys, err := a.keys(ctx, in.PoolID)
	if err != nil {
		return nil, err
	}
	return &ListKeysResponse{each(keys, func(k *provider.Key) KeyType {
		return KeyType{
			KeyID: k.ID, Alg: k.Alg, State: string(k.State), CreationDate: Timestamp(k.CreatedAt),
			ActiveDate: Timestamp(k.ActiveAt), RetiredDate: Timestamp(k.RetiredAt), ForgetDate: Timestamp(k.ForgetAt),
		}
	})}, nil
}

func (a *API) rotateKey(ctx context.Context, in *RotateKeyRequest) (*ListKeysResponse, error) {
	keys, err := a.keys(ctx, in.PoolID)
	if err != nil {
		return nil, err
	}
	rotated := false
	for _, k := range keys {
		if k.State != provider.KeyActive || (in.Alg != "" && in.Alg != k.Alg) {
			continue
		}
		if err := a.Keys.Rotate(ctx, in.PoolID, token.Algorithm(k.Alg)); err != nil {
			return nil, err
		}
		rotated = true
	}
	if !rotated {
		return nil, invalidParameter("The pool has no active key of that algorithm.")
	}
	return a.listKeys(ctx, &ListKeysRequest{PoolID: in.PoolID})
}

// keys lists the keys of a pool that has to be there, of either kind.
func (a *API) keys(ctx context.Context, pool string) ([]provider.Key, error) {
	_, err := a.Directory.Pool(ctx, pool)
	if provider.CodeOf(err) == provider.CodeNotFound {
		_, err = a.Identities.Pool(ctx, pool)
	}
	if provider.CodeOf(err) == provider.CodeNotFound {
		return nil, exception("ResourceNotFoundException", "There is no such pool.")
	}
	if err != nil {
		return nil, err
	}
	return a.Keys.List(ctx, pool)
}

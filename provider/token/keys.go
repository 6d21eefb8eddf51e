package token

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// LongestLife is the longest that any signed token lives: Cognito's day for
// access and ID tokens. A retired key stays published that long, and an hour more
// for clocks and for id_token_hint.
const LongestLife = 24 * time.Hour

const forgetAfter = LongestLife + time.Hour

// RotateEvery is how long a key signs before the next one takes over.
const RotateEvery = 90 * 24 * time.Hour

// The kinds of job that Keys asks for, each with the tenant as its pool.
const (
	JobPrepare = "keys.prepare" // make missing next keys, forget old ones
	JobRotate  = "keys.rotate"  // promote the next key of an algorithm, its payload
)

// Keys holds the signing keys of every issuer: user pools and identity pools.
type Keys struct {
	Store  *store.Store
	Sealer *secret.Sealer
	Audit  *audit.Log
	Cache  *Cache // see NewCache

	making singleflight.Group // the first keys of a tenant, by tenant
}

// Cache remembers tenants' keys until they change, and the tokens that they
// signed.
type Cache struct {
	sets     *store.Cache[*KeySet] // by tenant
	verified verified
}

// NewCache makes the cache that Keys needs.
func NewCache(st *store.Store) *Cache { return &Cache{sets: store.NewCache[*KeySet](st, 4096)} }

// Set answers the tenant's keys as they are now, from memory when nothing
// changed. An unknown tenant has an empty set.
func (k *Keys) Set(ctx context.Context, tenant string) (*KeySet, error) {
	return k.Cache.sets.Get(ctx, tenant, "keys", func(ctx context.Context) (*KeySet, error) {
		rows, err := k.Store.Keys(tenant).List(ctx)
		if err != nil {
			return nil, err
		}
		keys := make([]*Key, 0, len(rows))
		for _, row := range rows {
			if row.State == provider.KeyRetired && row.ForgetAt.Before(k.Store.Now()) {
				continue
			}
			key, err := k.open(row)
			if err != nil {
				return nil, err
			}
			keys = append(keys, key)
		}
		set, err := NewKeySet(keys)
		if err != nil {
			return nil, fmt.Errorf("keys of %s: %w", tenant, err)
		}
		set.verified = &k.Cache.verified
		return set, nil
	})
}

// Signing is Set for somebody who is about to sign: where an algorithm has no
// active key yet, as in a pool that was made a moment ago, it makes one.
// It must not be called in a transaction.
func (k *Keys) Signing(ctx context.Context, tenant string, algorithms ...Algorithm) (*KeySet, error) {
	set, err := k.Set(ctx, tenant)
	if err != nil || set.signs(algorithms) {
		return set, err
	}
	_, err, _ = k.making.Do(tenant, func() (any, error) {
		// Others wait for this: it must not end with the first one's request.
		return nil, k.Ensure(context.WithoutCancel(ctx), tenant, algorithms...)
	})
	if err != nil {
		return nil, err
	}
	if set, err = k.Set(ctx, tenant); err != nil || set.signs(algorithms) {
		return set, err
	}
	// The call that was joined made keys for other algorithms.
	if err := k.Ensure(ctx, tenant, algorithms...); err != nil {
		return nil, err
	}
	return k.Set(ctx, tenant)
}

// List answers the tenant's keys, oldest first, with their private halves sealed.
func (k *Keys) List(ctx context.Context, tenant string) ([]provider.Key, error) {
	return k.Store.Keys(tenant).List(ctx)
}

// Ensure makes an active key for each algorithm that has none, all at once, and
// leaves the next ones to a job. It must not be called in a transaction: an RSA
// key takes some hundred milliseconds.
func (k *Keys) Ensure(ctx context.Context, tenant string, algorithms ...Algorithm) error {
	set, err := k.Set(ctx, tenant)
	if err != nil {
		return err
	}
	work, workCtx := errgroup.WithContext(ctx)
	for _, algorithm := range algorithms {
		if !set.Signs(algorithm) {
			work.Go(func() error { return k.add(workCtx, tenant, algorithm, Active) })
		}
	}
	if err := work.Wait(); err != nil {
		return fmt.Errorf("make signing keys of %s: %w", tenant, err)
	}
	return nil
}

// Rotate puts the next key of an algorithm to use and retires the active one,
// whose tokens go on being accepted. If no next key is there, one is made now:
// verifiers that do not know it yet read the key set again (OpenID Connect Core
// 1.0 section 10.1.1).
func (k *Keys) Rotate(ctx context.Context, tenant string, algorithm Algorithm) error {
	set, err := k.Set(ctx, tenant)
	if err != nil {
		return err
	}
	if !set.Signs(algorithm) {
		return provider.Invalid("alg", "There is no active %s key to rotate.", algorithm)
	}
	if !set.has(algorithm, Next) {
		if err := k.add(ctx, tenant, algorithm, Next); err != nil {
			return err
		}
	}
	return k.Store.Tx(ctx, func(ctx context.Context) error {
		promoted, err := k.Store.Keys(tenant).Promote(ctx, string(algorithm), k.Store.Now().Add(forgetAfter))
		if err != nil {
			return err
		}
		if !promoted {
			return &provider.Error{Code: provider.CodeConflict, Kind: "key", Message: "The key is being rotated already."}
		}
		if err := k.schedule(ctx, tenant, algorithm); err != nil {
			return err
		}
		return k.Audit.Record(ctx, tenant, "key.rotate", audit.Success, "key/"+string(algorithm), nil)
	})
}

// Prepare does the job JobPrepare. It reads the keys anew: another node may have
// rotated a moment ago.
func (k *Keys) Prepare(ctx context.Context, job provider.Job) error {
	rows, err := k.List(ctx, job.PoolID)
	if err != nil {
		return err
	}
	waiting := map[string]bool{}
	for _, row := range rows {
		waiting[row.Alg] = waiting[row.Alg] || row.State == provider.KeyNext
	}
	for _, row := range rows {
		if row.State == provider.KeyActive && !waiting[row.Alg] {
			if err := k.add(ctx, job.PoolID, Algorithm(row.Alg), Next); err != nil {
				return err
			}
		}
	}
	_, err = k.Store.Keys(job.PoolID).Forget(ctx)
	return err
}

// RotateDue does the job JobRotate: it rotates if the active key is old enough,
// which it is not when an operator did so meanwhile.
func (k *Keys) RotateDue(ctx context.Context, job provider.Job) error {
	rows, err := k.List(ctx, job.PoolID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Alg != string(job.Payload) || row.State != provider.KeyActive {
			continue
		}
		if due := row.ActiveAt.Add(RotateEvery); k.Store.Now().Before(due) {
			return k.enqueue(ctx, job.PoolID, JobRotate, row.Alg, due)
		}
		return k.Rotate(ctx, job.PoolID, Algorithm(row.Alg))
	}
	return nil
}

// schedule asks for what an algorithm's new active key needs, in the transaction
// that makes it active: a next key soon, and to be rotated after its life.
func (k *Keys) schedule(ctx context.Context, tenant string, algorithm Algorithm) error {
	if err := k.enqueue(ctx, tenant, JobPrepare, "", 0); err != nil {
		return err
	}
	return k.enqueue(ctx, tenant, JobRotate, string(algorithm), k.Store.Now().Add(RotateEvery))
}

// enqueue adds a job. The dedupe key names the day, so that the job that runs now
// does not swallow the one after it.
func (k *Keys) enqueue(ctx context.Context, tenant, kind, payload string, at provider.Time) error {
	dedupe := tenant + " " + payload
	if at != 0 {
		dedupe += " " + at.Time().Format(time.DateOnly)
	}
	return k.Store.All().Enqueue(ctx, provider.Job{PoolID: tenant, Kind: kind, DedupeKey: dedupe, Payload: []byte(payload), RunAt: at})
}

// add makes, seals and stores a key. If another node was faster, its key stands.
func (k *Keys) add(ctx context.Context, tenant string, algorithm Algorithm, state State) error {
	private, err := algorithm.Generate(nil)
	if err != nil {
		return err
	}
	key, err := NewKey(algorithm, state, private)
	if err != nil {
		return err
	}
	pkcs8, err := key.Marshal()
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return err
	}
	now := k.Store.Now()
	row := &provider.Key{PoolID: tenant, ID: key.ID, Alg: string(algorithm), State: provider.KeyState(state), Public: public, CreatedAt: now,
		Sealed: k.Sealer.Seal(sealedAt(tenant, key.ID), pkcs8)}
	if state == Active {
		row.ActiveAt = now
	}
	return k.Store.Tx(ctx, func(ctx context.Context) error {
		added, err := k.Store.Keys(tenant).Add(ctx, row)
		if err != nil || !added {
			return err
		}
		if state == Active {
			if err := k.schedule(ctx, tenant, algorithm); err != nil {
				return err
			}
		}
		return k.Audit.Record(ctx, tenant, "key.create", audit.Success, "key/"+key.ID, map[string]string{"alg": row.Alg, "state": string(row.State)})
	})
}

func (k *Keys) open(row provider.Key) (*Key, error) {
	pkcs8, err := k.Sealer.Open(sealedAt(row.PoolID, row.ID), row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("open signing key %s of %s: %w", row.ID, row.PoolID, err)
	}
	private, err := ParsePrivate(pkcs8)
	if err != nil {
		return nil, err
	}
	return NewKey(Algorithm(row.Alg), State(row.State), private)
}

func sealedAt(tenant, id string) secret.Row {
	return secret.Row{Table: "keys", Tenant: tenant, ID: id, Column: "sealed"}
}

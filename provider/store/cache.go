package store

import (
	"context"
	"sync"
)

// Cache keeps values read from the store for as long as their tenant has not
// changed. Make one with NewCache; it is safe for concurrent use.
type Cache[T any] struct {
	store *Store
	max   int
	mu    sync.RWMutex
	m     map[[2]string]cached[T]
}

type cached[T any] struct {
	gen   int64
	value T
}

// NewCache returns a cache of at most size entries.
func NewCache[T any](s *Store, size int) *Cache[T] {
	return &Cache[T]{store: s, max: size, m: map[[2]string]cached[T]{}}
}

// Get returns the value of key in tenant, from memory or by load. Inside a
// transaction it always loads. Values are shared: callers must not change them.
// Errors of load are returned and not kept.
func (c *Cache[T]) Get(ctx context.Context, tenant, key string, load func(context.Context) (T, error)) (T, error) {
	if c.store.InTx(ctx) {
		return load(ctx)
	}
	g := c.store.versions.generation(tenant)
	gen := g.Load()
	k := [2]string{tenant, key}
	if c.store.versions.trusted() {
		c.mu.RLock()
		e, ok := c.m[k]
		c.mu.RUnlock()
		if ok && e.gen == gen {
			return e.value, nil
		}
	}
	v, err := load(ctx)
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.m) >= c.max {
		for old := range c.m { // any one: map order is random enough
			delete(c.m, old)
			break
		}
	}
	c.m[k] = cached[T]{gen: gen, value: v}
	return v, nil
}

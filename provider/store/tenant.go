package store

import "context"

// Pool is a user pool's handle: every method names the pool in its SQL.
type Pool struct {
	s  *Store
	ID string
}

// Pool returns the handle of one user pool. It does not look whether it exists.
func (s *Store) Pool(id string) *Pool { return &Pool{s: s, ID: id} }

// Touch bumps the pool's version in the transaction that ctx carries.
func (p *Pool) Touch(ctx context.Context) error { return p.s.touch(ctx, "pools", p.ID) }

// IdentityPool is an identity pool's handle: every method names it in its SQL.
type IdentityPool struct {
	s  *Store
	ID string
}

// IdentityPool returns the handle of one identity pool. It does not look whether
// it exists.
func (s *Store) IdentityPool(id string) *IdentityPool { return &IdentityPool{s: s, ID: id} }

// Touch bumps the identity pool's version in the transaction that ctx carries.
func (p *IdentityPool) Touch(ctx context.Context) error {
	return p.s.touch(ctx, "identity_pools", p.ID)
}

// All is the handle of what crosses tenants: listing pools, jobs, clean-up.
type All struct{ s *Store }

// All returns the handle that may cross tenants.
func (s *Store) All() *All { return &All{s: s} }

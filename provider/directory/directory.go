package directory

import (
	"context"
	"sync/atomic"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/risk"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// Directory answers and changes what user pools know. Make one with New.
type Directory struct {
	Config
	pools   *store.Cache[*provider.Pool]
	clients *store.Cache[*provider.Client]
	servers *store.Cache[[]provider.ResourceServer]
	idps    *store.Cache[[]provider.IdentityProvider]

	counts    counts
	operators atomic.Pointer[string] // the id of the operators' pool, once known
}

// Config is what a Directory needs. All but the functions are required.
type Config struct {
	Store  *store.Store
	Audit  *audit.Log
	Sealer *secret.Sealer
	Hasher *secret.Hasher
	Region string // the word that new pool ids begin with, such as us-east-1
	// Guard holds back codes that are guessed or asked for too often, and Post sends
	// them and invitations. Without them nobody signs up or recovers a password.
	Guard *risk.Guard
	Post  *message.Post
	// Breached says which passwords are known from breaches, for pools that ask. Without
	// it none is.
	Breached *risk.Breached
	// PageURL is where a pool's pages are, from the configuration and never from a
	// request. Without it no message holds a link.
	PageURL func(p *provider.Pool) string
	// Forget lets go of a user who is deleted, wherever else they are known. It
	// runs inside the transaction that deletes them.
	Forget func(ctx context.Context, pool, user string) error
	// EndCredentials ends what a user's tokens were traded for at identity pools.
	// It runs inside the transaction that ends their sessions and grants.
	EndCredentials func(ctx context.Context, pool, user string) error
	// CheckIdP says whether an identity provider's type is known and its details
	// fit, secrets included. It must not ask the network. Its *federation.Error is
	// told to the operator. Without it, details are taken as they are.
	CheckIdP func(ctx context.Context, kind string, details map[string]string) error
}

// New makes a Directory with its caches.
func New(c Config) *Directory {
	return &Directory{
		Config:  c,
		pools:   store.NewCache[*provider.Pool](c.Store, 1024),
		clients: store.NewCache[*provider.Client](c.Store, 8192),
		servers: store.NewCache[[]provider.ResourceServer](c.Store, 1024),
		idps:    store.NewCache[[]provider.IdentityProvider](c.Store, 1024),
	}
}

// change runs f and writes what happened, in one transaction.
func (d *Directory) change(ctx context.Context, pool, action, target string, detail map[string]string, f func(context.Context) error) error {
	return d.Store.Tx(ctx, func(ctx context.Context) error {
		if err := f(ctx); err != nil {
			return err
		}
		return d.Audit.Record(ctx, pool, action, audit.Success, target, detail)
	})
}

// changeIn is change in a pool that has to be there.
func (d *Directory) changeIn(ctx context.Context, pool, action, target string, detail map[string]string, f func(context.Context, *provider.Pool) error) error {
	return d.change(ctx, pool, action, target, detail, func(ctx context.Context) error {
		p, err := d.Pool(ctx, pool)
		if err != nil {
			return err
		}
		return f(ctx, p)
	})
}

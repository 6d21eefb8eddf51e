package message

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// Post writes messages and takes them in, so that who has something to tell needs
// to know neither words nor wires. A nil Post sends nothing.
type Post struct {
	Letters *Letters
	Outbox  *Outbox
}

// Ready reports whether anything can be sent by a channel.
func (p *Post) Ready(by provider.Channel) bool {
	return p != nil && p.Letters != nil && p.Outbox != nil && p.Outbox.Ready(by) == nil
}

// Send writes a letter and takes it in, in the transaction that ctx carries.
func (p *Post) Send(ctx context.Context, l Letter) error {
	m, err := p.Letters.Write(l)
	if err != nil {
		return err
	}
	return p.Outbox.Put(ctx, m)
}

// Tell sends a security notice to a user's e-mail address, in the transaction that
// ctx carries. Who has none, or where nothing can be mailed, is not told: what
// happened stands all the same.
func (p *Post) Tell(ctx context.Context, pool *provider.Pool, u *provider.User, kind Kind) error {
	return p.Notify(ctx, u, Letter{Pool: pool, Kind: kind})
}

// Notify is Tell for a letter that says more than its kind. It fills in the reader.
func (p *Post) Notify(ctx context.Context, u *provider.User, l Letter) error {
	if !p.Ready(provider.ByEmail) || u.Attributes["email"] == "" {
		return nil
	}
	l.To, l.Lang, l.Username = u.Attributes["email"], u.Attributes["locale"], u.Username
	return p.Send(ctx, l)
}

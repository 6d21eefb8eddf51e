package message

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
	"github.com/cognate-idp/cognate/provider/secret"
	"github.com/cognate-idp/cognate/provider/store"
)

// Post writes messages and takes them in, so that who has something to tell needs
// to know neither words nor wires. A nil Post sends nothing.
type Post struct {
	Letters *Letters
	Outbox  *Outbox
	// Operators lists who is told when a pool's texts run out, each with an e-mail
	// address. nil tells nobody.
	Operators func(ctx context.Context, pool string) ([]provider.User, error)
}

// Ready reports whether anything can be sent by a channel.
func (p *Post) Ready(by provider.Channel) bool {
	return p != nil && p.Letters != nil && p.Outbox != nil && p.Outbox.Ready(by) == nil
}

// Offers reports whether a pool sends anything by a channel: texts go out only
// where the pool lists countries for them.
func (p *Post) Offers(pool *provider.Pool, by provider.Channel) bool {
	return p.Ready(by) && (by != provider.BySMS || len(pool.Settings.SMS.Countries) > 0)
}

// Reaches reports why no text can ever go to a number, as a pool is set up; empty where
// one can, but for what had its share today.
func (p *Post) Reaches(pool *provider.Pool, to string) Drop {
	number, country := numberOf(to)
	switch {
	case number == "":
		return DropNumber
	case !slices.Contains(pool.Settings.SMS.InForce().Countries, country):
		return DropCountry
	}
	return ""
}

// Send writes a letter and takes it in, in the transaction that ctx carries. A text
// that the pool's limits do not let out is dropped without a word: whoever asked for it
// must not learn which numbers work. The trail says why.
func (p *Post) Send(ctx context.Context, l Letter) error {
	_, err := p.Offer(ctx, l)
	return err
}

// Insist is Send for operators, who may know: a text that the limits do not let out is
// an error, and nothing of the transaction that ctx carries should stay.
//
// Errors: provider.CodeLimit, which says why and what to do.
func (p *Post) Insist(ctx context.Context, l Letter) error {
	drop, err := p.Offer(ctx, l)
	if err != nil || drop == "" {
		return err
	}
	return drop.problem()
}

// Offer is Send that answers why a text was dropped.
func (p *Post) Offer(ctx context.Context, l Letter) (Drop, error) {
	return p.pass(ctx, l, p.Outbox.Put)
}

// pass writes a letter that the pool's limits let out and gives it to take, all in one
// transaction.
func (p *Post) pass(ctx context.Context, l Letter, take func(context.Context, provider.Message) error) (Drop, error) {
	var drop Drop
	err := p.Outbox.Store.Tx(ctx, func(ctx context.Context) (err error) {
		if l.Channel == provider.BySMS {
			if drop, err = p.spend(ctx, l); err != nil {
				return err
			}
		}
		if drop != "" {
			trail := &audit.Log{Store: p.Outbox.Store}
			return trail.Record(ctx, l.Pool.ID, ActionDropped, audit.Denied, "pool/"+l.Pool.ID, map[string]string{"kind": string(l.Kind), "reason": string(drop)})
		}
		if l.Own == nil {
			words, err := p.own(ctx, l)
			if err != nil {
				return err
			}
			l.Own = &words.MessageTemplate
		}
		m, err := p.Letters.Write(l)
		if err != nil {
			return err
		}
		return take(ctx, m)
	})
	return drop, err
}

// Tell sends a security notice to a user: see Notify.
func (p *Post) Tell(ctx context.Context, pool *provider.Pool, u *provider.User, kind Kind) error {
	return p.Notify(ctx, u, Letter{Pool: pool, Kind: kind})
}

// Notify is Tell for a letter that says more than its kind, in the transaction that
// ctx carries. It fills in the reader: the user's e-mail address, or a verified number
// where they have none, unless the letter names an address that is theirs no more. The
// letter says when it was, and from where by the context's actor, unless an operator
// or the system acts: their address is not the user's affair. Who has no address, or
// where nothing can be sent, is not told: what happened stands all the same.
func (p *Post) Notify(ctx context.Context, u *provider.User, l Letter) error {
	if p == nil {
		return nil
	}
	if l.To == "" {
		l.Channel, l.To = provider.ByEmail, u.Attributes["email"]
		if l.To == "" && u.Attributes["phone_number_verified"] == "true" {
			l.Channel, l.To = provider.BySMS, u.Attributes["phone_number"]
		}
	}
	if l.Channel == "" {
		l.Channel = provider.ByEmail
	}
	if l.To == "" || !p.Offers(l.Pool, l.Channel) {
		return nil
	}
	if enough, err := p.enough(ctx, u, l); enough || err != nil {
		return err
	}
	if l.Facts == nil {
		l.Facts = &Facts{At: p.Outbox.Store.Now()}
		if actor := provider.ActorFrom(ctx); actor.Kind != "operator" && actor.Kind != "system" {
			l.Facts.Address, l.Facts.UserAgent = actor.Address, actor.UserAgent
		}
	}
	l.UserID, l.Lang, l.Username = u.ID, u.Attributes["locale"], u.Username
	return p.Send(ctx, l)
}

// mostUnproved is how many notices a day go to an address that was never proved.
const mostUnproved = 10

// enough counts a notice to an address that its user has not proved, and reports whether
// it had as many today as it may. It may be a stranger's, named by somebody who turns
// their own settings on and off to have us flood it, with several accounts if need be:
// so the address is counted, and not the user.
func (p *Post) enough(ctx context.Context, u *provider.User, l Letter) (bool, error) {
	if u.Attributes[l.Channel.Attribute()+"_verified"] == "true" {
		return false, nil
	}
	key, err := p.Outbox.Sealer.Derive("notice quotas")
	if err != nil {
		return false, err
	}
	to := "notice:" + hex.EncodeToString(secret.MAC(key, store.Fold(l.To))[:16])
	used, err := p.Outbox.Store.Pool(l.Pool.ID).TakeQuota(ctx, to, p.today(), p.today().Add(48*time.Hour), mostUnproved)
	return used == 0, err
}

package store

import (
	"context"

	"github.com/cognate-idp/cognate/provider"
)

// mailboxSize is how many messages the development mailbox keeps.
const mailboxSize = 500

// KeepMessage puts a message into the development mailbox. Keeping the same one
// twice changes nothing: a job may deliver it again.
func (a *All) KeepMessage(ctx context.Context, m *provider.Message) error {
	return a.s.Tx(ctx, func(ctx context.Context) error {
		db := a.s.db(ctx)
		err := db.Exec("insert into mailbox (pool, id, channel, recipient, subject, text, code, link, sent_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
			m.PoolID, m.ID, m.Channel, m.To, m.Subject, m.Text, m.Code, m.Link, m.SentAt).Error
		if err != nil {
			return err
		}
		return db.Exec("delete from mailbox where id in (select id from mailbox order by sent_at desc, id desc limit ? offset ?)",
			mailboxSize, mailboxSize).Error
	})
}

// KeptMessages lists the development mailbox, newest first.
func (a *All) KeptMessages(ctx context.Context) ([]provider.Message, error) {
	var out []provider.Message
	err := a.s.db(ctx).Order("sent_at desc, id desc").Limit(mailboxSize).Find(&out).Error
	return out, translate(err)
}

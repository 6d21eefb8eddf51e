package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/cognate-idp/cognate/provider"
)

// PutMessageTemplate stores a pool's own words, in place of those before.
func (p *Pool) PutMessageTemplate(ctx context.Context, t *provider.MessageTemplate) error {
	t.PoolID = p.ID
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		t.UpdatedAt = p.s.Now()
		return translate(db.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "pool"}, {Name: "kind"}, {Name: "locale"}},
			DoUpdates: clause.AssignmentColumns([]string{"subject", "text", "html", "sms", "updated_at"}),
		}).Create(t).Error)
	})
}

// MessageTemplates lists a pool's own words for one kind of message in every
// language, or for all kinds when kind is empty.
func (p *Pool) MessageTemplates(ctx context.Context, kind string) ([]provider.MessageTemplate, error) {
	q := p.s.db(ctx).Where("pool = ?", p.ID)
	if kind != "" {
		q = q.Where("kind = ?", kind)
	}
	var out []provider.MessageTemplate
	err := q.Order("kind, locale").Find(&out).Error
	return out, translate(err)
}

// DeleteMessageTemplate removes a pool's own words.
//
// Errors: provider.ErrTemplateNotFound.
func (p *Pool) DeleteMessageTemplate(ctx context.Context, kind, locale string) error {
	return p.s.inTx(ctx, func(_ context.Context, db *gorm.DB) error {
		return one(db.Exec("delete from message_templates where pool = ? and kind = ? and locale = ?", p.ID, kind, locale), provider.ErrTemplateNotFound)
	})
}

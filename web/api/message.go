package api

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
)

func (a *API) listMessageTemplates(ctx context.Context, in *UserPoolRequest) (*ListMessageTemplatesResponse, error) {
	pool, err := a.Directory.Pool(ctx, in.UserPoolID)
	if err != nil {
		return nil, err
	}
	all, err := a.Messages.List(ctx, in.UserPoolID, "")
	if err != nil {
		return nil, err
	}
	out := &ListMessageTemplatesResponse{MessageTemplates: each(all, func(t *provider.MessageTemplate) MessageTemplateType { return *wireTemplate(pool, t) })}
	for _, k := range message.Kinds() {
		if !k.Operator {
			kind := wireKind(k)
			kind.Members = message.Members(pool, k.Kind)
			out.Kinds = append(out.Kinds, kind)
		}
	}
	return out, nil
}

func wireKind(k message.About) MessageKind {
	out := MessageKind{Kind: string(k.Kind), Placeholders: k.Placeholders(provider.ByEmail, true)}
	for _, by := range k.Channels {
		out.Channels = append(out.Channels, strings.ToUpper(string(by)))
	}
	return out
}

func (a *API) getMessageTemplate(ctx context.Context, in *MessageTemplateRequest) (*MessageTemplateResponse, error) {
	t, err := a.Messages.Get(ctx, in.UserPoolID, in.Kind, in.Locale)
	if err != nil {
		return nil, err
	}
	return a.answerTemplate(ctx, t)
}

func (a *API) putMessageTemplate(ctx context.Context, in *PutMessageTemplateRequest) (*MessageTemplateResponse, error) {
	t := &provider.MessageTemplate{PoolID: in.UserPoolID, Kind: in.Kind, Locale: in.Locale, Subject: in.Subject, Text: in.Text, HTML: in.HTML, SMS: in.SMS}
	if err := a.Messages.Put(ctx, t); err != nil {
		return nil, err
	}
	return a.answerTemplate(ctx, t)
}

func (a *API) answerTemplate(ctx context.Context, t *provider.MessageTemplate) (*MessageTemplateResponse, error) {
	pool, err := a.Directory.Pool(ctx, t.PoolID)
	if err != nil {
		return nil, err
	}
	return &MessageTemplateResponse{wireTemplate(pool, t)}, nil
}

func (a *API) deleteMessageTemplate(ctx context.Context, in *MessageTemplateRequest) error {
	return a.Messages.Delete(ctx, in.UserPoolID, in.Kind, in.Locale)
}

func wireTemplate(pool *provider.Pool, t *provider.MessageTemplate) *MessageTemplateType {
	return &MessageTemplateType{
		Kind: t.Kind, Locale: t.Locale, Subject: t.Subject, Text: t.Text, HTML: t.HTML, SMS: t.SMS, LastModifiedDate: Timestamp(t.UpdatedAt),
		Unused: message.Unused(pool, t),
	}
}

func (a *API) previewMessage(ctx context.Context, in *MessageRequest) (*PreviewMessageResponse, error) {
	kind, by := in.what()
	m, err := a.Messages.Preview(ctx, in.UserPoolID, kind, by, in.Locale)
	if err != nil {
		return nil, err
	}
	out := &PreviewMessageResponse{
		Subject: m.Subject, Text: m.Text, HTML: m.HTML, SubjectFrom: m.SubjectFrom, TextFrom: m.TextFrom, Unused: m.Unused,
	}
	if by == provider.BySMS {
		out.Segments = int64(message.Segments(m.Text))
	}
	return out, nil
}

func (a *API) sendTestMessage(ctx context.Context, in *MessageRequest) error {
	if in.To == "" {
		return invalidParameter("To: say where the message is to go.")
	}
	kind, by := in.what()
	return a.Messages.SendTest(ctx, in.UserPoolID, kind, by, in.Locale, in.To)
}

// what is the kind that is meant, and the channel.
func (in *MessageRequest) what() (message.Kind, provider.Channel) {
	return message.Kind(either(in.Kind == "", string(message.Test), in.Kind)), provider.Channel(strings.ToLower(either(in.Channel == "", "EMAIL", in.Channel)))
}

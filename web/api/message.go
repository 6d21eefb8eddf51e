package api

import (
	"context"
	"strings"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
)

func (a *API) listMessageTemplates(ctx context.Context, in *UserPoolRequest) (*ListMessageTemplatesResponse, error) {
	if _, err := a.Directory.Pool(ctx, in.UserPoolID); err != nil {
		return nil, err
	}
	all, err := a.Messages.List(ctx, in.UserPoolID, "")
	if err != nil {
		return nil, err
	}
	out := &ListMessageTemplatesResponse{MessageTemplates: each(all, func(t *provider.MessageTemplate) MessageTemplateType { return *wireTemplate(t) })}
	for _, k := range message.Kinds() {
		if !k.Operator {
			out.Kinds = append(out.Kinds, wireKind(k))
		}
	}
	return out, nil
}

func wireKind(k message.About) MessageKind {
	out := MessageKind{Kind: string(k.Kind)}
	if !k.Nobody {
		out.Placeholders = append(out.Placeholders, "{username}")
	}
	for _, by := range k.Channels {
		out.Channels = append(out.Channels, strings.ToUpper(string(by)))
	}
	if k.Code {
		out.Placeholders = append(out.Placeholders, "{####}")
	}
	if k.Kind.Path() != "" {
		out.Placeholders = append(out.Placeholders, "{##words##}")
	}
	return out
}

func (a *API) getMessageTemplate(ctx context.Context, in *MessageTemplateRequest) (*MessageTemplateResponse, error) {
	t, err := a.Messages.Get(ctx, in.UserPoolID, in.Kind, in.Locale)
	if err != nil {
		return nil, err
	}
	return &MessageTemplateResponse{wireTemplate(t)}, nil
}

func (a *API) putMessageTemplate(ctx context.Context, in *PutMessageTemplateRequest) (*MessageTemplateResponse, error) {
	t := &provider.MessageTemplate{PoolID: in.UserPoolID, Kind: in.Kind, Locale: in.Locale, Subject: in.Subject, Text: in.Text, HTML: in.HTML, SMS: in.SMS}
	if err := a.Messages.Put(ctx, t); err != nil {
		return nil, err
	}
	return &MessageTemplateResponse{wireTemplate(t)}, nil
}

func (a *API) deleteMessageTemplate(ctx context.Context, in *MessageTemplateRequest) error {
	return a.Messages.Delete(ctx, in.UserPoolID, in.Kind, in.Locale)
}

func wireTemplate(t *provider.MessageTemplate) *MessageTemplateType {
	return &MessageTemplateType{
		Kind: t.Kind, Locale: t.Locale, Subject: t.Subject, Text: t.Text, HTML: t.HTML, SMS: t.SMS, LastModifiedDate: Timestamp(t.UpdatedAt),
	}
}

func (a *API) previewMessage(ctx context.Context, in *MessageRequest) (*PreviewMessageResponse, error) {
	kind, by := in.what()
	m, err := a.Messages.Preview(ctx, in.UserPoolID, kind, by, in.Locale)
	if err != nil {
		return nil, err
	}
	out := &PreviewMessageResponse{Subject: m.Subject, Text: m.Text, HTML: m.HTML}
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

package message

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/audit"
)

// DefaultLocale is the language of words that are for every reader who has none of
// their own.
const DefaultLocale = "default"

// What the trail calls a change of a pool's words.
const (
	ActionTemplatePut    = "message_template.put"
	ActionTemplateDelete = "message_template.delete"
)

// The most that Cognito takes, in characters.
const (
	maxSubject = 140
	maxBody    = 20000
	maxSMS     = 140
)

// Templates are the words that pools have put in place of the catalogue's.
type Templates struct {
	Post *Post
	// PageURL is where a pool's pages are; nil leaves the links out of what is made up.
	PageURL func(p *provider.Pool) string
}

// Put sets a pool's words for a kind and a language. Empty fields take the
// catalogue's.
//
// Errors: provider.CodeInvalid.
func (t *Templates) Put(ctx context.Context, w *provider.MessageTemplate) error {
	if err := checkTemplate(w); err != nil {
		return err
	}
	return t.change(ctx, w.PoolID, ActionTemplatePut, w.Kind, w.Locale, func(ctx context.Context) error {
		return t.Post.Outbox.Store.Pool(w.PoolID).PutMessageTemplate(ctx, w)
	})
}

// Delete takes a pool's words away, so that the catalogue's count again.
//
// Errors: provider.ErrTemplateNotFound; provider.CodeInvalid.
func (t *Templates) Delete(ctx context.Context, pool, kind, locale string) error {
	locale, err := localeOf(locale)
	if err != nil {
		return err
	}
	return t.change(ctx, pool, ActionTemplateDelete, kind, locale, func(ctx context.Context) error {
		return t.Post.Outbox.Store.Pool(pool).DeleteMessageTemplate(ctx, kind, locale)
	})
}

// List answers all words of a pool, or those for one kind.
func (t *Templates) List(ctx context.Context, pool, kind string) ([]provider.MessageTemplate, error) {
	return t.Post.Outbox.Store.Pool(pool).MessageTemplates(ctx, kind)
}

// Get answers a pool's words for a kind and a language.
//
// Errors: provider.ErrTemplateNotFound; provider.CodeInvalid.
func (t *Templates) Get(ctx context.Context, pool, kind, locale string) (*provider.MessageTemplate, error) {
	locale, err := localeOf(locale)
	if err != nil {
		return nil, err
	}
	all, err := t.List(ctx, pool, kind)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(w provider.MessageTemplate) bool { return w.Locale == locale })
	if kind == "" || i < 0 {
		return nil, provider.ErrTemplateNotFound
	}
	return &all[i], nil
}

func (t *Templates) change(ctx context.Context, pool, action, kind, locale string, f func(context.Context) error) error {
	st := t.Post.Outbox.Store
	return st.Tx(ctx, func(ctx context.Context) error {
		if _, err := st.Pool(pool).Get(ctx); err != nil {
			return err
		}
		if err := f(ctx); err != nil {
			return err
		}
		return (&audit.Log{Store: st}).Record(ctx, pool, action, audit.Success, "message_template/"+kind+"/"+locale, nil)
	})
}

// Sample is a message of a kind with made-up values, as Preview shows and SendTest
// sends it.
func (t *Templates) sample(pool *provider.Pool, kind Kind, by provider.Channel, locale string) (Letter, error) {
	about, known := AboutKind(kind)
	if !known || !about.Goes(by) {
		return Letter{}, provider.Invalid("Kind", "No message of that kind goes by %s.", by)
	}
	l := Letter{Pool: pool, Kind: kind, Channel: by, To: "sample@example.com", Username: "sample", Lang: locale}
	if about.Code {
		l.Code = "123456"
	}
	if about.Typed {
		l.Lasts = provider.CodePurpose(kind).Life()
	} else if kind == Invitation {
		l.Lasts = pool.Settings.PasswordPolicy.TemporaryLife()
	}
	if path := kind.Path(); path != "" && by == provider.ByEmail && t.PageURL != nil && (!about.ByLink() || pool.Settings.Verification.ByLink) {
		l.Link = t.PageURL(pool) + path
		if kind != Invitation {
			l.Link += "?token=sample"
		}
	}
	if about.Notice {
		l.Left = 3
		l.Facts = &Facts{At: t.Post.Outbox.Store.Now(), Address: "203.0.113.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
	}
	return l, nil
}

// Preview is a message with made-up values, and where its words come from: Standard, the
// name of a member of Cognito's, or FromTemplate and the language.
type Preview struct {
	provider.Message
	SubjectFrom, TextFrom string
	Unused                []string // see Unused
}

// Preview writes a message as the pool would send it, with made-up values.
//
// Errors: provider.ErrPoolNotFound; provider.CodeInvalid.
func (t *Templates) Preview(ctx context.Context, pool string, kind Kind, by provider.Channel, locale string) (*Preview, error) {
	p, err := t.Post.Outbox.Store.Pool(pool).Get(ctx)
	if err != nil {
		return nil, err
	}
	l, err := t.sample(p, kind, by, locale)
	if err != nil {
		return nil, err
	}
	own, err := t.Post.own(ctx, l)
	if err != nil {
		return nil, err
	}
	l.Own = &own.MessageTemplate
	m, err := t.Post.Letters.Write(l)
	if err != nil {
		return nil, err
	}
	out := &Preview{Message: m, TextFrom: own.smsFrom}
	if by == provider.ByEmail {
		out.SubjectFrom, out.TextFrom, out.Unused = own.subjectFrom, own.bodyFrom, Unused(p, l.Own)
		if sent := withCode(*l.Own, l.Link != ""); len(out.Unused) > 0 && sent.Text+sent.HTML == "" {
			out.TextFrom = Standard
		}
	}
	return out, nil
}

// checkTemplate refuses words that could not do their work, and puts the language
// into its one form.
func checkTemplate(w *provider.MessageTemplate) error {
	about, known := AboutKind(Kind(w.Kind))
	if !known || about.Operator {
		return provider.Invalid("Kind", "There is no message of that kind whose words a pool may change.")
	}
	var err error
	if w.Locale, err = localeOf(w.Locale); err != nil {
		return err
	}
	if w.Subject+w.Text+w.HTML+w.SMS == "" {
		return provider.Invalid("Text", "Give a subject, a text, an HTML or an SMS. To go back to the standard words, delete the template.")
	}
	for _, f := range []struct {
		name, words string
		most        int
		by          provider.Channel
		body        bool
	}{
		{"Subject", w.Subject, maxSubject, provider.ByEmail, false}, {"Text", w.Text, maxBody, provider.ByEmail, true},
		{"Html", w.HTML, maxBody, provider.ByEmail, true}, {"Sms", w.SMS, maxSMS, provider.BySMS, true},
	} {
		switch {
		case f.words == "":
		case !about.Goes(f.by):
			return provider.Invalid(f.name, "Messages of this kind do not go by %s.", f.by)
		case utf8.RuneCountInString(f.words) > f.most:
			return provider.Invalid(f.name, "It is longer than %d characters.", f.most)
		case strings.ContainsRune(f.words, 0) || !utf8.ValidString(f.words):
			return provider.Invalid(f.name, "It holds characters that no text has.")
		case stray(f.words, about, f.by, f.body) != "":
			return provider.Invalid(f.name, "%s is no placeholder that this message knows here. It knows %s.", stray(f.words, about, f.by, f.body), listed(about.Placeholders(f.by, f.body)))
		case f.body && about.Code && !has(f.words, isCode) && (!about.ByLink() || f.by != provider.ByEmail || !has(f.words, isLink)):
			return provider.Invalid(f.name, "It must hold {####}, where the code stands%s.", orLink(about))
		}
	}
	return nil
}

func listed(placeholders []string) string {
	if len(placeholders) == 0 {
		return "none"
	}
	return strings.Join(placeholders, " ")
}

func orLink(a About) string {
	if a.ByLink() {
		return ", or {##words##} for the link"
	}
	return ""
}

// localeOf is a language in its one form (BCP 47), or DefaultLocale.
func localeOf(s string) (string, error) {
	if s == "" || s == DefaultLocale {
		return DefaultLocale, nil
	}
	tag, err := language.Parse(s)
	if err != nil {
		return "", provider.Invalid("Locale", "It is no language tag such as sv or pt-BR.")
	}
	return tag.String(), nil
}

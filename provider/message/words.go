package message

import (
	"context"

	"golang.org/x/text/language"

	"github.com/cognate-idp/cognate/provider"
)

// Where words come from that are no member of Cognito's.
const (
	Standard     = "standard"
	FromTemplate = "template:" // and the language
)

// sourced are words, and where each comes from.
type sourced struct {
	provider.MessageTemplate
	subjectFrom, bodyFrom, smsFrom string
}

// own looks up the words that a pool has for a letter: in the language nearest to the
// reader's, else for every language, else in the words that Cognito's API set. It is
// one read, in the transaction that sends; nothing is cached.
func (p *Post) own(ctx context.Context, l Letter) (*sourced, error) {
	standard := sourced{subjectFrom: Standard, bodyFrom: Standard, smsFrom: Standard}
	if about, _ := AboutKind(l.Kind); about.Operator {
		return &standard, nil
	}
	rows, err := p.Outbox.Store.Pool(l.Pool.ID).MessageTemplates(ctx, string(l.Kind))
	if err != nil {
		return nil, err
	}
	words := cognitoWords(l).over(standard)
	var tags []language.Tag
	var in []provider.MessageTemplate
	for _, row := range rows {
		if row.Locale == DefaultLocale {
			words = put(row).over(words)
			continue
		}
		if tag, err := language.Parse(row.Locale); err == nil {
			tags, in = append(tags, tag), append(in, row)
		}
	}
	if wanted, _, err := language.ParseAcceptLanguage(l.Lang); err == nil && len(wanted) > 0 && len(tags) > 0 {
		if _, i, confidence := language.NewMatcher(tags).Match(wanted...); confidence > language.No {
			words = put(in[i]).over(words)
		}
	}
	return &words, nil
}

// put are words that the pool has put.
func put(w provider.MessageTemplate) sourced {
	from := FromTemplate + w.Locale
	return sourced{w, from, from, from}
}

// over lays words over others. Text and HTML belong together.
func (top sourced) over(below sourced) sourced {
	if top.Subject == "" {
		top.Subject, top.subjectFrom = below.Subject, below.subjectFrom
	}
	if top.Text+top.HTML == "" {
		top.Text, top.HTML, top.bodyFrom = below.Text, below.HTML, below.bodyFrom
	}
	if top.SMS == "" {
		top.SMS, top.smsFrom = below.SMS, below.smsFrom
	}
	return top
}

// cognitoWords are those that CreateUserPool, UpdateUserPool and
// SetUserPoolMfaConfig set. Cognito has one message for every code that proves an
// address or resets a password, and one for every code that signs in.
func cognitoWords(l Letter) (out sourced) {
	// A member's name, and what the pool keeps it as where that is another.
	first := func(words, from *string, members ...[2]string) {
		for _, member := range members {
			said, _ := l.Pool.Settings.Wire[member[1]].(string)
			if said != "" {
				*words, *from = said, member[0]
				return
			}
		}
	}
	as := func(name string) [2]string { return [2]string{name, name} }
	const verification = "VerificationMessageTemplate."
	switch l.Kind {
	case SignUp, VerifyEmail, VerifyPhone, ResetPassword:
		first(&out.SMS, &out.smsFrom, as(verification+"SmsMessage"), as("SmsVerificationMessage"))
		if l.Link != "" {
			first(&out.Subject, &out.subjectFrom, as(verification+"EmailSubjectByLink"))
			first(&out.HTML, &out.bodyFrom, as(verification+"EmailMessageByLink"))
			return out
		}
		first(&out.Subject, &out.subjectFrom, as(verification+"EmailSubject"), as("EmailVerificationSubject"))
		first(&out.HTML, &out.bodyFrom, as(verification+"EmailMessage"), as("EmailVerificationMessage"))
	case SignIn, SecondFactor:
		first(&out.Subject, &out.subjectFrom, [2]string{"EmailMfaConfiguration.Subject", "EmailMfaSubject"})
		first(&out.HTML, &out.bodyFrom, [2]string{"EmailMfaConfiguration.Message", "EmailMfaMessage"})
		first(&out.SMS, &out.smsFrom, as("SmsAuthenticationMessage"))
	case Invitation:
		const invite, kept = "AdminCreateUserConfig.InviteMessageTemplate.", "InviteMessageTemplate."
		first(&out.Subject, &out.subjectFrom, [2]string{invite + "EmailSubject", kept + "EmailSubject"})
		first(&out.HTML, &out.bodyFrom, [2]string{invite + "EmailMessage", kept + "EmailMessage"})
		first(&out.SMS, &out.smsFrom, [2]string{invite + "SMSMessage", kept + "SMSMessage"})
	}
	return out
}

// Members names the members of Cognito's API that a pool has words in for a kind.
func Members(pool *provider.Pool, kind Kind) []string {
	about, _ := AboutKind(kind)
	l := Letter{Pool: pool, Kind: kind}
	if about.ByLink() && pool.Settings.Verification.ByLink {
		l.Link = "any"
	}
	words := cognitoWords(l)
	var out []string
	for _, w := range []struct {
		by   provider.Channel
		from string
	}{{provider.ByEmail, words.subjectFrom}, {provider.ByEmail, words.bodyFrom}, {provider.BySMS, words.smsFrom}} {
		if w.from != "" && about.Goes(w.by) {
			out = append(out, w.from)
		}
	}
	return out
}

// Unused names the parts of a pool's words, Text and Html, in whose place the standard ones
// go out as the pool is set up: they hold a link and no code, and it sends codes without
// links.
func Unused(pool *provider.Pool, w *provider.MessageTemplate) (out []string) {
	about, _ := AboutKind(Kind(w.Kind))
	if !about.Code || pool.Settings.Verification.ByLink {
		return nil
	}
	for _, part := range []struct{ name, words string }{{"Text", w.Text}, {"Html", w.HTML}} {
		if part.words != "" && !has(part.words, isCode) {
			out = append(out, part.name)
		}
	}
	return out
}

package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/cognate-idp/cognate/provider"
)

// Letter is a message to be written: an e-mail, unless Channel says otherwise.
type Letter struct {
	Pool     *provider.Pool
	Kind     Kind
	Channel  provider.Channel
	To       string
	UserID   string // whose letter it is, for the trail; empty when nobody's user reads it
	Lang     string // the reader's languages, best first, as in Accept-Language; empty for English
	Username string
	Code     string
	Lasts    time.Duration // how long the code or the temporary password works; 0 leaves it unsaid
	Link     string        // below the configured origin, never a request's Host; e-mail alone
	Name     string        // of a security notice: what the user calls what it is about
	Left     int           // how many are left of what was used
	Facts    *Facts        // of a security notice; nil for any other
	// Own are the pool's own words; nil takes the catalogue's. Post looks them up.
	Own *provider.MessageTemplate
}

// Letters writes messages: from the text catalogues, or from a pool's own templates.
type Letters struct {
	// Host is the host name of the pages, which a text's code is bound to.
	Host string

	bundle *i18n.Bundle
	html   *template.Template
}

// OpenLetters reads messages/letter.html and the catalogues in locales/.
func OpenLetters(templates fs.FS) (*Letters, error) {
	l := &Letters{bundle: i18n.NewBundle(language.English)}
	l.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(templates, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("list text catalogues: %w", err)
	}
	for _, name := range names {
		if _, err := l.bundle.LoadMessageFileFS(templates, name); err != nil {
			return nil, fmt.Errorf("text catalogue %s: %w", name, err)
		}
	}
	if l.html, err = template.ParseFS(templates, "messages/letter.html"); err != nil {
		return nil, fmt.Errorf("e-mail template: %w", err)
	}
	return l, nil
}

// Write makes the message. The error is a missing text, a broken template, or a
// kind that does not travel by the channel.
func (l *Letters) Write(k Letter) (provider.Message, error) {
	if k.Channel == "" {
		k.Channel = provider.ByEmail
	}
	about, known := AboutKind(k.Kind)
	if !known || !about.Goes(k.Channel) {
		return provider.Message{}, fmt.Errorf("no message %q goes by %s", k.Kind, k.Channel)
	}
	if k.Own == nil || about.Operator {
		k.Own = &provider.MessageTemplate{}
	}
	own := *k.Own
	if about.Code && k.Code != "" {
		own = withCode(own, about.ByLink() && k.Link != "")
	}
	k.Own = &own
	w := &writing{Letter: k, about: about, lang: "en", words: i18n.NewLocalizer(l.bundle, k.Lang, "en"), owner: ownerOf(k.Pool)}
	out := provider.Message{PoolID: k.Pool.ID, Channel: k.Channel, To: k.To, Code: k.Code, About: string(k.Kind), UserID: k.UserID}
	if k.Channel == provider.BySMS {
		out.Text = w.sms(l.Host)
		return out, w.failed
	}
	out.Link = k.Link
	out.Subject, out.Text, out.HTML = w.email(l.html)
	return out, w.failed
}

// withCode leaves out words that would not bring the code: those that hold a link
// alone, in a letter that has none.
func withCode(own provider.MessageTemplate, link bool) provider.MessageTemplate {
	for _, words := range []*string{&own.Text, &own.HTML, &own.SMS} {
		if !has(*words, isCode) && !(link && has(*words, isLink)) {
			*words = ""
		}
	}
	return own
}

// ownerOf is the name that a pool goes by.
func ownerOf(p *provider.Pool) string {
	if p.Settings.DisplayName != "" {
		return p.Settings.DisplayName
	}
	return p.Name
}

// writing is one letter under way. What goes wrong is kept until the end.
type writing struct {
	Letter
	about  About
	lang   string
	words  *i18n.Localizer
	owner  string
	failed error
}

// say is a text of the catalogue, with its blanks filled from pairs of name and
// value. The name Count also chooses the plural form.
func (w *writing) say(id string, pairs ...any) string {
	blanks := map[string]any{"Owner": w.owner, "Username": w.Username, "Code": w.Code, "Left": w.Left}
	for i := 0; i+1 < len(pairs); i += 2 {
		blanks[pairs[i].(string)] = pairs[i+1]
	}
	said, tag, err := w.words.LocalizeWithTag(&i18n.LocalizeConfig{MessageID: id, PluralCount: blanks["Count"], TemplateData: blanks})
	if said == "" {
		w.failed = fmt.Errorf("text %s: %w", id, err)
	} else if tag != language.Und {
		w.lang = tag.String()
	}
	return said
}

// letterView is what messages/letter.html draws.
type letterView struct {
	Lang, Owner, Subject, Code, Lasts, LinkLead, Link, Closing string
	Body                                                       []template.HTML
	Facts                                                      []fact
}

// email writes subject, text and HTML. The pool's own words take the place of the
// catalogue's, each by itself: words without HTML are laid out like the others, and
// HTML without words is read out for the text.
func (w *writing) email(layout *template.Template) (subject, text, html string) {
	key := "mail." + string(w.Kind)
	own := w.values()
	if w.Own.Subject != "" {
		subject = own.plain(w.Own.Subject)
	} else {
		subject = w.say(key + ".subject")
	}
	subject = oneLine(subject)
	if w.Own.HTML != "" {
		html = own.html(w.Own.HTML)
		if text = own.plain(w.Own.Text); text == "" {
			text = readOut(html)
		}
		return subject, ended(text), html
	}
	v := letterView{Lang: w.lang, Owner: w.owner, Subject: subject}
	if w.Own.Text != "" {
		if w.Own.Locale != "" && w.Own.Locale != DefaultLocale {
			w.lang = w.Own.Locale
		}
		text = own.plain(w.Own.Text)
		for _, line := range strings.Split(w.Own.Text, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				v.Body = append(v.Body, template.HTML(own.escaped(line)))
			}
		}
	} else {
		text = w.standard(&v, key)
	}
	v.Lang = w.lang
	var b bytes.Buffer
	if err := layout.Execute(&b, v); err != nil && w.failed == nil {
		w.failed = fmt.Errorf("write e-mail: %w", err)
	}
	return subject, ended(text), b.String()
}

// standard fills the view with the catalogue's words, and answers the same as text:
// what it is about, the code alone, what happened, the link, and what to do when it
// was not them.
func (w *writing) standard(v *letterView, key string) (text string) {
	v.Code, v.Link, v.Facts = w.Code, w.Link, w.Facts.rows(w.Name, w.say)
	var parts []string
	for _, line := range strings.Split(w.say(key+".body"), "\n") {
		parts = append(parts, line)
		v.Body = append(v.Body, template.HTML(template.HTMLEscapeString(line)))
	}
	if w.Lasts > 0 {
		v.Lasts = w.lasts()
	}
	if w.Link != "" {
		v.LinkLead = w.say(key + ".link")
	}
	v.Closing = w.say(key + ".closing")
	var facts []string
	for _, f := range v.Facts {
		facts = append(facts, f.Label+": "+f.Value)
	}
	for _, p := range []string{v.Code, v.Lasts, strings.Join(facts, "\n"), v.LinkLead, v.Link, v.Closing} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "\n\n")
}

// lasts says how long the code works, in the unit that a person would use. A day
// is 24 hours: "1 day" might mean until tomorrow.
func (w *writing) lasts() string {
	key := "mail.lasts"
	if w.Kind == Invitation {
		key = "mail.password_lasts"
	}
	switch {
	case w.Lasts > day && w.Lasts%day == 0:
		return w.say(key+"_days", "Count", int(w.Lasts/day))
	case w.Lasts%time.Hour == 0:
		return w.say(key+"_hours", "Count", int(w.Lasts/time.Hour))
	}
	return w.say(key, "Count", int(w.Lasts/time.Minute))
}

const day = 24 * time.Hour

// oneLine keeps a name from beginning a header of its own.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// ended ends the last line of a text.
func ended(s string) string { return strings.TrimRight(s, "\n") + "\n" }

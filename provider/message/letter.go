package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"github.com/cognate-idp/cognate/provider"
)

// Kind is what an e-mail is about: its texts in the catalogues begin with mail.
// and the kind.
type Kind string

// The kinds.
const (
	Invitation      Kind = "invitation"       // an operator made an account; the code is the temporary password
	SignUp          Kind = "sign_up"          // the code confirms a new account
	AccountExists   Kind = "account_exists"   // somebody signed up with an address that has an account
	NameTaken       Kind = "name_taken"       // the username that somebody signed up with is another's
	ResetPassword   Kind = "reset_password"   // the code lets a new password be chosen
	PasswordChanged Kind = "password_changed" // a notice, after a reset

	RecoveryCodeUsed     Kind = "recovery_code_used" // a notice that says how many are left
	RecoveryCodesRenewed Kind = "recovery_codes_renewed"
	FactorsReset         Kind = "factors_reset" // an operator took every second factor away
)

// FactorAdded is the notice that a second factor was set up, and FactorRemoved that
// one was taken away. Each factor has its own words: they say what it is.
func FactorAdded(f provider.Factor) Kind { return Kind(strings.ToLower(string(f)) + "_added") }

// FactorRemoved is the notice that a second factor was taken away.
func FactorRemoved(f provider.Factor) Kind { return Kind(strings.ToLower(string(f)) + "_removed") }

// Letter is an e-mail to be written.
type Letter struct {
	Pool     *provider.Pool
	Kind     Kind
	To       string
	Lang     string // the reader's languages, best first, as in Accept-Language; empty for English
	Username string
	Code     string
	Minutes  int    // how long the code works; 0 leaves it unsaid
	Link     string // below the configured origin, never a request's Host
	Left     int    // how many are left of what was used
}

// Letters writes e-mails from the text catalogues, as text and as HTML.
type Letters struct {
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

// Write makes the message. The error is a missing text or a broken template.
func (l *Letters) Write(k Letter) (provider.Message, error) {
	owner := k.Pool.Settings.DisplayName
	if owner == "" {
		owner = k.Pool.Name
	}
	words := i18n.NewLocalizer(l.bundle, k.Lang, "en")
	var failed error
	say := func(id string, count any) string {
		said, err := words.Localize(&i18n.LocalizeConfig{MessageID: id, PluralCount: count,
			TemplateData: map[string]any{"Owner": owner, "Username": k.Username, "Count": count, "Left": k.Left}})
		if said == "" {
			failed = fmt.Errorf("text %s: %w", id, err)
		}
		return said
	}
	key := "mail." + string(k.Kind)
	v := struct {
		Lang, Owner, Subject, Code, Lasts, Link, Closing string
		Body                                             []string
	}{Lang: "en", Owner: owner, Subject: say(key+".subject", nil), Code: k.Code, Link: k.Link, Closing: say(key+".closing", nil)}
	v.Body = strings.Split(say(key+".body", nil), "\n")
	if k.Minutes > 0 {
		v.Lasts = say("mail.lasts", k.Minutes)
	}
	if failed != nil {
		return provider.Message{}, failed
	}
	var html bytes.Buffer
	if err := l.html.Execute(&html, v); err != nil {
		return provider.Message{}, fmt.Errorf("write e-mail: %w", err)
	}
	parts := append([]string{}, v.Body...)
	for _, p := range []string{v.Code, v.Lasts, v.Link, v.Closing} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return provider.Message{
		PoolID: k.Pool.ID, Channel: provider.ByEmail, To: k.To, Subject: oneLine(v.Subject),
		Text: strings.Join(parts, "\n\n") + "\n", HTML: html.String(), Code: k.Code, Link: k.Link,
	}, nil
}

// oneLine keeps a name from beginning a header of its own.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

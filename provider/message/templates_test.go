package message_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// kept delivers what waits and answers the newest message.
func kept(t testing.TB, p *message.Post) provider.Message {
	t.Helper()
	st := p.Outbox.Store
	jobs, err := st.All().LeaseJobs(t.Context(), "w", []string{message.JobKind}, 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if err := p.Outbox.Deliver(t.Context(), j); err != nil {
			t.Fatal(err)
		}
		if err := st.All().FinishJob(t.Context(), "w", j.ID); err != nil {
			t.Fatal(err)
		}
	}
	all, err := st.All().KeptMessages(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	return all[0]
}

func TestAPoolsOwnWordsGoOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		templates := &message.Templates{Post: p}
		put := func(kind, locale, text string) {
			t.Helper()
			if err := templates.Put(t.Context(), &provider.MessageTemplate{PoolID: pool.ID, Kind: kind, Locale: locale, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		said := func(kind message.Kind, lang, link string) string {
			t.Helper()
			if err := p.Send(t.Context(), message.Letter{Pool: pool, Kind: kind, To: "ann@example.com", Lang: lang, Username: "ann", Code: "402913", Link: link}); err != nil {
				t.Fatal(err)
			}
			return kept(t, p).Text
		}
		pool.Settings.Wire = map[string]any{
			"EmailVerificationMessage": "<p>By Cognito: {####}</p>", "VerificationMessageTemplate.EmailMessageByLink": "<p>By Cognito: {##here##}</p>",
		}
		if got := said(message.ResetPassword, "sv", ""); got != "By Cognito: 402913\n" {
			t.Errorf("Cognito's words: %q", got)
		}
		if got := said(message.SignUp, "", "https://x.example/"); got != "By Cognito: here: https://x.example/\n" {
			t.Errorf("Cognito's words by link: %q", got)
		}
		put("sign_up", "sv-SE", "Svenska {####}")
		put("sign_up", "de", "Deutsch {####}")
		for lang, want := range map[string]string{"sv": "Svenska 402913\n", "de-AT": "Deutsch 402913\n", "fr": "By Cognito: 402913\n", "": "By Cognito: 402913\n"} {
			if got := said(message.SignUp, lang, ""); got != want {
				t.Errorf("%q reads %q", lang, got)
			}
		}
		put("sign_up", "", "Alla {####}")
		if got := said(message.SignUp, "fr", ""); got != "Alla 402913\n" {
			t.Errorf("words for every language: %q", got)
		}
		if err := templates.Delete(t.Context(), pool.ID, "sign_up", "sv-se"); err != nil {
			t.Fatal(err)
		}
		if got := said(message.SignUp, "sv", ""); got != "Alla 402913\n" {
			t.Errorf("after the Swedish words are gone: %q", got)
		}
		if err := templates.Delete(t.Context(), pool.ID, "sign_up", "sv"); provider.CodeOf(err) != provider.CodeNotFound {
			t.Errorf("gone twice: %v", err)
		}
		put("sign_up", "", "{##Only a link##}")
		if got := said(message.SignUp, "", ""); !strings.Contains(got, "402913") {
			t.Errorf("words without the code, in a letter without a link: %q", got)
		}
		other := *pool
		other.ID = "us-east-1_BBBBBBBBB"
		other.Settings.Wire = nil
		if err := p.Send(t.Context(), message.Letter{Pool: &other, Kind: message.SignUp, To: "ann@example.com", Code: "402913"}); err != nil {
			t.Fatal(err)
		}
		if got := kept(t, p).Text; !strings.Contains(got, "Enter this code") {
			t.Errorf("another pool reads %q", got)
		}
	})
}

func TestWordsThatCouldNotWorkAreRefused(t *testing.T) {
	t.Parallel()
	p, pool := exchangeOf(t, storetest.SQLite(t))
	templates := &message.Templates{Post: p}
	for name, w := range map[string]provider.MessageTemplate{
		"nothing":               {Kind: "sign_up"},
		"no such kind":          {Kind: "birthday", Text: "x"},
		"an operators' kind":    {Kind: "sms_budget_near", Text: "x"},
		"no language":           {Kind: "sign_up", Locale: "!!", Text: "{####}"},
		"no code":               {Kind: "sign_up", Text: "Welcome"},
		"a code that is none":   {Kind: "sign_up", Text: "{###}"},
		"a link for a code":     {Kind: "sign_in", HTML: "{##here##}"},
		"a link for a password": {Kind: "invitation", Text: "{##here##}"},
		"a link by SMS":         {Kind: "sign_up", SMS: "{##here##}"},
		"the other channel":     {Kind: "verify_email", SMS: "{####}"},
		"a long subject":        {Kind: "sign_up", Subject: strings.Repeat("å", 141)},
		"a long text message":   {Kind: "sign_up", SMS: "{####}" + strings.Repeat("å", 135)},
		"a mark too many":       {Kind: "sign_up", Text: "{####} {#####}"},
		"an unknown word":       {Kind: "sign_up", HTML: "<p>{usrname}: {####}</p>"},
		"another case":          {Kind: "new_device", Text: "Hi { Username }"},
		"another system's":      {Kind: "new_device", Text: "Hi {{username}}"},
		"a link beside a code":  {Kind: "sign_in", Text: "{####} {##here##}"},
		"a link in a subject":   {Kind: "sign_up", Subject: "{##here##}"},
		"a code in a notice":    {Kind: "password_changed", Text: "{####}"},
		"a stranger's name":     {Kind: "account_exists", Text: "Hi {username}"},
		"a NUL":                 {Kind: "new_device", Text: "a\x00b"},
	} {
		w.PoolID = pool.ID
		if err := templates.Put(t.Context(), &w); provider.CodeOf(err) != provider.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := provider.MessageTemplate{PoolID: "us-east-1_NONE", Kind: "sign_up", Text: "{####}"}
	if err := templates.Put(t.Context(), &w); provider.CodeOf(err) != provider.CodeNotFound {
		t.Errorf("a pool that is not there: %v", err)
	}
}

func TestEveryKindHasAPreview(t *testing.T) {
	t.Parallel()
	p, pool := exchangeOf(t, storetest.SQLite(t))
	templates := &message.Templates{Post: p}
	for _, about := range message.Kinds() {
		for _, by := range about.Channels {
			if m, err := templates.Preview(t.Context(), pool.ID, about.Kind, by, ""); err != nil || m.Text == "" {
				t.Errorf("%s by %s: %q, %v", about.Kind, by, m.Text, err)
			}
		}
	}
}

// What would go out as it stands is refused with what there is; braces that are none of it
// stay.
func TestARefusalNamesThePlaceholders(t *testing.T) {
	t.Parallel()
	p, pool := exchangeOf(t, storetest.SQLite(t))
	templates := &message.Templates{Post: p}
	w := provider.MessageTemplate{PoolID: pool.ID, Kind: "verify_email", HTML: "<style>p {color: red} b{}</style>{####} {##Verify me##} {Name}"}
	if err := templates.Put(t.Context(), &w); err == nil || !strings.Contains(err.Error(), "{Name} is no placeholder that this message knows here. It knows {username} {####} {##words##}.") {
		t.Errorf("refused with %v", err)
	}
	w.HTML = strings.TrimSuffix(w.HTML, " {Name}")
	if err := templates.Put(t.Context(), &w); err != nil {
		t.Error(err)
	}
}

// An operator sees where words come from, and which of them are not in use.
func TestWhereWordsComeFrom(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		p, pool := exchangeOf(t, st)
		templates := &message.Templates{Post: p, PageURL: func(*provider.Pool) string { return "https://id.example.com/pool" }}
		pool.Settings.Wire = map[string]any{
			"SmsVerificationMessage": "Cognito {####}", "VerificationMessageTemplate.EmailSubject": "Cognito", "InviteMessageTemplate.EmailMessage": "{username} {####}",
		}
		if err := st.Pool(pool.ID).Change(t.Context(), func(p *provider.Pool) error { p.Settings = pool.Settings; return nil }); err != nil {
			t.Fatal(err)
		}
		for _, w := range []provider.MessageTemplate{
			{Kind: "verify_email", Text: "{##Verify me##}"}, {Kind: "verify_email", Locale: "sv", Subject: "Svenska"}, {Kind: "sign_in", SMS: "Own {####}"},
		} {
			w.PoolID = pool.ID
			if err := templates.Put(t.Context(), &w); err != nil {
				t.Fatal(err)
			}
		}
		check := func(kind message.Kind, by provider.Channel, locale, subject, text, unused string) {
			t.Helper()
			m, err := templates.Preview(t.Context(), pool.ID, kind, by, locale)
			if err != nil || m.SubjectFrom != subject || m.TextFrom != text || strings.Join(m.Unused, " ") != unused {
				t.Errorf("%s by %s in %q: %+v, %v", kind, by, locale, m, err)
			}
		}
		const subject = "VerificationMessageTemplate.EmailSubject"
		check("verify_email", provider.ByEmail, "", subject, "standard", "Text")
		check("verify_email", provider.ByEmail, "sv", "template:sv", "standard", "Text")
		check("sign_up", provider.ByEmail, "", subject, "standard", "")
		check("sign_up", provider.BySMS, "", "", "SmsVerificationMessage", "")
		check("invitation", provider.ByEmail, "", "standard", "AdminCreateUserConfig.InviteMessageTemplate.EmailMessage", "")
		check("sign_in", provider.BySMS, "", "", "template:default", "")
		if got := strings.Join(message.Members(pool, message.SignUp), " "); got != subject+" SmsVerificationMessage" {
			t.Errorf("members for sign_up: %s", got)
		}
		pool.Settings.Verification.ByLink = true
		if err := st.Pool(pool.ID).Change(t.Context(), func(p *provider.Pool) error { p.Settings = pool.Settings; return nil }); err != nil {
			t.Fatal(err)
		}
		check("verify_email", provider.ByEmail, "", "standard", "template:default", "")
	})
}

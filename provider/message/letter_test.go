package message_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/message"
	"github.com/cognate-idp/cognate/templates"
)

func open(t testing.TB) *message.Letters {
	t.Helper()
	letters, err := message.OpenLetters(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	letters.Host = "login.example.com"
	return letters
}

// sample is a letter of a kind with all that the kind may hold.
func sample(about message.About, by provider.Channel) message.Letter {
	l := message.Letter{
		Pool: &provider.Pool{ID: "us-east-1_AAAAAAAAA", Name: "Northwind Cycling"}, Kind: about.Kind, Channel: by, To: "ann@example.com", Username: "ann",
	}
	if about.Code {
		l.Code, l.Lasts = "402913", 10*time.Minute
	}
	if about.Kind.Path() != "" && by == provider.ByEmail {
		l.Link = "https://login.example.com/x?token=abc&b=c"
	}
	if about.Notice {
		l.Name, l.Left = "My <phone>", 3
		l.Facts = &message.Facts{
			At: provider.At(time.Date(2026, 3, 2, 9, 41, 0, 0, time.UTC)), Address: "203.0.113.7",
			UserAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
		}
	}
	return l
}

// How long a code works is told in the unit that a person would use.
func TestLastsIsTold(t *testing.T) {
	t.Parallel()
	for lasts, want := range map[time.Duration]string{
		time.Minute: "for 1 minute.", 10 * time.Minute: "for 10 minutes.", time.Hour: "for 1 hour.", 90 * time.Minute: "for 90 minutes.",
		2 * time.Hour: "for 2 hours.", 24 * time.Hour: "for 24 hours.", 48 * time.Hour: "for 2 days.", 7 * 24 * time.Hour: "for 7 days.",
	} {
		about, _ := message.AboutKind(message.SignUp)
		l := sample(about, provider.ByEmail)
		l.Lasts = lasts
		if m, err := open(t).Write(l); err != nil || !strings.Contains(m.Text, want) {
			t.Errorf("%s: %v, no %q in\n%s", lasts, err, want, m.Text)
		}
	}
}

func TestEveryKindHasItsWords(t *testing.T) {
	t.Parallel()
	letters := open(t)
	for _, about := range message.Kinds() {
		for _, by := range []provider.Channel{provider.ByEmail, provider.BySMS} {
			l := sample(about, by)
			m, err := letters.Write(l)
			if !about.Goes(by) {
				if err == nil {
					t.Errorf("%s goes by %s too", about.Kind, by)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s by %s: %v", about.Kind, by, err)
				continue
			}
			bodies := []string{m.Text}
			if by == provider.ByEmail {
				bodies = append(bodies, m.HTML)
			}
			for _, body := range bodies {
				if !strings.Contains(body, l.Code) || !strings.Contains(body, "Northwind Cycling") || strings.Contains(body, "<no value>") {
					t.Errorf("%s by %s says %q", about.Kind, by, body)
				}
			}
			if by == provider.BySMS {
				if n := message.Segments(m.Text); n != 1 {
					t.Errorf("%s takes %d texts: %q", about.Kind, n, m.Text)
				}
				if bound := strings.HasSuffix(m.Text, "\n@login.example.com #402913"); bound != about.Typed {
					t.Errorf("%s: bound to its origin is %v: %q", about.Kind, bound, m.Text)
				}
				continue
			}
			if !strings.HasPrefix(m.Subject, "Northwind Cycling: ") {
				t.Errorf("%s has the subject %q", about.Kind, m.Subject)
			}
			if l.Link != "" && (!strings.Contains(m.Text, l.Link) || !strings.Contains(m.HTML, "token=abc&amp;b=c")) {
				t.Errorf("%s lost its link: %s", about.Kind, m.Text)
			}
			if about.Notice {
				for _, want := range []string{"2 March 2026, 09:41 UTC", "203.0.113.7", "Chrome on Windows", "Name: My <phone>"} {
					if !strings.Contains(m.Text, want) {
						t.Errorf("%s does not say %q: %s", about.Kind, want, m.Text)
					}
				}
				if strings.Contains(m.HTML, "<phone>") {
					t.Errorf("%s holds what a user wrote as HTML", about.Kind)
				}
			}
		}
	}
}

func TestALongNameCostsNoSecondText(t *testing.T) {
	t.Parallel()
	letters := open(t)
	about, _ := message.AboutKind(message.SignIn)
	for name, want := range map[string]int{
		"The Greater Llanfairpwllgwyngyll and District Association of Velocipede Enthusiasts and Their Friends": 1,
		"東京都自転車愛好会連合会西部支部":                                                                                      2, // not to be had in one, so the name stays whole
	} {
		l := sample(about, provider.BySMS)
		l.Pool.Settings.DisplayName = name
		m, err := letters.Write(l)
		if err != nil || message.Segments(m.Text) != want || !strings.HasSuffix(m.Text, "#402913") || want == 2 && !strings.Contains(m.Text, name) {
			t.Errorf("%q, %d texts, %v", m.Text, message.Segments(m.Text), err)
		}
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 1}, {strings.Repeat("a", 160), 1}, {strings.Repeat("a", 161), 2}, {strings.Repeat("a", 306), 2}, {strings.Repeat("a", 307), 3},
		{strings.Repeat("€", 80), 1}, {strings.Repeat("€", 81), 2},
		{strings.Repeat("ы", 70), 1}, {strings.Repeat("ы", 71), 2}, {strings.Repeat("🚲", 35), 1}, {strings.Repeat("🚲", 36), 2},
	} {
		if got := message.Segments(c.text); got != c.want {
			t.Errorf("%d characters of %.3q: %d", len([]rune(c.text)), c.text, got)
		}
	}
}

func TestOwnWords(t *testing.T) {
	t.Parallel()
	letters := open(t)
	about, _ := message.AboutKind(message.SignUp)
	write := func(own provider.MessageTemplate) provider.Message {
		t.Helper()
		l := sample(about, provider.ByEmail)
		l.Username, l.Own = "<b>{####}</b>", &own
		m, err := letters.Write(l)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	html := write(provider.MessageTemplate{Subject: "Hej {username}\r\nBcc: eve@example.com", HTML: `<style>p{}</style><p>Hej {username}, <b>{####}</b></p><p>{##Click &amp; go##}</p>`})
	if html.HTML != `<style>p{}</style><p>Hej &lt;b&gt;{####}&lt;/b&gt;, <b>402913</b></p><p><a href="https://login.example.com/x?token=abc&amp;b=c">Click &amp; go</a></p>` {
		t.Errorf("HTML: %s", html.HTML)
	}
	if html.Text != "Hej <b>{####}</b>, 402913\n\nClick & go: https://login.example.com/x?token=abc&b=c\n" {
		t.Errorf("read out: %q", html.Text)
	}
	if strings.ContainsAny(html.Subject, "\r\n") || !strings.HasPrefix(html.Subject, "Hej <b>{####}</b>") {
		t.Errorf("subject: %q", html.Subject)
	}
	text := write(provider.MessageTemplate{Text: "Hej {username}: {####}\n{##Här & nu##}"})
	if text.Text != "Hej <b>{####}</b>: 402913\nHär & nu: https://login.example.com/x?token=abc&b=c\n" || text.Subject != "Northwind Cycling: confirm your email address" {
		t.Errorf("text: %q, %q", text.Text, text.Subject)
	}
	if !strings.Contains(text.HTML, `Hej &lt;b&gt;{####}&lt;/b&gt;: 402913`) || !strings.Contains(text.HTML, `">Här &amp; nu</a>`) || !strings.Contains(text.HTML, "<!doctype html>") {
		t.Errorf("laid out: %s", text.HTML)
	}
	l := sample(about, provider.BySMS)
	l.Own = &provider.MessageTemplate{SMS: "Kod: {####}"}
	if m, err := letters.Write(l); err != nil || m.Text != "Kod: 402913\n@login.example.com #402913" {
		t.Errorf("text message: %q, %v", m.Text, err)
	}
}

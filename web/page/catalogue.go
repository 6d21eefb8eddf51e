package page

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// catalogue holds the words of every language, English first.
type catalogue struct {
	bundle  *i18n.Bundle
	tags    []language.Tag
	matcher language.Matcher
}

func openCatalogue(templates fs.FS) (*catalogue, error) {
	c := &catalogue{bundle: i18n.NewBundle(language.English), tags: []language.Tag{language.English}}
	c.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	names, err := fs.Glob(templates, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("list text catalogues: %w", err)
	}
	for _, name := range names {
		if _, err := c.bundle.LoadMessageFileFS(templates, name); err != nil {
			return nil, fmt.Errorf("text catalogue %s: %w", name, err)
		}
		// A language may have several files: <area>.<language>.json.
		word := strings.TrimSuffix(path.Base(name), ".json")
		tag, err := language.Parse(word[strings.LastIndexByte(word, '.')+1:])
		if err != nil {
			return nil, fmt.Errorf("text catalogue %s: %w", name, err)
		}
		if !slices.Contains(c.tags, tag) {
			c.tags = append(c.tags, tag)
		}
	}
	c.matcher = language.NewMatcher(c.tags)
	return c, nil
}

func (c *catalogue) languages() []string {
	names := make([]string, len(c.tags))
	for i, t := range c.tags {
		names[i] = t.String()
	}
	return names
}

// match returns the catalogue's language nearest to the wishes, each a list in
// Accept-Language form. The first wish that can be met counts.
func (c *catalogue) match(wishes ...string) string {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence > language.No {
			return c.tags[i].String()
		}
	}
	return c.tags[0].String()
}

func (c *catalogue) speaker(lang string) *speaker {
	return &speaker{lang: lang, words: i18n.NewLocalizer(c.bundle, lang)}
}

// speaker says things in one language.
type speaker struct {
	lang  string
	words *i18n.Localizer
}

// text returns the message id with its blanks filled from pairs of name and
// value. The name Count also chooses the plural form.
func (s *speaker) text(id string, pairs ...any) (string, error) {
	data, err := blanks(pairs)
	if err != nil {
		return "", fmt.Errorf("text %s: %w", id, err)
	}
	said, err := s.words.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: data, PluralCount: data["Count"]})
	if said == "" {
		return "", fmt.Errorf("text %s: %w", id, err)
	}
	return said, nil
}

// rich is text whose filled-in words stand out and keep their own direction, so
// that a name cannot pass for part of the sentence.
func (s *speaker) rich(id string, pairs ...any) (template.HTML, error) {
	var swap []string
	marked := make([]any, len(pairs))
	copy(marked, pairs)
	for i := 1; i < len(pairs); i += 2 {
		if pairs[i-1] == "Count" {
			continue
		}
		// A private-use character stands for the words until the sentence is
		// escaped. Only the replacer's one pass sees it.
		stand := string(rune(0xE000 + i))
		marked[i] = stand
		swap = append(swap, stand, `<bdi class="name">`+template.HTMLEscapeString(fmt.Sprint(pairs[i]))+`</bdi>`)
	}
	said, err := s.text(id, marked...)
	if err != nil {
		return "", err
	}
	return template.HTML(strings.NewReplacer(swap...).Replace(template.HTMLEscapeString(said))), nil
}

// problem is the sentence for a page's Problem.
func (s *speaker) problem(page string, p Problem, pairs ...any) (template.HTML, error) {
	if said, err := s.rich(page+".problem."+string(p), pairs...); err == nil {
		return said, nil
	}
	return s.rich("problem.unknown", pairs...)
}

// look is the summary of a problem that is told beside its field: it leads to the
// field with this id and label.
func (s *speaker) look(id, label string) (template.HTML, error) {
	said, err := s.text("problem.look")
	return template.HTML(template.HTMLEscapeString(said) + ` <a href="#` + template.HTMLEscapeString(id) + `">` +
		template.HTMLEscapeString(label) + `</a>`), err
}

func (s *speaker) dir() string {
	tag, err := language.Parse(s.lang)
	if err != nil {
		return "ltr"
	}
	switch script, _ := tag.Script(); script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm":
		return "rtl"
	}
	return "ltr"
}

func blanks(pairs []any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("a blank has no value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("a blank has no name")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

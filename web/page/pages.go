package page

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/cognate-idp/cognate/web/respond"
)

// View is one page's content. The set is closed: the views of this package.
type View interface {
	file() string // the template's name in pages/
	chrome() Chrome
	styles() []string
	scripts() []string
}

// Pages holds every page in every language, parsed and proven.
type Pages struct {
	catalogue *catalogue
	assets    *assets
	drawn     map[string]map[string]*template.Template // language, then file
}

// Open parses every page of templates in every language of its catalogues, and
// executes each fixture once, so that a page that cannot be drawn stops the
// program at its start and never a person at the door. Styles and scripts come
// from static.
func Open(templates, static fs.FS) (*Pages, error) {
	catalogue, err := openCatalogue(templates)
	if err != nil {
		return nil, err
	}
	assets, err := openAssets(static)
	if err != nil {
		return nil, err
	}
	p := &Pages{catalogue: catalogue, assets: assets, drawn: map[string]map[string]*template.Template{}}
	names, err := fs.Glob(templates, "pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	for _, lang := range catalogue.languages() {
		funcs := p.funcs(catalogue.speaker(lang))
		shared, err := template.New("").Funcs(funcs).ParseFS(templates, "layout.html", "parts.html", "account.html")
		if err != nil {
			return nil, fmt.Errorf("parse layout: %w", err)
		}
		p.drawn[lang] = map[string]*template.Template{}
		for _, name := range names {
			t, err := shared.Clone()
			if err == nil {
				t, err = t.ParseFS(templates, name)
			}
			if err != nil {
				return nil, fmt.Errorf("parse page: %w", err)
			}
			p.drawn[lang][name] = t
		}
	}
	return p, p.prove()
}

func (p *Pages) prove() error {
	for lang := range p.drawn {
		for _, f := range Fixtures() {
			if _, err := p.draw(lang, f.View); err != nil {
				return fmt.Errorf("page %s in %s: %w", f.Name, lang, err)
			}
		}
	}
	return nil
}

// Render draws view and answers it with status. The language is the view's own,
// else the request's. Nothing is written unless the whole page was drawn.
func (p *Pages) Render(w http.ResponseWriter, r *http.Request, status int, view View) error {
	lang := view.chrome().Lang
	if lang == "" {
		lang = p.Language(r)
	}
	body, err := p.draw(p.catalogue.match(lang), view)
	if err != nil {
		return err
	}
	w.Header().Add("Vary", "Accept-Language")
	return respond.HTML(w, status, body)
}

func (p *Pages) draw(lang string, view View) ([]byte, error) {
	t, ok := p.drawn[lang]["pages/"+view.file()+".html"]
	if !ok {
		return nil, fmt.Errorf("no page %s in %s", view.file(), lang)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "document", view); err != nil {
		return nil, fmt.Errorf("draw page: %w", err)
	}
	return b.Bytes(), nil
}

package page

import (
	"html/template"
	"strings"
)

// Chrome is what every page shows around its content.
type Chrome struct {
	PoolName   string // stands for the brand's name where that is empty
	Brand      Brand
	ClientName string // the app that sent the person here; empty when none did
	Lang       string // BCP 47; empty takes the request's
	Work       *Work  // what the browser works out before a text is sent; nil for nothing
	ThemeURL   string // a tenant's stylesheet, /theme/<hash>.css; empty for none
}

// Brand is whose pages these are.
type Brand struct {
	Name    string
	LogoURL string // a path of this origin or a data:image/ URL; empty for the mark
}

// Owner is the name that the page speaks for.
func (c Chrome) Owner() string {
	switch {
	case c.Brand.Name != "":
		return c.Brand.Name
	case c.PoolName != "":
		return c.PoolName
	}
	return unowned
}

// unowned speaks where nobody's name is known.
const unowned = "Cognate"

// Logo is the brand's picture, or empty. The page's policy allows pictures of
// this origin and data: alone, so any other address is left out.
func (b Brand) Logo() template.URL {
	u := b.LogoURL
	if strings.HasPrefix(u, "/") && !strings.HasPrefix(u, "//") || strings.HasPrefix(u, "data:image/") {
		return template.URL(u)
	}
	return ""
}

// Failed reports whether the page answers a form that was refused. Its title
// then begins with the word for it.
func (c Chrome) Failed() bool { return false }

// Roomy asks for the wider card.
func (c Chrome) Roomy() bool { return false }

func (c Chrome) chrome() Chrome   { return c }
func (c Chrome) styles() []string { return nil }

func (c Chrome) scripts() []string {
	if c.Work != nil {
		return []string{"js/pages.js", "js/work.js"}
	}
	return []string{"js/pages.js"}
}

// Problem names what went wrong, so that the text stays in the catalogue. Each
// page knows its own set; a name it does not know reads as "something went
// wrong, try again".
type Problem string

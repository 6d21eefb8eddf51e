package page

import (
	"net/http"
	"strings"

	"github.com/cognate-idp/cognate/web/respond"
)

// Preview serves every fixture at {prefix}/{name}, and their list at {prefix}/,
// for whoever changes a template. It is for --dev: mount it at GET {prefix}/.
func (p *Pages) Preview(prefix string) respond.Handler {
	views := map[string]View{}
	index := previewIndex{Chrome: Chrome{PoolName: "Preview"}}
	for _, f := range Fixtures() {
		views[f.Name] = f.View
		index.Links = append(index.Links, previewLink{Name: f.Name, URL: prefix + "/" + f.Name})
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, prefix), "/")
		if name == "" {
			return p.Render(w, r, http.StatusOK, index)
		}
		if view, ok := views[name]; ok {
			return p.Render(w, r, http.StatusOK, view)
		}
		return p.Render(w, r, http.StatusNotFound, Error{Chrome: index.Chrome, Kind: ErrorNotFound, HomeURL: prefix + "/"})
	}
}

type previewIndex struct {
	Chrome
	Links []previewLink
}

type previewLink struct{ Name, URL string }

func (previewIndex) file() string     { return "preview" }
func (previewIndex) styles() []string { return []string{"css/developer.css"} }

// slug makes a fixture's name from a constant.
func slug[T ~string](s T) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(string(s))
}

package page_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/templates"
	"github.com/cognate-idp/cognate/web/page"
)

func open(t *testing.T) *page.Pages {
	t.Helper()
	p, err := page.Open(templates.FS, static.FS)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func render(t *testing.T, p *page.Pages, target string, v page.View) (*httptest.ResponseRecorder, *html.Node) {
	t.Helper()
	w := httptest.NewRecorder()
	if err := p.Render(w, httptest.NewRequest(http.MethodGet, target, nil), http.StatusOK, v); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}
	return w, doc
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func all(doc *html.Node, tag string) []*html.Node {
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func TestEveryPageHoldsTheRules(t *testing.T) {
	t.Parallel()
	p := open(t)
	seen := map[string]bool{}
	for _, f := range page.Fixtures() {
		if seen[f.Name] {
			t.Errorf("two fixtures are named %s", f.Name)
		}
		seen[f.Name] = true
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			w, doc := render(t, p, "/", f.View)
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
				t.Errorf("Content-Security-Policy is %q", csp)
			}
			if strings.Contains(w.Body.String(), "ZgotmplZ") {
				t.Error("a value was taken out by the template")
			}
			checkNothingInline(t, doc)
			checkIDs(t, doc)
			checkLabels(t, doc)
			checkOutline(t, doc)
		})
	}
}

// Nothing inline may stand in a page: its policy would refuse to run it.
func checkNothingInline(t *testing.T, doc *html.Node) {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("inline <%s>", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s %s=...>", n.Data, a.Key)
			}
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				t.Errorf("<%s %s=%q>", n.Data, a.Key, a.Val)
			}
		}
	}
}

// Every id stands once, and whatever points at an id finds it.
func checkIDs(t *testing.T, doc *html.Node) {
	t.Helper()
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if id, ok := attr(n, "id"); ok {
			if ids[id] || id == "" {
				t.Errorf("id %q is empty or stands twice", id)
			}
			ids[id] = true
		}
	}
	for n := range doc.Descendants() {
		for _, pointer := range []string{"for", "aria-describedby", "aria-labelledby", "aria-controls", "list"} {
			v, _ := attr(n, pointer)
			for _, id := range strings.Fields(v) {
				if !ids[id] {
					t.Errorf("<%s %s=%q> finds nothing", n.Data, pointer, id)
				}
			}
		}
	}
}

func checkLabels(t *testing.T, doc *html.Node) {
	t.Helper()
	labelled := map[string]bool{}
	for _, l := range all(doc, "label") {
		if id, ok := attr(l, "for"); ok && text(l) != "" {
			labelled[id] = true
		}
	}
	for _, tag := range []string{"input", "select", "textarea"} {
		for _, n := range all(doc, tag) {
			kind, _ := attr(n, "type")
			id, _ := attr(n, "id")
			name, _ := attr(n, "aria-label")
			if kind != "hidden" && !labelled[id] && name == "" && !insideLabel(n) {
				t.Errorf("<%s id=%q> has no label", tag, id)
			}
		}
	}
	for _, tag := range []string{"button", "a"} {
		for _, n := range all(doc, tag) {
			if name, _ := attr(n, "aria-label"); text(n) == "" && name == "" {
				t.Errorf("<%s> has no words", tag)
			}
		}
	}
	for _, n := range all(doc, "img") {
		if _, ok := attr(n, "alt"); !ok {
			t.Error("<img> has no alt")
		}
	}
}

func insideLabel(n *html.Node) bool {
	for a := range n.Ancestors() {
		if a.Data == "label" && text(a) != "" {
			return true
		}
	}
	return false
}

func checkOutline(t *testing.T, doc *html.Node) {
	t.Helper()
	if h := all(doc, "h1"); len(h) != 1 || text(h[0]) == "" {
		t.Errorf("%d h1", len(h))
	}
	if m := all(doc, "main"); len(m) != 1 {
		t.Errorf("%d main", len(m))
	}
	root := all(doc, "html")[0]
	if lang, _ := attr(root, "lang"); lang == "" {
		t.Error("no lang")
	}
	if dir, _ := attr(root, "dir"); dir != "ltr" && dir != "rtl" {
		t.Errorf("dir is %q", dir)
	}
	titles := all(doc, "title")
	if len(titles) == 0 || text(titles[0]) == "" {
		t.Fatal("no title")
	}
	failed := false
	for n := range doc.Descendants() {
		if id, _ := attr(n, "id"); id == "problem" {
			failed = true
			if role, _ := attr(n, "role"); role != "alert" {
				t.Errorf("the problem's role is %q", role)
			}
		}
	}
	if failed && !strings.HasPrefix(text(titles[0]), "Error:") {
		t.Errorf("a page with a problem has the title %q", text(titles[0]))
	}
}

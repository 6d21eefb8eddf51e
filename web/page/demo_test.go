package page_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/static"
	"github.com/cognate-idp/cognate/web/page"
)

// The demo's scripts find by id what its page holds; a name that only one of
// them knows would fail in the browser alone.
func TestDemoScriptsFindTheirPage(t *testing.T) {
	t.Parallel()
	_, doc := render(t, open(t), "/demo/", page.Demo{})
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if id, ok := attr(n, "id"); ok {
			ids[id] = true
		}
	}
	names, err := fs.Glob(static.FS, "demo/*.js")
	if err != nil || len(names) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(static.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:\$|press)\("([\w-]+)"`).FindAllSubmatch(body, -1) {
			if !ids[string(m[1])] {
				t.Errorf("%s looks for #%s, which the page lacks", name, m[1])
			}
		}
		for _, m := range regexp.MustCompile(`from "\./([\w-]+\.js)"`).FindAllSubmatch(body, -1) {
			if _, err := fs.Stat(static.FS, "demo/"+string(m[1])); err != nil {
				t.Errorf("%s imports %s: %v", name, m[1], err)
			}
		}
		// Text from tokens and datasets must never be read as markup.
		for _, danger := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("} {
			if strings.Contains(string(body), danger) {
				t.Errorf("%s uses %s", name, danger)
			}
		}
	}
}

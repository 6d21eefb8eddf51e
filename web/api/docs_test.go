package api_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/cognate-idp/cognate/web/api"
)

// An operation that no page names is one that nobody finds.
func TestEveryOperationIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/administration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range (&api.API{}).Operations() {
		if !regexp.MustCompile(`\b` + o.Name + `\b`).Match(page) {
			t.Errorf("docs/administration.md does not name %s: add it to the tables of operations", o.Name)
		}
	}
}

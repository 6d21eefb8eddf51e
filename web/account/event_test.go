package account_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/templates"
)

// Whatever the trail has of a user is told to them in words of its own.
func TestEveryEventOfAUserHasWords(t *testing.T) {
	t.Parallel()
	catalogue, err := fs.ReadFile(templates.FS, "locales/account.en.json")
	must(t, err)
	var words map[string]any
	must(t, json.Unmarshal(catalogue, &words))
	// What the trail calls a thing is written down in full, wherever it is recorded.
	action := regexp.MustCompile(`"((?:user|signin|session|consent|refresh_token|group|operator|access_key|message)\.[a-z_]+)"`)
	elsewhere := map[string]bool{
		"user.delete": true, "group.create": true, "group.update": true, "group.delete": true, // of no user who could look
		"message.dropped": true, "message.budget_near": true, "message.budget_spent": true, "message.test": true,
	}
	found := map[string]bool{}
	must(t, filepath.WalkDir("../../provider", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range action.FindAllSubmatch(source, -1) {
			found[string(m[1])] = true
		}
		return err
	}))
	if !found["user.undo_address"] || !found["signin.success"] || !found["access_key.create"] {
		t.Fatalf("the walk misses actions: %v", found)
	}
	for a := range found {
		if _, said := words["account.event."+strings.ReplaceAll(a, ".", "_")]; !said && !elsewhere[a] {
			t.Errorf("the activity has no words for %s", a)
		}
	}
}

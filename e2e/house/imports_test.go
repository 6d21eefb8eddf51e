package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/cognate-idp/cognate"

// floors lists the packages from the ground up. A package may import what
// stands on a lower floor, never its neighbours. A name ending in /... stands
// for the package and everything below it.
var floors = [][]string{
	{"provider", "federation", "templates", "static", "migrations"},
	{"provider/store", "federation/oidc", "federation/google", "federation/facebook", "federation/amazon",
		"federation/apple", "federation/x", "federation/saml"},
	{"provider/secret", "provider/audit", "provider/outbound", "provider/brand", "federation/catalog"},
	{"provider/token", "provider/message", "provider/trigger", "provider/risk", "provider/identitypool/policy"},
	{"provider/directory", "provider/factor"},
	{"provider/signin", "provider/oauth", "provider/identitypool", "provider/dataset"},
	{"web/respond", "web/sigv4"},
	{"web/browser"},
	{"web/page"},
	{"web/oidc", "web/hosted", "web/dev", "web/account", "web/identity", "web/api", "web/sync", "web/admin", "web/scim"},
	{"web"},
	{"cmd/..."},
}

// beside lists packages that stand outside the floors, with what of ours each
// may import. Nothing on a floor imports them.
var beside = map[string][]string{
	"provider/store/storetest":           {"provider", "provider/store", "provider/store/storetest/...", "migrations"},
	"provider/store/storetest/pgcluster": {},
	"federation/oidc/oidctest":           {},
	"web/webtest":                        {"provider/...", "federation/...", "web/...", "templates", "static"},
	// The end-to-end tests know the server by its sockets alone.
	"e2e/...": {"e2e/...", "provider/store/storetest/pgcluster", "federation/oidc/oidctest"},
}

// onlyIn names what may be imported in a few places only. The key is a prefix
// of import paths, ours or another module's.
var onlyIn = map[string][]string{
	"github.com/ory/fosite":        {"provider/oauth"},
	"gorm.io/":                     {"provider/store"},
	"database/sql":                 {"provider/store", "provider/store/storetest", "e2e/..."},
	"modernc.org/sqlite":           {"provider/store", "e2e/..."},
	"github.com/jackc/pgx":         {"provider/store", "provider/store/storetest/...", "e2e/..."},
	"github.com/pressly/goose":     {"provider/store"},
	module + "/migrations":         {"provider/store", "provider/store/storetest"},
	module + "/federation/catalog": {"cmd/..."},
	module + "/federation/":        {"federation/...", "cmd/...", "web/webtest", "e2e/..."},
	module + "/federation": {"provider/signin", "provider/directory", "provider/identitypool",
		"federation/...", "web", "web/...", "cmd/...", "web/webtest", "e2e/..."},
}

// standardOnly lists packages that import the standard library and nothing else.
var standardOnly = []string{"provider", "federation", "templates", "static", "migrations"}

// noProvider lists packages that must not know the vocabulary.
var noProvider = []string{"federation/...", "templates", "static", "migrations"}

// listed is one package as the go command lists it.
type listed struct {
	ImportPath string
	Imports    []string
	Standard   bool
	Module     *struct{ Path string }
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	watchTree(t)
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Standard,Module", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 2 {
		t.Fatalf("go list names %d packages; the test looks at nothing", len(packages))
	}
	for _, p := range packages {
		for _, broken := range broken(p) {
			t.Error(broken)
		}
	}
}

// watchTree opens every folder of the module. The go command keeps a test's
// result for as long as nothing that the test opened has changed, and what
// go list opens is out of its sight.
func watchTree(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRulesBite shows, import by import, that the plan refuses what it should
// and allows what it must.
func TestRulesBite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		from, to string
		allowed  bool
	}{
		{"cmd/cognate", "web", true},
		{"web", "web/oidc", true},
		{"web/oidc", "provider/oauth", true},
		{"web/hosted", "web/page", true},
		{"provider/oauth", "github.com/ory/fosite", true},
		{"provider/signin", "federation", true},
		{"provider/store", "gorm.io/gorm", true},
		{"e2e", "provider/store/storetest/pgcluster", true},

		{"provider", "provider/store", false},
		{"provider", "github.com/google/uuid", false},
		{"provider/store", "provider/audit", false},
		{"provider/audit", "provider/secret", false},
		{"provider/token", "provider/directory", false},
		{"provider/token", "github.com/ory/fosite", false},
		{"provider/token", "github.com/ory/fosite/handler/openid", false},
		{"provider/signin", "provider/oauth", false},
		{"provider/oauth", "gorm.io/gorm", false},
		{"provider/dataset", "database/sql", false},
		{"provider/oauth", "web/respond", false},
		{"provider/signin", "federation/oidc", false},
		{"provider/signin", "provider/store/storetest", false},
		{"federation/oidc", "provider", false},
		{"federation/oidc", "federation/saml", false},
		{"web", "federation/catalog", false},
		{"web/oidc", "web/hosted", false},
		{"web/page", "web/hosted", false},
		{"web/respond", "web/browser", false},
		{"web/oidc", "web", false},
		{"static", "provider", false},
		{"e2e", "provider/token", false},
		{"e2e/bench", "web", false},
		{"provider/brandnew", "provider", false},
	}
	for _, test := range tests {
		to := test.to
		if ours(to) {
			to = module + "/" + to
		}
		got := broken(listed{ImportPath: module + "/" + test.from, Imports: []string{to}})
		if test.allowed != (len(got) == 0) {
			t.Errorf("%s imports %s: want allowed %v, rules broken: %q", test.from, test.to, test.allowed, got)
		}
	}
}

// ours tells the short names of this module in the tables from other modules'
// paths, which begin with a host name, and the standard library's.
func ours(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return slices.Contains([]string{"cmd", "provider", "federation", "web", "templates", "static", "migrations", "e2e"}, first)
}

// broken returns the rules that a package breaks, in words.
func broken(p listed) []string {
	from := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
	var rules []string
	say := func(format string, args ...any) { rules = append(rules, fmt.Sprintf(format, args...)) }

	may, isBeside := lookup(beside, from)
	floor := floorOf(from)
	if floor < 0 && !isBeside {
		say("%s has no place in the plan: add it to the floors in e2e/house, and to the plan in README", from)
	}
	for _, path := range p.Imports {
		to, inside := strings.CutPrefix(path, module+"/")
		if matches(standardOnly, from) && strings.Contains(strings.Split(path, "/")[0], ".") {
			say("%s imports %s; it may use the standard library only", from, path)
		}
		for prefix, places := range onlyIn {
			if strings.HasPrefix(path, prefix) && !matches(places, from) && from != to {
				say("%s imports %s; only %s may", from, path, strings.Join(places, ", "))
			}
		}
		switch {
		case !inside:
		case isBeside:
			if !matches(may, to) {
				say("%s imports %s; it may import only %q of ours", from, to, may)
			}
		case floorOf(to) < 0:
			say("%s imports %s, which is for tests only", from, to)
		case floorOf(to) >= floor:
			say("%s (floor %d) imports %s (floor %d); imports run downwards", from, floor, to, floorOf(to))
		case matches(noProvider, from) && matches([]string{"provider/..."}, to):
			say("%s imports %s; it knows nothing of provider", from, to)
		}
	}
	return rules
}

func floorOf(path string) int {
	if _, isBeside := lookup(beside, path); isBeside {
		return -1
	}
	return slices.IndexFunc(floors, func(names []string) bool { return matches(names, path) })
}

// lookup finds the entry for a path; an exact name goes before a pattern.
func lookup(table map[string][]string, path string) ([]string, bool) {
	if v, ok := table[path]; ok {
		return v, true
	}
	for pattern, v := range table {
		if matches([]string{pattern}, path) {
			return v, true
		}
	}
	return nil, false
}

func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, below := strings.CutSuffix(pattern, "/...")
		return path == root || below && strings.HasPrefix(path, root+"/")
	})
}

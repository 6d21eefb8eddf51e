package storetest

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/migrations"
	"github.com/cognate-idp/cognate/provider/store"
)

// crossing are the tables that the All handle reads across tenants on purpose:
// deferred work, the development mailbox.
var crossing = []string{"jobs", "mailbox"}

var (
	tableMade  = regexp.MustCompile(`(?s)create table (\w+) \((.*?)\n\);`)
	tableNamed = regexp.MustCompile(`(?i)\b(?:from|into|update|join)\s+"?(\w+)"?`)
	poolNamed  = regexp.MustCompile(`(?i)\bpool"?\s*=|=\s*(?:\w+\.)?"?pool\b|\(\s*"?pool"?\s*[,)]`)
)

// tenantTables are the tables with a pool column, read from the migrations, so
// that a new one cannot be forgotten.
var tenantTables = sync.OnceValue(func() []string {
	var out []string
	names, err := fs.Glob(migrations.FS, "sqlite/*.sql")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			panic(err)
		}
		for _, m := range tableMade.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[2], "\n  pool text") && !slices.Contains(crossing, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
})

// Unscoped returns the tenants' table that a statement touches without naming
// the pool, or "".
func Unscoped(sql string) string {
	for _, m := range tableNamed.FindAllStringSubmatch(sql, -1) {
		if slices.Contains(tenantTables(), strings.ToLower(m[1])) && !poolNamed.MatchString(sql) {
			return m[1]
		}
	}
	return ""
}

// demandScope fails the test at the first statement that could reach another
// tenant's rows.
func demandScope(t testing.TB, st *store.Store) {
	t.Helper()
	var once sync.Once
	stop := st.Watch(func(s store.Statement) {
		if table := Unscoped(s.SQL); table != "" {
			once.Do(func() { t.Errorf("a statement on %s does not name the pool: %s", table, s.SQL) })
		}
	})
	t.Cleanup(stop)
}

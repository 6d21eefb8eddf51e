package store_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// fill makes users, what leads to them, and groups, by SQL alone: one in ten is
// disabled, and one in ten is in the first group; given and family names repeat. Of
// whatever is listed by pages there are far more rows than pages show: of a hundred
// rows a planner may as well read all.
func fill(t testing.TB, st *store.Store, pool string, users int) {
	t.Helper()
	numbers := "with recursive n(i) as (select 1 union all select i + 1 from n where i < %d) "
	hex := func(width int, of string) string { return fmt.Sprintf("printf('%%0%dx', %s)", width, of) }
	padded := func(width int, of string) string { return fmt.Sprintf("printf('%%0%dd', %s)", width, of) }
	if st.Driver() == "postgres" {
		numbers = "with n(i) as (select generate_series(1::bigint, %d)) "
		hex = func(width int, of string) string { return fmt.Sprintf("lpad(to_hex(%s), %d, '0')", of, width) }
		padded = func(width int, of string) string { return fmt.Sprintf("lpad((%s)::text, %d, '0')", of, width) }
	}
	id := hex(8, "(i * 2654435761) % 4294967296") + " || '-0000-4000-8000-' || " + hex(12, "i")
	given, family, phone := "'Given' || (i % 7)", "'Family' || (i % 1009)", "'+4670' || "+padded(7, "i")
	exec := func(sql string) {
		t.Helper()
		if strings.Contains(sql, "from n") {
			sql = fmt.Sprintf(numbers, users) + sql
		}
		if err := st.Bulk(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("insert into users (pool, id, username, status, enabled, attributes, created_at, updated_at) select '" + pool + "', " + id + ", 'User' || i, " +
		"case when i % 10 = 0 then 'UNCONFIRMED' when i % 20 = 1 then 'RESET_REQUIRED' else 'CONFIRMED' end, i % 10 <> 3, " +
		"'{\"email\":\"user' || i || '@example.com\",\"phone_number\":\"' || " + phone + " || '\",\"given_name\":\"' || " + given + " || '\",\"family_name\":\"' || " + family + " || '\"}', i, i from n")
	// In the order of their keys, which is quicker by far.
	exec("insert into user_names (pool, name_key, user_id, kind) select '" + pool + "', 'user' || i, " + id + ", 'username' from n order by 2")
	exec("insert into user_names (pool, name_key, user_id, kind) select '" + pool + "', 'user' || i || '@example.com', " + id + ", 'email' from n order by 2")
	for attribute, value := range map[string]string{"username": "'user' || i", "email": "'user' || i || '@example.com'", "phone_number": phone,
		"given_name": "'given' || (i % 7)", "family_name": "'family' || (i % 1009)"} {
		exec("insert into user_terms (pool, attribute, value, user_id) select '" + pool + "', '" + attribute + "', " + value + ", " + id + " from n order by 3, 4")
	}
	exec("insert into user_groups (pool, name, created_at, updated_at) select '" + pool + "', 'group' || i, 1, 1 from n where i <= 5000")
	exec("insert into memberships (pool, user_id, group_name, created_at) select '" + pool + "', " + id + ", 'group1', 1 from n where i % 10 = 0 order by 2")
	exec("insert into memberships (pool, user_id, group_name, created_at) select '" + pool + "', " + id + ", 'group' || (i % 1000 + 2), 1 from n order by 2")
	exec("insert into passwords (pool, user_id, hash, updated_at) select '" + pool + "', " + id + ", 'none', 1 from n order by 2")
	// Cleaned too, as PostgreSQL does by itself after a while: until then it must look at
	// a row to know that what an index says of it holds.
	if st.Driver() == "postgres" {
		exec("vacuum analyze")
	} else {
		exec("analyze")
	}
}

// reading is one thing that is read of a large pool, and how many rows it may cost.
type reading struct {
	name string
	rows int
	read func() (shown int, err error)
}

func readings(t testing.TB, st *store.Store, pool string, users int) []reading {
	t.Helper()
	p, ctx := st.Pool(pool), t.Context()
	const page = 25
	list := func(f store.UserFilter, after string) func() (int, error) {
		return func() (int, error) {
			got, err := p.Users(ctx, f, after, page)
			return len(got), err
		}
	}
	// deep is the key of a page far in. It goes there in strides that a statement has
	// the time for.
	deep := func(f store.UserFilter, skip int) (key string) {
		for skip > 0 {
			stride := min(skip, 10_000)
			got, err := p.Users(ctx, f, key, stride)
			if err != nil || len(got) != stride {
				t.Fatalf("%+v: %d %v", f, len(got), err)
			}
			key, skip = got[len(got)-1].Key, skip-stride
		}
		return key
	}
	some := store.UserFilter{Attribute: "family_name", Value: "FAMILY7", Prefix: true}
	far := deep(some, users/20)
	return []reading{
		{"all", page, list(store.UserFilter{}, "")},
		{"all, far in", page, list(store.UserFilter{}, deep(store.UserFilter{}, users/2))},
		{"enabled", page, list(store.UserFilter{Attribute: "enabled", Value: "true"}, "")},
		{"disabled, far in", page, list(store.UserFilter{Attribute: "enabled", Value: "false"}, deep(store.UserFilter{Attribute: "enabled", Value: "false"}, users/100))},
		{"status", page, list(store.UserFilter{Attribute: "status", Value: "reset_required"}, "")},
		{"status begins, far in", page, list(store.UserFilter{Attribute: "status", Value: "U", Prefix: true}, deep(store.UserFilter{Attribute: "status", Value: "UNCONFIRMED"}, users/20))},
		{"sub", 1, list(store.UserFilter{Attribute: "sub", Value: "9e3779b1-0000-4000-8000-000000000001"}, "")},
		{"sub begins", page, list(store.UserFilter{Attribute: "sub", Value: "9", Prefix: true}, "")},
		{"email", 2, list(store.UserFilter{Attribute: "email", Value: "USER77@example.com"}, "")},
		{"username begins", 2 * page, list(store.UserFilter{Attribute: "username", Value: "USER1", Prefix: true}, "")},
		{"phone number begins", 2 * page, list(store.UserFilter{Attribute: "phone_number", Value: "+4670000", Prefix: true}, "")},
		{"given name", 2 * page, list(store.UserFilter{Attribute: "given_name", Value: "given5"}, "")},
		{"given name, far in", 2 * page, list(store.UserFilter{Attribute: "given_name", Value: "given5"}, deep(store.UserFilter{Attribute: "given_name", Value: "given5"}, users/200))},
		{"family name begins, far in", 2 * page, list(some, far)},
		{"search", 4*page + 14, func() (int, error) { got, err := p.SearchUsers(ctx, "user1", "", page); return len(got), err }},
		{"search for a name", 2*page + 14, func() (int, error) { got, err := p.SearchUsers(ctx, "family7", "", page); return len(got), err }},
		{"search, far in", 2*page + 14, func() (int, error) {
			got, err := p.SearchUsers(ctx, "family7", far, page)
			return len(got), err
		}},
		{"groups, far in", page, func() (int, error) { got, err := p.Groups(ctx, "group3", page); return len(got), err }},
		{"members", 2 * page, func() (int, error) { got, err := p.Members(ctx, "group1", "", page); return len(got), err }},
		{"members, far in", 2 * page, func() (int, error) { got, err := p.Members(ctx, "group1", "8", page); return len(got), err }},
		{"groups of a user", 4, func() (int, error) {
			got, err := p.GroupsOf(ctx, "9e3779b1-0000-4000-8000-000000000001")
			return len(got), err
		}},
		{"by alias", 2, func() (int, error) { _, err := p.UserByName(ctx, "user77@example.com"); return 1, err }},
		{"sign-in by alias", 3, func() (int, error) { _, err := p.LoginByName(ctx, "user77@example.com"); return 1, err }},
		{"count, bounded", 1001, func() (int, error) { n, err := p.CountUsers(ctx, 1001); return int(n), err }},
	}
}

// Whatever is listed or looked up reads by an index, and no more rows than it shows.
func TestLargePoolsAreReadByIndex(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("fills a database")
	}
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		pool := pool(t, st)
		other := &provider.Pool{ID: "us-east-1_neighbour", Name: "other", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
		if err := st.All().CreatePool(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		fill(t, st, other.ID, 5_000)
		fill(t, st, pool.ID, 20_000)
		for _, r := range readings(t, st, pool.ID, 20_000) {
			shown := 0
			plans, err := st.Plans(t.Context(), func() (err error) { shown, err = r.read(); return err })
			if err != nil {
				t.Fatalf("%s: %v", r.name, err)
			}
			if len(plans) == 0 || shown == 0 {
				t.Errorf("%s: %d statements show %d", r.name, len(plans), shown)
			}
			rows, text := 0, ""
			for _, p := range plans {
				rows += p.Rows
				text += p.SQL + "\n" + p.Text
			}
			if rows > r.rows || strings.Contains(text, "Seq Scan") || scans(text) {
				t.Errorf("%s shows %d and reads %d rows, not %d at most:\n%s", r.name, shown, rows, r.rows, text)
			}
		}
	})
}

// scans reports whether SQLite goes through a whole table or index, or sorts more
// than a page: it says SCAN of a page that was cut by itself (t, m, u), and sorts it.
func scans(plan string) bool {
	cut := strings.Contains(plan, "CO-ROUTINE") || strings.Contains(plan, "user_groups")
	before := ""
	for line := range strings.Lines(plan) {
		line = strings.TrimSpace(line)
		page := strings.HasPrefix(line, "SCAN t") || line == "SCAN m" || line == "SCAN u"
		if strings.HasPrefix(line, "SCAN ") && !page || strings.Contains(line, "ANY(") ||
			strings.HasPrefix(line, "USE TEMP B-TREE") && (!cut || strings.HasPrefix(before, "SEARCH user_terms") || strings.HasPrefix(before, "SEARCH memberships")) {
			return true
		}
		before = line
	}
	return false
}

// However many users there are, each reading takes what it takes at a thousand. It
// fills a database first, which takes minutes for a million, so it wants to be asked:
//
//	COGNATE_BENCH_USERS=1000000 go test ./provider/store -bench ManyUsers -benchtime 200x
func BenchmarkManyUsers(b *testing.B) {
	users, err := strconv.Atoi(os.Getenv("COGNATE_BENCH_USERS"))
	if err != nil {
		b.Skip("set COGNATE_BENCH_USERS to a number of users")
	}
	for name, open := range map[string]func(testing.TB) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.PostgreSQL} {
		b.Run(name, func(b *testing.B) {
			st := open(b)
			p := &provider.Pool{ID: "us-east-1_abcdefghi", Name: "demo", Kind: provider.PoolKindUsers, TokenProfile: provider.TokenProfileStandard}
			if err := st.All().CreatePool(b.Context(), p); err != nil {
				b.Fatal(err)
			}
			begin := time.Now()
			fill(b, st, p.ID, users)
			b.Logf("filled in %s", time.Since(begin).Round(time.Second))
			whole := reading{name: "count, whole", read: func() (int, error) { n, err := st.Pool(p.ID).CountUsers(b.Context(), 0); return int(n), err }}
			for _, r := range append(readings(b, st, p.ID, users), whole) {
				plans, err := st.Plans(b.Context(), func() error { _, err := r.read(); return err })
				if err != nil {
					b.Fatal(err)
				}
				for _, p := range plans {
					b.Logf("%s, %d rows:\n%s", r.name, p.Rows, p.Text)
				}
				b.Run(strings.ReplaceAll(r.name, " ", "-"), func(b *testing.B) {
					for b.Loop() {
						if _, err := r.read(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

package api_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider/directory"
	"github.com/cognate-idp/cognate/provider/store"
	"github.com/cognate-idp/cognate/provider/store/storetest"
)

// Pages of any size show each entry once, also when one is deleted or added
// between two pages.
func TestPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		for i := range 7 {
			_, err := w.directory.CreateUser(t.Context(), pool, directory.NewUser{Username: fmt.Sprintf("user%d", i), NoPassword: true})
			if err != nil {
				t.Fatal(err)
			}
			w.must(userPools+"CreateGroup", m{"UserPoolId": pool, "GroupName": fmt.Sprintf("Group-%d", i)})
			w.must(userPools+"AdminAddUserToGroup", m{"UserPoolId": pool, "GroupName": fmt.Sprintf("Group-%d", i), "Username": "user0"})
			w.must(userPools+"AdminAddUserToGroup", m{"UserPoolId": pool, "GroupName": "Group-0", "Username": fmt.Sprintf("user%d", i)})
		}
		for _, l := range []struct {
			operation, items, key, limit, token string
			in                                  m
		}{
			{"ListUsers", "Users", "Username", "Limit", "PaginationToken", m{}},
			{"ListGroups", "Groups", "GroupName", "Limit", "NextToken", m{}},
			{"ListUsersInGroup", "Users", "Username", "Limit", "NextToken", m{"GroupName": "Group-0"}},
			{"AdminListGroupsForUser", "Groups", "GroupName", "Limit", "NextToken", m{"Username": "user0"}},
		} {
			for size := 1; size <= 8; size++ {
				l.in["UserPoolId"], l.in[l.limit] = pool, size
				delete(l.in, l.token)
				seen := map[string]int{}
				for {
					out := w.must(userPools+l.operation, l.in)
					entries := out[l.items].([]any)
					for _, e := range entries {
						seen[e.(m)[l.key].(string)]++
					}
					token, more := out[l.token].(string)
					if !more {
						break
					}
					if len(entries) != size {
						t.Fatalf("%s: a page of %d has %d", l.operation, size, len(entries))
					}
					l.in[l.token] = token
				}
				if len(seen) != 7 {
					t.Errorf("%s by %d: %v", l.operation, size, seen)
				}
				for name, n := range seen {
					if n != 1 {
						t.Errorf("%s by %d shows %s %d times", l.operation, size, name, n)
					}
				}
			}
		}
	})
}

// A user's groups come by precedence, and a page goes on behind one that is gone.
func TestGroupsOfAUserPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		w := start(t, st)
		pool := w.pool()
		w.must(userPools+"AdminCreateUser", m{"UserPoolId": pool, "Username": "ann", "MessageAction": "SUPPRESS"})
		for name, precedence := range map[string]any{"plain": nil, "first": 0, "b-second": 5, "a-second": 5, "also plain": nil} {
			g := m{"UserPoolId": pool, "GroupName": strings.ReplaceAll(name, " ", "-")}
			if precedence != nil {
				g["Precedence"] = precedence
			}
			w.must(userPools+"CreateGroup", g)
			w.must(userPools+"AdminAddUserToGroup", m{"UserPoolId": pool, "Username": "ann", "GroupName": g["GroupName"]})
		}
		list := func(limit int, token any) (string, any) {
			in := m{"UserPoolId": pool, "Username": "ann", "Limit": limit}
			if token != nil {
				in["NextToken"] = token
			}
			out := w.must(userPools+"AdminListGroupsForUser", in)
			var names []string
			for _, g := range out["Groups"].([]any) {
				names = append(names, g.(m)["GroupName"].(string))
			}
			return strings.Join(names, " "), out["NextToken"]
		}
		if all, _ := list(60, nil); all != "first a-second b-second also-plain plain" {
			t.Errorf("by precedence: %s", all)
		}
		_, next := list(2, nil)
		w.must(userPools+"DeleteGroup", m{"UserPoolId": pool, "GroupName": "a-second"})
		if rest, _ := list(60, next); rest != "b-second also-plain plain" {
			t.Errorf("behind a group that is gone: %s", rest)
		}
		// Moving a precedence moves the group.
		w.must(userPools+"UpdateGroup", m{"UserPoolId": pool, "GroupName": "plain", "Precedence": 1})
		if all, _ := list(60, nil); all != "first plain b-second also-plain" {
			t.Errorf("after the move: %s", all)
		}
		if g := w.must(userPools+"GetGroup", m{"UserPoolId": pool, "GroupName": "plain"})["Group"].(m); g["Precedence"] != 1.0 {
			t.Errorf("%v", g)
		}
	})
}

func TestPagesWhileUsersGo(t *testing.T) {
	t.Parallel()
	w := start(t, storetest.SQLite(t))
	pool := w.pool()
	for i := range 4 {
		if _, err := w.directory.CreateUser(t.Context(), pool, directory.NewUser{Username: fmt.Sprintf("user%d", i), NoPassword: true}); err != nil {
			t.Fatal(err)
		}
	}
	first := w.must(userPools+"ListUsers", m{"UserPoolId": pool, "Limit": 2})
	w.must(userPools+"AdminDeleteUser", m{"UserPoolId": pool, "Username": "user1"}) // the one the token names
	second := w.must(userPools+"ListUsers", m{"UserPoolId": pool, "Limit": 2, "PaginationToken": first["PaginationToken"]})
	if users := second["Users"].([]any); len(users) != 2 || users[0].(m)["Username"] != "user2" {
		t.Errorf("%v", second)
	}
}

package identitypool_test

import (
	"strings"
	"testing"

	"github.com/cognate-idp/cognate/provider"
	"github.com/cognate-idp/cognate/provider/identitypool"
)

func TestRoleChoice(t *testing.T) {
	each(t, func(w *world) {
		for _, name := range []string{"admin", "editor"} {
			w.role(name, "permit (principal, action, resource);")
		}
		w.groups(map[string]*provider.Group{
			"admins":  {RoleARN: w.arn("admin"), Precedence: place(1)},
			"editors": {RoleARN: w.arn("editor"), Precedence: place(5)},
			"writers": {RoleARN: w.arn("member"), Precedence: place(1)},
			"authors": {RoleARN: w.arn("editor")},
			"readers": {},
			"others":  {RoleARN: "arn:cognate:iam::0:role/another-pool/admin", Precedence: place(0)},
		})
		token := map[string]provider.RoleMapping{loginKey: {Type: "Token", Ambiguous: "Deny"}}
		soft := map[string]provider.RoleMapping{loginKey: {Type: "Token", Ambiguous: "AuthenticatedRole"}}
		rules := map[string]provider.RoleMapping{
			"id.example.com/" + userPoolID: {Type: "Rules", Ambiguous: "Deny", Rules: []provider.RoleRule{{Claim: "sub", Match: "Equals", Value: "nobody", Role: w.arn("admin")}}},
			loginKey + ":" + clientID: {Type: "Rules", Ambiguous: "AuthenticatedRole", Rules: []provider.RoleRule{
				{Claim: "dept", Match: "StartsWith", Value: "eng", Role: w.arn("admin")},
				{Claim: "teams", Match: "Equals", Value: "blue", Role: w.arn("editor")},
				{Claim: "level", Match: "NotEqual", Value: "1", Role: w.arn("visitor")},
			}},
		}
		for _, c := range []struct {
			name     string
			mappings map[string]provider.RoleMapping
			groups   []string
			claims   map[string]any
			ask      string
			want     string // empty: refused
			reason   string
		}{
			{"default", nil, []string{"admins"}, nil, "", "member", "everybody"},
			{"first group", token, []string{"admins", "editors", "authors"}, nil, "", "admin", `"admins"`},
			{"another pool's role is no role", token, []string{"others", "editors"}, nil, "", "editor", `"editors"`},
			{"only role, without precedence", token, []string{"authors", "readers"}, nil, "", "editor", "only role"},
			{"two first", token, []string{"admins", "writers"}, nil, "", "", "several groups"},
			{"two first, softly", soft, []string{"admins", "writers"}, nil, "", "member", "several groups"},
			{"no role", token, []string{"readers"}, nil, "", "", "no group"},
			{"asked for", token, []string{"admins", "editors"}, nil, "editor", "editor", "asked for"},
			{"asked for what is not given", token, []string{"editors"}, nil, "admin", "", "not one of yours"},
			{"asked for without a token mapping", nil, []string{"admins"}, nil, "admin", "", "not one of yours"},
			{"claims of roles are not believed", token, nil, map[string]any{"cognito:preferred_role": w.arn("admin"), "cognito:roles": []string{w.arn("admin")}}, "", "", "no group"},
			{"rule on text", rules, nil, map[string]any{"dept": "engineering"}, "", "admin", "Rule 1"},
			{"rule on a list", rules, nil, map[string]any{"teams": []string{"red", "blue"}}, "", "editor", "Rule 2"},
			{"rule on a number", rules, nil, map[string]any{"level": 2}, "", "visitor", "Rule 3"},
			{"NotEqual skips what is absent", rules, nil, map[string]any{"dept": "sales"}, "", "member", "no rule"},
		} {
			w.must(w.SetRoles(w.Context(), w.pool, w.arn("member"), w.arn("visitor"), c.mappings))
			p := w.person()
			for _, g := range c.groups {
				w.must(w.Store.Pool(userPoolID).AddMember(w.Context(), g, p.id))
			}
			r := signedIn(w.idToken(p, c.claims))
			if c.ask != "" {
				r.Resources = []string{w.arn(c.ask)}
			}
			out, err := w.Exchange(w.Context(), w.pool, r)
			if c.want == "" {
				if provider.CodeOf(err) != provider.CodeForbidden || !strings.Contains(err.Error(), c.reason) {
					w.Errorf("%s: %+v, %v", c.name, out, err)
				}
				continue
			}
			if err != nil || out.Role.Name != c.want || !strings.Contains(out.Role.Reason, c.reason) {
				w.Errorf("%s: %+v, %v", c.name, out, err)
			}
		}
		made, err := w.Identities(w.Context(), w.pool, "", 100)
		w.must(err)
		if len(made) != 10 {
			w.Errorf("%d identities, though only 10 people got a role", len(made))
		}
	})
}

func TestGroupsReachPolicies(t *testing.T) {
	each(t, func(w *world) {
		w.groups(map[string]*provider.Group{"staff": {}})
		_, err := w.UpdateRole(w.Context(), w.pool, "member", func(r *provider.Role) error {
			r.Policies = `permit (principal in Cognate::Group::"` + userPoolID + `/staff", action, resource);`
			return nil
		})
		w.must(err)
		p := w.person()
		if got := w.trade(signedIn(w.idToken(p, nil))).Details[0].Policies; !strings.HasPrefix(got, "forbid") {
			w.Errorf("outside the group: %s", got)
		}
		w.must(w.Store.Pool(userPoolID).AddMember(w.Context(), "staff", p.id))
		// The groups are those of now, not those the token was issued with.
		if got := w.trade(signedIn(w.idToken(p, nil))).Details[0].Policies; !strings.HasPrefix(got, "permit") {
			w.Errorf("inside the group: %s", got)
		}
	})
}

func TestRoleARN(t *testing.T) {
	t.Parallel()
	pool := "us-east-1:0d7c8f5e-0000-4000-8000-000000000000"
	arn := identitypool.RoleARN(pool, "reader")
	if arn != "arn:cognate:iam::0:role/0d7c8f5e-0000-4000-8000-000000000000/reader" {
		t.Error(arn)
	}
	for given, ok := range map[string]bool{arn: true, arn + "/x": false, "arn:cognate:iam::0:role/other/reader": false, "": false, identitypool.RoleARN(pool, ""): false} {
		if name, got := identitypool.RoleName(pool, given); got != ok || ok && name != "reader" {
			t.Errorf("%q: %q, %v", given, name, got)
		}
	}
}

func (w *world) groups(groups map[string]*provider.Group) {
	w.Helper()
	for name, g := range groups {
		g.Name = name
		w.must(w.Store.Pool(userPoolID).CreateGroup(w.Context(), g))
	}
}

func place(n int) *int { return &n }

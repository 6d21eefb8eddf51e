package main

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func resourceServerCommand() *cobra.Command {
	var create, update serverFlags
	one := func(operation string) func(*session, []string) error {
		return func(s *session, args []string) error {
			return s.withServer(args[0], func(in m) error { return show(s, api.UserPools, operation, in, serverFields) })
		}
	}
	return noun("resource-server", "APIs that tokens are for, with their scopes",
		verb("list", "List resource servers", func(s *session, _ []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			l := listing{api.UserPools, "ListResourceServers", "ResourceServers", "MaxResults", "NextToken"}
			return list(s, l, m{"UserPoolId": pool}, []string{"identifier", "name", "scopes"}, func(r api.ResourceServerType) []string {
				return []string{r.Identifier, r.Name, words(scopeNames(r))}
			})
		}, withPool),
		verb("create IDENTIFIER", "Create a resource server", create.create, withPool, create.bind),
		verb("show IDENTIFIER", "Show a resource server", one("DescribeResourceServer"), withPool),
		verb("update IDENTIFIER", "Change a resource server; what is not named stays", update.update, withPool, update.bind),
		verb("delete IDENTIFIER", "Delete a resource server", func(s *session, args []string) error {
			return s.withServer(args[0], func(in m) error {
				if err := s.confirm("resource server", args[0]); err != nil {
					return err
				}
				return s.do(api.UserPools, "DeleteResourceServer", in, "Deleted resource server %s.", args[0])
			})
		}, withPool, deleting),
	)
}

type serverFlags struct {
	changed func(string) bool
	name    string
	scopes  []string
}

func (f *serverFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().StringVar(&f.name, "name", "", "a name for people")
	c.Flags().StringArrayVar(&f.scopes, "scope", nil, "a scope as name=description; may be given again; together they replace those of before")
}

func (f *serverFlags) create(s *session, args []string) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f.save(s, "CreateResourceServer", api.ResourceServerSettings{UserPoolID: pool, Identifier: args[0], Name: plainName(args[0])})
}

func (f *serverFlags) update(s *session, args []string) error {
	return s.withServer(args[0], func(in m) error {
		now, _, err := get[api.ResourceServerResponse](s, api.UserPools, "DescribeResourceServer", in)
		if err != nil {
			return err
		}
		return f.save(s, "UpdateResourceServer", api.ResourceServerSettings(*now.ResourceServer))
	})
}

func (f *serverFlags) save(s *session, operation string, in api.ResourceServerSettings) error {
	in.Name = first(f.name, in.Name)
	if f.changed("scope") {
		values, err := pairs("scope", f.scopes)
		if err != nil {
			return err
		}
		in.Scopes = nil
		for _, name := range slices.Sorted(maps.Keys(values)) {
			in.Scopes = append(in.Scopes, api.ResourceServerScopeType{ScopeName: name, ScopeDescription: values[name]})
		}
	}
	return show(s, api.UserPools, operation, in, serverFields)
}

// plainName makes a name out of an identifier, which may hold characters that
// names may not.
func plainName(identifier string) string {
	_, rest, found := strings.Cut(identifier, "://")
	if !found {
		rest = identifier
	}
	return strings.Map(func(r rune) rune {
		if r == '_' || strings.ContainsRune("+=,.@-", r) || (r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r))) {
			return r
		}
		return '-'
	}, rest)
}

func (s *session) withServer(identifier string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f(m{"UserPoolId": pool, "Identifier": identifier})
}

func scopeNames(r api.ResourceServerType) []string {
	out := make([]string, len(r.Scopes))
	for i, s := range r.Scopes {
		out[i] = s.ScopeName
	}
	return out
}

func serverFields(r *api.ResourceServerResponse) []field {
	out := []field{{"identifier", r.ResourceServer.Identifier}, {"name", r.ResourceServer.Name}}
	for _, s := range r.ResourceServer.Scopes {
		out = append(out, field{"scope " + r.ResourceServer.Identifier + "/" + s.ScopeName, s.ScopeDescription})
	}
	return out
}

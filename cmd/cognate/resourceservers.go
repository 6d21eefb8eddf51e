package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func resourceServerCommand() *cobra.Command {
	var name string
	var scopes []string
	save := func(operation string) func(*session, []string) error {
		return func(s *session, args []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			values, err := pairs("scope", scopes)
			if err != nil {
				return err
			}
			in := api.ResourceServerSettings{UserPoolID: pool, Identifier: args[0], Name: first(name, args[0])}
			for scope, description := range values {
				in.Scopes = append(in.Scopes, api.ResourceServerScopeType{ScopeName: scope, ScopeDescription: description})
			}
			slices.SortFunc(in.Scopes, func(a, b api.ResourceServerScopeType) int { return strings.Compare(a.ScopeName, b.ScopeName) })
			return show(s, api.UserPools, operation, in, serverFields)
		}
	}
	bind := func(c *cobra.Command) {
		c.Flags().StringVar(&name, "name", "", "a name for people (default: the identifier)")
		c.Flags().StringSliceVar(&scopes, "scope", nil, "a scope as name=description; may be given again")
	}
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
		verb("create IDENTIFIER", "Create a resource server", save("CreateResourceServer"), withPool, bind),
		verb("show IDENTIFIER", "Show a resource server", one("DescribeResourceServer"), withPool),
		verb("update IDENTIFIER", "Replace the name and the scopes of a resource server", save("UpdateResourceServer"), withPool, bind),
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

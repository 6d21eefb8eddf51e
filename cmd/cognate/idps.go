package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/federation/catalog"
	"github.com/cognate-idp/cognate/web/api"
)

func idpCommand() *cobra.Command {
	var create, update idpFlags
	var kind string
	return noun("idp", "Identity providers that a user pool hands sign-in to",
		verb("list", "List identity providers", func(s *session, _ []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			l := listing{api.UserPools, "ListIdentityProviders", "Providers", "MaxResults", "NextToken"}
			return list(s, l, m{"UserPoolId": pool}, []string{"name", "type", "changed"}, func(p api.ProviderDescription) []string {
				return []string{p.ProviderName, p.ProviderType, day(p.LastModifiedDate)}
			})
		}, withPool),
		verb("create NAME", "Add an identity provider", func(s *session, args []string) error {
			return s.withIdP(args[0], func(in m) error {
				in["ProviderType"] = kind
				if err := create.apply(s, in, map[string]string{}); err != nil {
					return err
				}
				return show(s, api.UserPools, "CreateIdentityProvider", in, idpFields)
			})
		}, withPool, func(c *cobra.Command) {
			create.bind(c)
			kinds := (&catalog.Catalog{}).Kinds()
			c.Flags().StringVar(&kind, "type", "OIDC", strings.Join(kinds, ", "))
			_ = c.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
		}),
		verb("show NAME", "Show an identity provider, without its secret", func(s *session, args []string) error {
			return s.withIdP(args[0], func(in m) error { return show(s, api.UserPools, "DescribeIdentityProvider", in, idpFields) })
		}, withPool),
		verb("update NAME", "Change an identity provider; details that are not named stay", func(s *session, args []string) error {
			return s.withIdP(args[0], func(in m) error {
				now, _, err := get[api.IdentityProviderResponse](s, api.UserPools, "DescribeIdentityProvider", in)
				if err != nil {
					return err
				}
				if err := update.apply(s, in, now.IdentityProvider.ProviderDetails); err != nil {
					return err
				}
				return show(s, api.UserPools, "UpdateIdentityProvider", in, idpFields)
			})
		}, withPool, update.bind),
		verb("delete NAME", "Remove an identity provider", func(s *session, args []string) error {
			return s.withIdP(args[0], func(in m) error {
				if err := s.confirm("identity provider", args[0]); err != nil {
					return err
				}
				return s.do(api.UserPools, "DeleteIdentityProvider", in, "Deleted identity provider %s.", args[0])
			})
		}, withPool, deleting),
	)
}

type idpFlags struct {
	changed                       func(string) bool
	details, mapping, identifiers []string
	secret                        bool
}

func (f *idpFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().StringArrayVar(&f.details, "detail", nil, "a detail as name=value, such as client_id=..., oidc_issuer=...; may be given again")
	c.Flags().StringArrayVar(&f.mapping, "map", nil, "an attribute as ours=theirs, such as email=email; may be given again")
	c.Flags().StringSliceVar(&f.identifiers, "identifier", nil, "an idp_identifier, such as a mail domain; may be given again")
	c.Flags().BoolVar(&f.secret, "client-secret-stdin", false, "read the client secret from standard input")
}

func (f *idpFlags) apply(s *session, in m, now map[string]string) error {
	details, err := pairs("detail", f.details)
	if err != nil {
		return err
	}
	mapping, err := pairs("map", f.mapping)
	if err != nil {
		return err
	}
	if f.secret {
		if details["client_secret"], err = s.line("client secret"); err != nil {
			return err
		}
	}
	all := maps.Clone(now)
	maps.Copy(all, details)
	in["ProviderDetails"] = all
	if f.changed("map") {
		in["AttributeMapping"] = mapping
	}
	if f.changed("identifier") {
		in["IdpIdentifiers"] = f.identifiers
	}
	return nil
}

func (s *session) withIdP(name string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f(m{"UserPoolId": pool, "ProviderName": name})
}

func idpFields(r *api.IdentityProviderResponse) []field {
	p := r.IdentityProvider
	out := []field{{"name", p.ProviderName}, {"type", p.ProviderType}, {"identifiers", words(p.IdpIdentifiers)}, {"changed", day(p.LastModifiedDate)}}
	for _, k := range slices.Sorted(maps.Keys(p.ProviderDetails)) {
		out = append(out, field{k, p.ProviderDetails[k]})
	}
	for _, k := range slices.Sorted(maps.Keys(p.AttributeMapping)) {
		out = append(out, field{fmt.Sprintf("attribute %s from", k), p.AttributeMapping[k]})
	}
	return out
}

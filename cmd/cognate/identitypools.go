package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func identityPoolCommand() *cobra.Command {
	var create, update identityPoolFlags
	one := func(s *session, id string) (*api.IdentityPool, error) {
		out, _, err := get[api.IdentityPool](s, api.IdentityPools, "DescribeIdentityPool", m{"IdentityPoolId": id})
		return out, err
	}
	c := noun("identity-pool", "Identity pools, which trade tokens for credentials",
		verb("list", "List identity pools", func(s *session, _ []string) error {
			l := listing{api.IdentityPools, "ListIdentityPools", "IdentityPools", "MaxResults", "NextToken"}
			return list(s, l, m{}, []string{"id", "name"}, func(p api.IdentityPoolShortDescription) []string {
				return []string{p.IdentityPoolID, p.IdentityPoolName}
			})
		}),
		verb("create NAME", "Create an identity pool", func(s *session, args []string) error {
			in := api.IdentityPoolSettings{IdentityPoolName: args[0]}
			if err := create.apply(&in); err != nil {
				return err
			}
			return show(s, api.IdentityPools, "CreateIdentityPool", in, identityPoolFields)
		}, create.bind),
		verb("show POOL", "Show an identity pool", func(s *session, args []string) error {
			return show(s, api.IdentityPools, "DescribeIdentityPool", m{"IdentityPoolId": args[0]}, identityPoolFields)
		}),
		verb("update POOL", "Change an identity pool; what is not named stays", func(s *session, args []string) error {
			now, err := one(s, args[0])
			if err != nil {
				return err
			}
			now.IdentityPoolName = first(update.name, now.IdentityPoolName)
			if err := update.apply(&now.IdentityPoolSettings); err != nil {
				return err
			}
			return show(s, api.IdentityPools, "UpdateIdentityPool", now, identityPoolFields)
		}, update.bind, func(c *cobra.Command) { c.Flags().StringVar(&update.name, "name", "", "a new name") }),
		verb("delete POOL", "Delete an identity pool with its identities and their data", func(s *session, args []string) error {
			now, err := one(s, args[0])
			if err != nil {
				return err
			}
			if err := s.confirm("identity pool", now.IdentityPoolName, args[0]); err != nil {
				return err
			}
			return s.do(api.IdentityPools, "DeleteIdentityPool", m{"IdentityPoolId": args[0]}, "Deleted identity pool %s.", args[0])
		}, deleting),
		verb("roles POOL", "Show which roles an identity pool gives", func(s *session, args []string) error {
			return show(s, api.IdentityPools, "GetIdentityPoolRoles", m{"IdentityPoolId": args[0]}, rolesFields)
		}),
		setRolesVerb(),
	)
	return c
}

type identityPoolFlags struct {
	changed       func(string) bool
	name          string
	guests        bool
	clients, oidc []string
}

func (f *identityPoolFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().BoolVar(&f.guests, "guests", false, "give identities to people who are not signed in")
	c.Flags().StringArrayVar(&f.clients, "client", nil, "an app client whose tokens are taken, as userpool/client; may be given again")
	c.Flags().StringArrayVar(&f.oidc, "oidc", nil, "an OpenID Connect issuer whose tokens are taken, as issuer=client; may be given again")
}

func (f *identityPoolFlags) apply(s *api.IdentityPoolSettings) error {
	if f.changed("guests") {
		s.AllowUnauthenticatedIdentities = f.guests
	}
	if f.changed("client") {
		s.CognitoIdentityProviders = nil
		for _, c := range f.clients {
			pool, client, ok := strings.Cut(c, "/")
			region, _, known := strings.Cut(pool, "_")
			if !ok || !known {
				return &exitError{fix(fmt.Errorf("--client %q names no pool and client", c), "write it as us-east-1_.../client-id"), exitUsage}
			}
			s.CognitoIdentityProviders = append(s.CognitoIdentityProviders, api.CognitoIdentityProvider{
				ProviderName: "cognito-idp." + region + ".amazonaws.com/" + pool, ClientID: client, ServerSideTokenCheck: pointer(true),
			})
		}
	}
	if f.changed("oidc") {
		s.OpenIDConnectProviders = nil
		for _, o := range f.oidc {
			issuer, client, ok := strings.Cut(o, "=")
			if !ok {
				return &exitError{fix(fmt.Errorf("--oidc %q names no client", o), "write it as https://issuer.example.com=client-id"), exitUsage}
			}
			s.OpenIDConnectProviders = append(s.OpenIDConnectProviders, api.OpenIDConnectProvider{Issuer: issuer, ClientIDs: []string{client}})
		}
	}
	return nil
}

// setRolesVerb changes what is named and keeps the rest: the operation itself
// replaces all of it.
func setRolesVerb() func(*flags) *cobra.Command {
	var authenticated, guest, mappings string
	return verb("set-roles POOL", "Say which roles an identity pool gives", func(s *session, args []string) error {
		now, _, err := get[api.GetIdentityPoolRolesResponse](s, api.IdentityPools, "GetIdentityPoolRoles", m{"IdentityPoolId": args[0]})
		if err != nil {
			return err
		}
		in := api.SetIdentityPoolRolesInput{IdentityPoolID: args[0], Roles: map[string]string{}, RoleMappings: now.RoleMappings}
		maps.Copy(in.Roles, now.Roles)
		for name, arn := range map[string]string{"authenticated": authenticated, "unauthenticated": guest} {
			if arn != "" {
				in.Roles[name] = arn
			}
		}
		if mappings != "" {
			b, err := os.ReadFile(mappings)
			if err != nil {
				return &exitError{fix(err, "name a readable file"), exitUsage}
			}
			in.RoleMappings = nil
			if err := json.Unmarshal(b, &in.RoleMappings); err != nil {
				return &exitError{fix(fmt.Errorf("read %s: %w", mappings, err), "write it as the RoleMappings that identity-pool roles -o json prints"), exitUsage}
			}
		}
		if authenticated == "" && guest == "" && mappings == "" {
			return &exitError{fix(errors.New("nothing is to be changed"), "use --authenticated, --guest or --mappings"), exitUsage}
		}
		return s.do(api.IdentityPools, "SetIdentityPoolRoles", in, "Set the roles of identity pool %s.", args[0])
	}, func(c *cobra.Command) {
		c.Flags().StringVar(&authenticated, "authenticated", "", "the ARN of the role for those who are signed in")
		c.Flags().StringVar(&guest, "guest", "", "the ARN of the role for guests")
		c.Flags().StringVar(&mappings, "mappings", "", "a JSON file with the rules for each provider")
	})
}

func identityPoolFields(p *api.IdentityPool) []field {
	out := []field{{"id", p.IdentityPoolID}, {"name", p.IdentityPoolName}, {"guests", yesNo(p.AllowUnauthenticatedIdentities)}}
	for _, c := range p.CognitoIdentityProviders {
		out = append(out, field{"takes tokens of", c.ProviderName + " for " + c.ClientID})
	}
	for _, o := range p.OpenIDConnectProviders {
		out = append(out, field{"takes tokens of", o.Issuer + " for " + words(o.ClientIDs)})
	}
	return out
}

func rolesFields(r *api.GetIdentityPoolRolesResponse) []field {
	out := []field{{"authenticated", r.Roles["authenticated"]}, {"guest", r.Roles["unauthenticated"]}}
	for _, provider := range slices.Sorted(maps.Keys(r.RoleMappings)) {
		mapping := r.RoleMappings[provider]
		out = append(out, field{provider, mapping.Type + ", else " + mapping.AmbiguousRoleResolution})
		if mapping.RulesConfiguration == nil {
			continue
		}
		for _, rule := range mapping.RulesConfiguration.Rules {
			out = append(out, field{"  " + rule.Claim + " " + rule.MatchType + " " + rule.Value, rule.RoleARN})
		}
	}
	return out
}

package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func poolCommand() *cobra.Command {
	var create, update poolFlags
	return noun("pool", "User pools",
		verb("list", "List user pools", listPools),
		verb("create NAME", "Create a user pool", func(s *session, args []string) error {
			in := api.CreateUserPoolRequest{PoolName: args[0], UsernameAttributes: create.signInBy, AliasAttributes: create.alias}
			in.TokenProfile = create.tokenProfile
			if create.caseSensitive {
				in.UsernameConfiguration = &api.UsernameConfigurationType{CaseSensitive: true}
			}
			if err := create.apply(&in.UserPoolSettings, create.orAtFirst); err != nil {
				return err
			}
			return show(s, api.UserPools, "CreateUserPool", in, poolFields)
		}, func(c *cobra.Command) {
			create.bind(c, "standard")
			c.Flags().StringSliceVar(&create.signInBy, "sign-in-by", nil, "email or phone_number in place of a username")
			c.Flags().BoolVar(&create.caseSensitive, "case-sensitive", false, "tell names apart by the case of their letters; fixed once the pool is made")
			c.Flags().StringSliceVar(&create.alias, "alias", nil, "email, phone_number or preferred_username beside the username")
		}),
		verb("show POOL", "Show a user pool", func(s *session, args []string) error {
			return show(s, api.UserPools, "DescribeUserPool", m{"UserPoolId": args[0]}, poolFields)
		}, completePoolArgument),
		verb("update POOL", "Change a user pool; what is not named stays", func(s *session, args []string) error {
			return update.run(s, args[0])
		}, func(c *cobra.Command) { update.bind(c, "") }, completePoolArgument),
		poolMFA(),
		verb("delete POOL", "Delete a user pool with everything in it", func(s *session, args []string) error {
			out, _, err := get[api.UserPoolResponse](s, api.UserPools, "DescribeUserPool", m{"UserPoolId": args[0]})
			if err != nil {
				return err
			}
			if err := s.confirm("user pool", out.UserPool.Name, args[0]); err != nil {
				return err
			}
			err = s.do(api.UserPools, "DeleteUserPool", m{"UserPoolId": args[0]}, "Deleted user pool %s.", args[0])
			var r *refusal
			if errors.As(err, &r) && out.UserPool.DeletionProtection == "ACTIVE" && r.Type == "InvalidParameterException" {
				return &exitError{fix(r, "lift the protection with: cognate pool update "+args[0]+" --protect=false"), exitFailure}
			}
			return err
		}, deleting, completePoolArgument),
	)
}

func listPools(s *session, _ []string) error {
	l := listing{api.UserPools, "ListUserPools", "UserPools", "MaxResults", "NextToken"}
	return list(s, l, m{}, []string{"id", "name", "created"}, func(p api.UserPoolDescriptionType) []string {
		return []string{p.ID, p.Name, day(p.CreationDate)}
	})
}

// run reads the pool, changes what was named and writes all of it, since the
// operation puts back to its default what is left out.
func (f *poolFlags) run(s *session, id string) error {
	now, _, err := get[api.UserPoolResponse](s, api.UserPools, "DescribeUserPool", m{"UserPoolId": id})
	if err != nil {
		return err
	}
	in := api.UpdateUserPoolRequest{UserPoolID: id, PoolName: f.name, UserPoolSettings: now.UserPool.UserPoolSettings}
	if err := f.apply(&in.UserPoolSettings, f.changed); err != nil {
		return err
	}
	return s.do(api.UserPools, "UpdateUserPool", in, "Updated user pool %s.", id)
}

// completePoolArgument completes the first argument from the server's pools.
func completePoolArgument(c *cobra.Command) { c.Annotations = annotate(c, "complete-pool") }

// completePools answers a shell that completes a user pool's id.
func (f *flags) completePools(c *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if f.output == "" {
		f.output = "json"
	}
	s, err := f.session(c)
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	out, _, err := get[api.ListUserPoolsResponse](s, api.UserPools, "ListUserPools", m{"MaxResults": 60})
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var ids []cobra.Completion
	for _, p := range out.UserPools {
		ids = append(ids, cobra.CompletionWithDesc(p.ID, p.Name))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

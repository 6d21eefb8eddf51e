package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

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
			create.apply(&in.UserPoolSettings, func(string) bool { return true })
			return show(s, api.UserPools, "CreateUserPool", in, poolFields)
		}, func(c *cobra.Command) {
			create.bind(c, "standard")
			c.Flags().StringSliceVar(&create.signInBy, "sign-in-by", nil, "email or phone_number in place of a username")
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

// poolFlags are the settings of a pool that have a flag.
type poolFlags struct {
	changed           func(string) bool
	signInBy, alias   []string
	name, displayName string
	tokenProfile      string
	least             int64
	protect, selfSign bool
	verifyEmail       bool
}

func (f *poolFlags) bind(c *cobra.Command, profile string) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	p := c.Flags()
	p.StringVar(&f.displayName, "display-name", "", "the name that sign-in pages show")
	p.StringVar(&f.tokenProfile, "token-profile", profile, "standard (RFC 9068) or cognito")
	p.Int64Var(&f.least, "password-length", 8, "the least number of characters of a password")
	p.BoolVar(&f.protect, "protect", false, "refuse to delete the pool; --protect=false lifts it")
	p.BoolVar(&f.selfSign, "self-sign-up", false, "let people make accounts themselves")
	p.BoolVar(&f.verifyEmail, "verify-email", true, "prove e-mail addresses at sign-up by a code; pages offer sign-up only then")
	if profile == "" {
		p.StringVar(&f.name, "name", "", "a new name")
	}
}

func (f *poolFlags) apply(s *api.UserPoolSettings, given func(string) bool) {
	if given("display-name") {
		s.DisplayName = &f.displayName
	}
	if given("token-profile") {
		s.TokenProfile = f.tokenProfile
	}
	if given("password-length") {
		if s.Policies == nil || s.Policies.PasswordPolicy == nil {
			s.Policies = &api.UserPoolPolicyType{PasswordPolicy: &api.PasswordPolicyType{}}
		}
		s.Policies.PasswordPolicy.MinimumLength = &f.least
	}
	if given("protect") {
		s.DeletionProtection = map[bool]string{true: "ACTIVE", false: "INACTIVE"}[f.protect]
	}
	if given("self-sign-up") {
		s.AdminCreateUserConfig = &api.AdminCreateUserConfigType{AllowAdminCreateUserOnly: pointer(!f.selfSign)}
	}
	if given("verify-email") {
		s.AutoVerifiedAttributes = slices.DeleteFunc(s.AutoVerifiedAttributes, func(a string) bool { return a == "email" })
		if f.verifyEmail {
			s.AutoVerifiedAttributes = append(s.AutoVerifiedAttributes, "email")
		}
	}
}

// run reads the pool, changes what was named and writes all of it, since the
// operation puts back to its default what is left out.
func (f *poolFlags) run(s *session, id string) error {
	now, _, err := get[api.UserPoolResponse](s, api.UserPools, "DescribeUserPool", m{"UserPoolId": id})
	if err != nil {
		return err
	}
	in := api.UpdateUserPoolRequest{UserPoolID: id, PoolName: f.name, UserPoolSettings: now.UserPool.UserPoolSettings}
	f.apply(&in.UserPoolSettings, f.changed)
	return s.do(api.UserPools, "UpdateUserPool", in, "Updated user pool %s.", id)
}

func poolFields(r *api.UserPoolResponse) []field {
	p := r.UserPool
	out := []field{
		{"id", p.ID}, {"name", p.Name}, {"display name", *orEmpty(p.DisplayName)}, {"issuer", p.Issuer}, {"token profile", p.TokenProfile},
		{"users", strconv.FormatInt(p.EstimatedNumberOfUsers, 10)}, {"sign in by", words(p.UsernameAttributes)}, {"alias", words(p.AliasAttributes)},
		{"self sign-up", yesNo(p.AdminCreateUserConfig == nil || p.AdminCreateUserConfig.AllowAdminCreateUserOnly == nil || !*p.AdminCreateUserConfig.AllowAdminCreateUserOnly)},
		{"verified at sign-up", words(p.AutoVerifiedAttributes)},
		{"protected", yesNo(p.DeletionProtection == "ACTIVE")}, {"created", day(p.CreationDate)}, {"changed", day(p.LastModifiedDate)},
	}
	if p.Policies != nil && p.Policies.PasswordPolicy != nil && p.Policies.PasswordPolicy.MinimumLength != nil {
		out = append(out, field{"password length", fmt.Sprint(*p.Policies.PasswordPolicy.MinimumLength)})
	}
	return out
}

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
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

package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func groupCommand() *cobra.Command {
	var create, update groupFlags
	return noun("group", "Groups of a user pool",
		verb("list", "List groups", func(s *session, _ []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			return listGroups(s, listing{api.UserPools, "ListGroups", "Groups", "Limit", "NextToken"}, m{"UserPoolId": pool})
		}, withPool),
		verb("create GROUP", "Create a group", create.run("CreateGroup"), withPool, create.bind),
		verb("show GROUP", "Show a group", func(s *session, args []string) error {
			return s.withGroup(args[0], func(in m) error { return show(s, api.UserPools, "GetGroup", in, groupFields) })
		}, withPool),
		verb("update GROUP", "Change a group; what is not named stays", update.run("UpdateGroup"), withPool, update.bind),
		verb("delete GROUP", "Delete a group; its users stay", func(s *session, args []string) error {
			return s.withGroup(args[0], func(in m) error {
				if err := s.confirm("group", args[0]); err != nil {
					return err
				}
				return s.do(api.UserPools, "DeleteGroup", in, "Deleted group %s.", args[0])
			})
		}, withPool, deleting),
		verb("users GROUP", "List the users of a group", func(s *session, args []string) error {
			return s.withGroup(args[0], func(in m) error {
				return listUsers(s, listing{api.UserPools, "ListUsersInGroup", "Users", "Limit", "NextToken"}, in)
			})
		}, withPool, limited),
	)
}

type groupFlags struct {
	changed           func(string) bool
	description, role string
	precedence        string
}

func (f *groupFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().StringVar(&f.description, "description", "", "what the group is for")
	c.Flags().StringVar(&f.role, "role", "", "the ARN of the role its users get in an identity pool")
	c.Flags().StringVar(&f.precedence, "precedence", "", "which group counts for a user of several, a whole number; the lowest wins; none takes it away")
}

func (f *groupFlags) run(operation string) func(*session, []string) error {
	return func(s *session, args []string) error {
		return s.withGroup(args[0], func(in m) error {
			for flag, v := range map[string]struct {
				member string
				value  any
			}{"description": {"Description", f.description}, "role": {"RoleArn", f.role}} {
				if f.changed(flag) {
					in[v.member] = v.value
				}
			}
			if err := f.rank(in); err != nil {
				return err
			}
			return show(s, api.UserPools, operation, in, groupFields)
		})
	}
}

// rank says which precedence a group has from now on.
func (f *groupFlags) rank(in m) error {
	switch n, err := strconv.ParseInt(f.precedence, 10, 64); {
	case !f.changed("precedence"):
	case f.precedence == "none":
		in["RemovePrecedence"] = true
	case err != nil:
		return &exitError{fix(fmt.Errorf("--precedence %q is no whole number", f.precedence), "write one such as 1, or none"), exitUsage}
	default:
		in["Precedence"] = n
	}
	return nil
}

// withGroup names a group in the pool at hand.
func (s *session) withGroup(name string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f(m{"UserPoolId": pool, "GroupName": name})
}

func listGroups(s *session, l listing, in m) error {
	return list(s, l, in, []string{"name", "precedence", "role", "description"}, func(g api.GroupType) []string {
		return []string{g.GroupName, precedence(g), g.RoleARN, g.Description}
	})
}

func precedence(g api.GroupType) string {
	if g.Precedence == nil {
		return ""
	}
	return fmt.Sprint(*g.Precedence)
}

func groupFields(r *api.GroupResponse) []field {
	g := r.Group
	return []field{
		{"name", g.GroupName}, {"description", g.Description}, {"precedence", precedence(*g)}, {"role", g.RoleARN},
		{"created", day(g.CreationDate)}, {"changed", day(g.LastModifiedDate)},
	}
}

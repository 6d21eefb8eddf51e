package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func roleCommand() *cobra.Command {
	var create, update roleFlags
	return noun("role", "Roles of an identity pool: what credentials may do",
		verb("list", "List roles", func(s *session, _ []string) error {
			pool, err := s.needIdentityPool()
			if err != nil {
				return err
			}
			l := listing{api.Own, "ListRoles", "Roles", "Limit", "NextToken"}
			return list(s, l, m{"IdentityPoolId": pool}, []string{"name", "arn", "description"}, func(r api.RoleType) []string {
				return []string{r.RoleName, r.ARN, r.Description}
			})
		}, withIdentityPool),
		verb("create ROLE", "Create a role from Cedar policies", create.run("CreateRole"), withIdentityPool, create.bind),
		verb("show ROLE", "Show a role with its policies", func(s *session, args []string) error {
			return s.withRole(args[0], func(in m) error { return s.showRole("GetRole", in) })
		}, withIdentityPool),
		verb("update ROLE", "Change a role; what is not named stays", update.run("UpdateRole"), withIdentityPool, update.bind),
		verb("delete ROLE", "Delete a role", func(s *session, args []string) error {
			return s.withRole(args[0], func(in m) error {
				if err := s.confirm("role", args[0]); err != nil {
					return err
				}
				return s.do(api.Own, "DeleteRole", in, "Deleted role %s.", args[0])
			})
		}, withIdentityPool, deleting),
	)
}

type roleFlags struct {
	changed                 func(string) bool
	policyFile, description string
	seconds                 int64
}

func (f *roleFlags) bind(c *cobra.Command) {
	f.changed = func(name string) bool { return c.Flags().Changed(name) }
	c.Flags().StringVar(&f.policyFile, "policy-file", "", "a file of Cedar policies, - for standard input")
	c.Flags().StringVar(&f.description, "description", "", "what the role is for")
	c.Flags().Int64Var(&f.seconds, "max-seconds", 0, "the longest life of its credentials; 0 takes the pool's")
}

func (f *roleFlags) run(operation string) func(*session, []string) error {
	return func(s *session, args []string) error {
		return s.withRole(args[0], func(in m) error {
			if f.policyFile != "" {
				text, err := s.read(f.policyFile)
				if err != nil {
					return err
				}
				in["Policies"] = text
			} else if operation == "CreateRole" {
				return &exitError{fix(fmt.Errorf("a role needs policies"), "name a file with --policy-file"), exitUsage}
			}
			if f.changed("description") {
				in["Description"] = f.description
			}
			if f.changed("max-seconds") {
				in["MaxSessionDuration"] = f.seconds
			}
			return s.showRole(operation, in)
		})
	}
}

// read reads a file, or standard input for "-".
func (s *session) read(path string) (string, error) {
	var b []byte
	var err error
	if path == "-" {
		b, err = io.ReadAll(s.in)
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return "", &exitError{fix(err, "name a readable file"), exitUsage}
	}
	return string(b), nil
}

func (s *session) withRole(name string, f func(in m) error) error {
	pool, err := s.needIdentityPool()
	if err != nil {
		return err
	}
	return f(m{"IdentityPoolId": pool, "RoleName": name})
}

func (s *session) showRole(operation string, in m) error {
	out, raw, err := get[api.RoleResponse](s, api.Own, operation, in)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(raw)
	}
	r := out.Role
	longest := "as the pool has it"
	if r.MaxSessionDuration > 0 {
		longest = fmt.Sprint(r.MaxSessionDuration)
	}
	err = s.table(nil, [][]string{
		{"name", r.RoleName}, {"arn", r.ARN}, {"description", r.Description}, {"max seconds", longest},
		{"changed", day(r.LastModifiedDate)},
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "\n%s\n", r.Policies)
	return err
}

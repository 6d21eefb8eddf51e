package main

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func operatorCommand() *cobra.Command {
	var scope string
	bind := func(c *cobra.Command) {
		c.Flags().StringVar(&scope, "scope", "*", "the id of the pool that the role is for, * for everything")
	}
	return noun("operator", "Who may administer what",
		verb("list", "List the roles that operators hold", func(s *session, _ []string) error {
			l := listing{service: api.Own, operation: "ListOperators", items: "Operators"}
			return list(s, l, m{}, []string{"username", "sub", "role", "scope"}, operatorRow)
		}),
		verb("grant USER ROLE", "Give a user of the operators' pool a role: owner, admin, support or auditor", func(s *session, args []string) error {
			return s.do(api.Own, "GrantOperatorRole", m{"Username": args[0], "Role": args[1], "Scope": scope}, "Made %s %s of %s.", args[0], args[1], scope)
		}, bind),
		verb("revoke USER", "Take a role away", func(s *session, args []string) error {
			if err := s.confirm("role of operator", args[0]); err != nil {
				return err
			}
			return s.do(api.Own, "RevokeOperatorRole", m{"Username": args[0], "Scope": scope}, "%s holds no role for %s any more.", args[0], scope)
		}, bind, deleting),
		verb("whoami", "Show who the server takes you for", func(s *session, _ []string) error {
			return show(s, api.Own, "GetCaller", m{}, func(r *api.GetCallerResponse) []field {
				out := []field{{"username", r.Username}, {"id", r.UserID}}
				for _, role := range r.Roles {
					out = append(out, field{role.Role, role.Scope})
				}
				return out
			})
		}),
	)
}

func operatorRow(o api.OperatorType) []string { return []string{o.Username, o.UserID, o.Role, o.Scope} }

func accessKeyCommand() *cobra.Command {
	var user string
	in := func() m {
		if user == "" {
			return m{}
		}
		return m{"Username": user}
	}
	bind := func(c *cobra.Command) { c.Flags().StringVar(&user, "user", "", "the operator (default: yourself)") }
	return noun("access-key", "Access keys of operators",
		verb("list", "List access keys", func(s *session, _ []string) error {
			l := listing{service: api.Own, operation: "ListAccessKeys", items: "AccessKeys"}
			return list(s, l, in(), []string{"id", "enabled", "created"}, func(k api.AccessKeyType) []string {
				return []string{k.AccessKeyID, yesNo(k.Enabled), day(k.CreationDate)}
			})
		}, bind),
		verb("create", "Make an access key; its secret is shown only now", func(s *session, _ []string) error {
			return show(s, api.Own, "CreateAccessKey", in(), func(r *api.CreateAccessKeyResponse) []field {
				return []field{{"access key id", r.AccessKey.AccessKeyID}, {"secret access key", r.AccessKey.SecretAccessKey}}
			})
		}, bind),
		verb("delete KEY", "Delete an access key", func(s *session, args []string) error {
			if err := s.confirm("access key", args[0]); err != nil {
				return err
			}
			request := in()
			request["AccessKeyId"] = args[0]
			return s.do(api.Own, "DeleteAccessKey", request, "Deleted access key %s.", args[0])
		}, bind, deleting),
	)
}

func auditCommand() *cobra.Command {
	var target string
	return noun("audit", "The audit trail",
		verb("list POOL", "List what happened in a pool, newest first", func(s *session, args []string) error {
			in := m{"PoolId": args[0]}
			if target != "" {
				var err error
				if in["Target"], err = s.targetOf(args[0], target); err != nil {
					return err
				}
			}
			l := listing{api.Own, "ListAuditEvents", "Events", "Limit", "NextToken"}
			return list(s, l, in, []string{"time", "action", "outcome", "actor", "target", "address", "reason"}, func(e api.AuditEventType) []string {
				return []string{day(e.Time), e.Action, e.Outcome, e.ActorKind + " " + e.ActorID, e.Target, e.Address, reasonOf(e)}
			})
		}, completePoolArgument, limited, func(c *cobra.Command) {
			c.Flags().StringVar(&target, "target", "", "only what was done to this, such as user/alice")
		}),
	)
}

// reasonOf says why something went as it did; of a message first which it was.
func reasonOf(e api.AuditEventType) string {
	reason := e.Detail["reason"]
	kind, by := e.Detail["kind"], e.Detail["channel"]
	if !strings.HasPrefix(e.Action, "message.") || kind == "" {
		return reason
	}
	said := strings.ReplaceAll(kind, "_", " ")
	if by != "" {
		said += " by " + by
	}
	if reason != "" {
		said += ": " + reason
	}
	return said
}

// targetOf names a user as the trail does, by sub, whatever name was given.
func (s *session) targetOf(pool, target string) (string, error) {
	name, user := strings.CutPrefix(target, "user/")
	if !user || uuid.Validate(name) == nil { // one who is gone has no name any more
		return target, nil
	}
	out, _, err := get[api.AdminGetUserResponse](s, api.UserPools, "AdminGetUser", m{"UserPoolId": pool, "Username": name})
	if err != nil {
		return "", err
	}
	return "user/" + attribute(out.UserAttributes, "sub"), nil
}

func profileCommand() *cobra.Command {
	c := &cobra.Command{Use: "profile", Short: "The servers that the profile file names"}
	c.AddCommand(&cobra.Command{
		Use: "list", Short: "List profiles", Args: arguments("list"),
		RunE: func(c *cobra.Command, _ []string) error {
			all, path, err := readProfiles()
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return &exitError{fix(err, "mend "+path+"; see docs/cli.md for its form"), exitUsage}
			}
			s := &session{out: c.OutOrStdout()}
			rows := [][]string{}
			for _, name := range slices.Sorted(maps.Keys(all)) {
				rows = append(rows, []string{name, all[name].Endpoint, all[name].UserPoolID})
			}
			return s.table([]string{"name", "endpoint", "user pool"}, rows)
		},
	})
	return c
}

// clientCommands are the nouns of the command line. They speak the
// administrative API of a running server and never open its database.
func clientCommands() []*cobra.Command {
	return []*cobra.Command{
		poolCommand(), clientCommand(), userCommand(), groupCommand(), messageCommand(), attributeCommand(), resourceServerCommand(), idpCommand(),
		identityPoolCommand(), roleCommand(), keysCommand(), operatorCommand(), accessKeyCommand(), auditCommand(), profileCommand(),
	}
}

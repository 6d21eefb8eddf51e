package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func userCommand() *cobra.Command {
	var filter string
	var temporary bool
	return noun("user", "Users of a user pool", append(append(userFactors(), userPasskeys()...),
		verb("list", "List users", func(s *session, _ []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			in := m{"UserPoolId": pool}
			if filter != "" {
				in["Filter"] = filter
			}
			return listUsers(s, listing{api.UserPools, "ListUsers", "Users", "Limit", "PaginationToken"}, in)
		}, withPool, limited, func(c *cobra.Command) {
			c.Flags().StringVar(&filter, "filter", "", `such as 'email ^= "alice"' or 'status = "Enabled"'`)
		}),
		verb("search TEXT", "Find users whose username, e-mail address, telephone number or name begins with a text", func(s *session, args []string) error {
			pool, err := s.needPool()
			if err != nil {
				return err
			}
			return listUsers(s, listing{api.Own, "SearchUsers", "Users", "Limit", "PaginationToken"}, m{"UserPoolId": pool, "Text": args[0]})
		}, withPool, limited),
		createUserVerb(),
		resendInviteVerb(),
		verb("show USER", "Show a user", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				return show(s, api.UserPools, "AdminGetUser", in, func(r *api.AdminGetUserResponse) []field {
					out := userFields(r.Username, r.UserStatus, r.Enabled, r.UserAttributes, r.UserCreateDate)
					return slices.Insert(out, 2, field{"temporary password", untilWhen(r.TemporaryPasswordEndDate, time.Now(), args[0])})
				})
			})
		}, withPool),
		updateUserVerb(),
		verb("delete USER", "Delete a user with sessions, grants and memberships", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				if err := s.confirm("user", args[0]); err != nil {
					return err
				}
				return s.do(api.UserPools, "AdminDeleteUser", in, "Deleted user %s.", args[0])
			})
		}, withPool, deleting),
		verb("set-password USER", "Set a user's password, read from standard input", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				password, err := s.line("password")
				if err != nil {
					return err
				}
				in["Password"], in["Permanent"] = password, !temporary
				return s.do(api.UserPools, "AdminSetUserPassword", in, "Set the password of %s.", args[0])
			})
		}, withPool, func(c *cobra.Command) {
			c.Flags().BoolVar(&temporary, "temporary", false, "it must be changed at the next sign-in")
		}),
		verb("set-password-hash USER", "Give a user a password by the hash that another system has of it, read from standard input", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				hash, err := s.line("password hash")
				if err != nil {
					return err
				}
				in["PasswordHash"] = hash
				return s.do(api.Own, "AdminSetUserPasswordHash", in, "Set the password of %s by its hash.", args[0])
			})
		}, withPool),
		userVerb("enable", "Let a user in again", "AdminEnableUser", "Enabled user %s."),
		userVerb("disable", "Shut a user out and end what they are signed in to", "AdminDisableUser", "Disabled user %s."),
		userVerb("confirm", "Confirm a user who signed up", "AdminConfirmSignUp", "Confirmed user %s."),
		verb("resend-code USER", "Send a user who signed up, and is not confirmed yet, another code", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				return show(s, api.Own, "AdminResendConfirmationCode", in, func(r *api.CodeResponse) []field {
					return []field{{"sent to", r.CodeDeliveryDetails.Destination}, {"by", strings.ToLower(r.CodeDeliveryDetails.DeliveryMedium)}}
				})
			})
		}, withPool),
		resetPasswordVerb(),
		userVerb("sign-out", "End every session and grant of a user", "AdminUserGlobalSignOut", "Signed %s out everywhere."),
		eventsVerb(),
		devicesVerb(),
		forgetDeviceVerb(),
		memberVerb("add-to-group", "Put a user into a group", "AdminAddUserToGroup", "Put %s into %s."),
		memberVerb("remove-from-group", "Take a user out of a group", "AdminRemoveUserFromGroup", "Took %s out of %s."),
		verb("groups USER", "List a user's groups", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				return listGroups(s, listing{api.UserPools, "AdminListGroupsForUser", "Groups", "Limit", "NextToken"}, in)
			})
		}, withPool),
	)...)
}

// untilWhen says how long a temporary password works, and what to do about one that does
// no more.
func untilWhen(end api.Timestamp, now time.Time, user string) string {
	switch {
	case end == 0:
		return ""
	case time.UnixMicro(int64(end)).After(now):
		return "works until " + day(end)
	}
	return "ended " + day(end) + "; send another with: cognate user resend-invite " + user
}

func userVerb(name, short, operation, done string) func(*flags) *cobra.Command {
	return verb(name+" USER", short, func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error { return s.do(api.UserPools, operation, in, done, args[0]) })
	}, withPool)
}

func resetPasswordVerb() func(*flags) *cobra.Command {
	return verb("reset-password USER", "Make a user choose a new password by a code that is mailed to them", func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			err := s.do(api.UserPools, "AdminResetUserPassword", in, "Reset the password of %s: a code is on its way.", args[0])
			var r *refusal
			if errors.As(err, &r) && strings.Contains(r.Message, "current state") {
				return s.whyNoReset(r, args[0], in)
			}
			return err
		})
	}, withPool)
}

// whyNoReset tells what to do for a user whose password cannot be reset as they are.
func (s *session) whyNoReset(r *refusal, name string, in m) error {
	out, _, err := get[api.AdminGetUserResponse](s, api.UserPools, "AdminGetUser", in)
	if err != nil {
		return err
	}
	what := map[string]string{
		"UNCONFIRMED":           "the user has signed up and is not confirmed yet: cognate user confirm " + name + ", or resend-code",
		"FORCE_CHANGE_PASSWORD": "the user was invited and has not signed in yet: cognate user resend-invite " + name,
		"EXTERNAL_PROVIDER":     "the user has no password here: they sign in at another provider",
	}[out.UserStatus]
	return &exitError{fix(r, what), exitForbidden}
}

func memberVerb(name, short, operation, done string) func(*flags) *cobra.Command {
	return verb(name+" USER GROUP", short, func(s *session, args []string) error {
		return s.withUser(args[0], func(in m) error {
			in["GroupName"] = args[1]
			return s.do(api.UserPools, operation, in, done, args[0], args[1])
		})
	}, withPool)
}

// withUser names a user in the pool at hand.
func (s *session) withUser(name string, f func(in m) error) error {
	pool, err := s.needPool()
	if err != nil {
		return err
	}
	return f(m{"UserPoolId": pool, "Username": name})
}

func listUsers(s *session, l listing, in m) error {
	return list(s, l, in, []string{"username", "sub", "status", "enabled", "email"}, func(u api.UserType) []string {
		return []string{u.Username, attribute(u.Attributes, "sub"), u.UserStatus, yesNo(u.Enabled), attribute(u.Attributes, "email")}
	})
}

func attribute(list []api.AttributeType, name string) string {
	for _, a := range list {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

func wireAttributes(values map[string]string) []api.AttributeType {
	out := []api.AttributeType{}
	for name, value := range values {
		out = append(out, api.AttributeType{Name: name, Value: value})
	}
	return out
}

func userFields(name, status string, enabled bool, attributes []api.AttributeType, created api.Timestamp) []field {
	out := []field{{"username", name}, {"status", status}, {"enabled", yesNo(enabled)}, {"created", day(created)}}
	for _, a := range attributes {
		out = append(out, field{a.Name, a.Value})
	}
	return out
}

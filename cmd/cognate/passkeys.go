package main

import (
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

// userPasskeys are the commands about one user's passkeys.
func userPasskeys() []func(*flags) *cobra.Command {
	return []func(*flags) *cobra.Command{
		verb("passkeys USER", "List a user's passkeys", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				return list(s, listing{service: api.Own, operation: "AdminListUserPasskeys", items: "Credentials"}, in,
					[]string{"id", "name", "created", "last used", "synchronized", "suspect"}, func(k api.UserPasskeyType) []string {
						used := "never"
						if k.LastUsedAt != nil {
							used = day(*k.LastUsedAt)
						}
						return []string{k.CredentialID, k.FriendlyCredentialName, day(k.CreatedAt), used, yesNo(k.BackupState), yesNo(k.Suspect)}
					})
			})
		}, withPool),
		verb("remove-passkey USER ID", "Take one passkey away from a user, such as one on a lost device", func(s *session, args []string) error {
			return s.withUser(args[0], func(in m) error {
				in["CredentialId"] = args[1]
				return s.do(api.Own, "AdminDeleteUserPasskey", in, "Took the passkey away from %s.", args[0])
			})
		}, withPool),
	}
}

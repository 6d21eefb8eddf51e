package main

import (
	"github.com/spf13/cobra"

	"github.com/cognate-idp/cognate/web/api"
)

func keysCommand() *cobra.Command {
	var algorithm string
	row := func(k api.KeyType) []string {
		return []string{k.KeyID, k.Alg, k.State, day(k.CreationDate), day(k.ActiveDate), day(k.ForgetDate)}
	}
	head := []string{"id", "algorithm", "state", "created", "active since", "leaves the key set"}
	return noun("keys", "Signing keys of a user pool or an identity pool",
		verb("list POOL", "List the signing keys of a pool", func(s *session, args []string) error {
			return list(s, listing{service: api.Own, operation: "ListKeys", items: "Keys"}, m{"PoolId": args[0]}, head, row)
		}, completePoolArgument),
		verb("rotate POOL", "Sign with the next key from now on; tokens signed before stay good", func(s *session, args []string) error {
			in := m{"PoolId": args[0]}
			if algorithm != "" {
				in["Alg"] = algorithm
			}
			return list(s, listing{service: api.Own, operation: "RotateKey", items: "Keys"}, in, head, row)
		}, completePoolArgument, func(c *cobra.Command) {
			c.Flags().StringVar(&algorithm, "algorithm", "", "ES256 or RS256; every one unless given")
		}),
	)
}

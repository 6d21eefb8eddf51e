package main

import "github.com/spf13/cobra"

func adminCommand() *cobra.Command {
	c := &cobra.Command{Use: "admin", Short: "What needs the database itself"}
	return c
}

package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// Every command stands in the table of docs/cli.md, and every setting of a pool and
// a client in that of docs/settings.md.
func TestCommandsAreDocumented(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := os.ReadFile("../../docs/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	cli, settings := read("cli.md"), read("settings.md")
	for _, noun := range clientCommands() {
		row := regexp.MustCompile(`(?m)^\| .` + noun.Name() + `. \|(.*)\|$`).FindStringSubmatch(cli)
		if row == nil {
			t.Errorf("docs/cli.md has no row for %s", noun.Name())
			continue
		}
		for _, verb := range noun.Commands() {
			if !regexp.MustCompile(`[ ,]` + verb.Name() + `[, ]`).MatchString(row[1]) {
				t.Errorf("docs/cli.md does not name %s %s", noun.Name(), verb.Name())
			}
			if name := noun.Name() + " " + verb.Name(); name == "pool update" || name == "client update" {
				verb.Flags().VisitAll(func(f *pflag.Flag) {
					if f.Name != "name" && f.Name != "pool" && !strings.Contains(settings, "--"+f.Name) {
						t.Errorf("docs/settings.md does not name --%s of %s", f.Name, name)
					}
				})
			}
		}
	}
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// session is one run of a client command: the server it speaks to, and the
// terminal it speaks at.
type session struct {
	*remote
	ctx    context.Context
	in     *bufio.Reader
	out    io.Writer
	errs   io.Writer
	json   bool
	yes    bool
	pool   string
	ipool  string
	counts bool // say on errs how far a long listing has come
	most   int  // entries that a listing prints; 0 for all
}

// flags are those that every client command has.
type flags struct {
	target
	output, pool, ipool string
	yes                 bool
	most                uint
}

// noun groups commands under the flags that all of them share.
func noun(use, short string, verbs ...func(*flags) *cobra.Command) *cobra.Command {
	f := &flags{}
	c := &cobra.Command{Use: use, Short: short, Args: noArguments, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	f.bind(c)
	p := c.PersistentFlags()
	p.StringVarP(&f.output, "output", "o", first(os.Getenv("COGNATE_OUTPUT"), "table"), "table or json")
	for _, v := range verbs {
		c.AddCommand(v(f))
	}
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// verb is one command of a noun: use is its name and arguments, all of which
// must be given.
func verb(use, short string, run func(s *session, args []string) error, bind ...func(c *cobra.Command)) func(*flags) *cobra.Command {
	return func(f *flags) *cobra.Command {
		c := &cobra.Command{Use: use, Short: short, Args: arguments(use), RunE: func(c *cobra.Command, args []string) error {
			if strings.HasPrefix(use, "update ") && !names(c) {
				return &exitError{fix(errors.New("nothing is to be changed"), "say what; see "+c.CommandPath()+" --help"), exitUsage}
			}
			s, err := f.session(c)
			if err != nil {
				return err
			}
			return run(s, args)
		}}
		for _, b := range bind {
			b(c)
		}
		f.scope(c)
		return c
	}
}

// names says whether a command line names a setting beside where the thing is.
func names(c *cobra.Command) bool {
	named := false
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		named = named || f.Changed && f.Name != "pool" && f.Name != "identity-pool"
	})
	return named
}

// aPool is what a user pool's id looks like.
var aPool = regexp.MustCompile(`^[a-z0-9-]+_[0-9A-Za-z]+$`)

// arguments wants exactly the arguments that use names in capitals.
func arguments(use string) cobra.PositionalArgs {
	names := strings.Fields(use)[1:]
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		many := "arguments"
		if len(names) == 1 {
			many = "argument"
		}
		what := "write it as: " + strings.TrimSpace(c.CommandPath()+" "+strings.Join(names, " "))
		for i, a := range args {
			if len(args) == len(names)+1 && c.Flags().Lookup("pool") != nil && aPool.MatchString(a) {
				rest := slices.Delete(slices.Clone(args), i, i+1)
				what = "name the pool with a flag: " + strings.Join(append(append([]string{c.CommandPath()}, rest...), "--pool", a), " ")
			}
		}
		if value := args[max(0, len(args)-1):]; len(args) > len(names) && (value[0] == "true" || value[0] == "false") {
			c.Flags().Visit(func(f *pflag.Flag) {
				if f.Value.Type() == "bool" {
					what = "a switch takes its value after an equals sign: --" + f.Name + "=" + value[0]
				}
			})
		}
		return &exitError{fix(fmt.Errorf("%s takes %d %s, not %d", c.CommandPath(), len(names), many, len(args)), what), exitUsage}
	}
}

var badValue = regexp.MustCompile(`^invalid argument ("(?:[^"\\]|\\.)*") for "(?:-., )?(--[^"]+)" flag: strconv\.Parse(Uint|Int|Bool)`)

// flagError says in words what a flag takes, and of --pool where the pool is an argument,
// since it may be of either kind.
func flagError(c *cobra.Command, err error) error {
	what := "see " + c.CommandPath() + " --help"
	if found := badValue.FindStringSubmatch(err.Error()); found != nil {
		kind := map[string]string{"Uint": "a whole number, 0 or more", "Int": "a whole number", "Bool": "true or false"}[found[3]]
		err = fmt.Errorf("%s: %s is not %s", found[2], found[1], kind)
	}
	if strings.HasPrefix(err.Error(), "unknown flag: --pool") && strings.Contains(c.Use, " POOL") {
		what = "name the pool as an argument: " + c.CommandPath() + " POOL"
	}
	return &exitError{err: fix(err, what), code: exitUsage}
}

// noArguments wants the name of a verb, and guesses at one that is mistyped.
func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2 // as cobra has it for the nouns
	what := "see " + c.CommandPath() + " --help"
	if like := c.SuggestionsFor(args[0]); len(like) > 0 {
		what = "did you mean " + c.CommandPath() + " " + like[0] + "? " + what
	}
	return &exitError{fix(fmt.Errorf("%s has no command %q", c.CommandPath(), args[0]), what), exitUsage}
}

func (f *flags) session(c *cobra.Command) (*session, error) {
	if f.output != "table" && f.output != "json" {
		return nil, &exitError{fix(fmt.Errorf("unknown output %q", f.output), "use -o table or -o json"), exitUsage}
	}
	changed := func(name string) bool { return c.Flags().Changed(name) }
	r, err := f.open(changed, os.Getenv)
	if err != nil {
		return nil, err
	}
	return &session{
		remote: r, ctx: c.Context(), in: bufio.NewReader(c.InOrStdin()), out: c.OutOrStdout(), errs: c.ErrOrStderr(),
		json: f.output == "json", yes: f.yes, pool: first(f.pool, r.UserPool), ipool: first(f.ipool, r.Identity),
		counts: isTerminal(c.ErrOrStderr()), most: int(f.most),
	}, nil
}

// withPool gives a command the flag --pool, with the server's pools to complete.
func withPool(c *cobra.Command) { c.Annotations = annotate(c, "pool") }

// withIdentityPool is withPool for identity pools.
func withIdentityPool(c *cobra.Command) { c.Annotations = annotate(c, "identity-pool") }

// limited gives a listing that may be long the flag --limit.
func limited(c *cobra.Command) { c.Annotations = annotate(c, "limit") }

// deleting gives a command the flag --yes.
func deleting(c *cobra.Command) { c.Annotations = annotate(c, "yes") }

func annotate(c *cobra.Command, key string) map[string]string {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[key] = "flag"
	return c.Annotations
}

// scope adds the flags that the command was marked to have.
func (f *flags) scope(c *cobra.Command) {
	if c.Annotations["pool"] != "" {
		c.Flags().StringVar(&f.pool, "pool", "", "the user pool's id (default: the profile's or the demo's)")
		_ = c.RegisterFlagCompletionFunc("pool", f.completePools)
	}
	if c.Annotations["identity-pool"] != "" {
		c.Flags().StringVar(&f.ipool, "identity-pool", "", "the identity pool's id (default: the profile's or the demo's)")
	}
	if c.Annotations["complete-pool"] != "" {
		c.ValidArgsFunction = f.completePools
	}
	if c.Annotations["limit"] != "" {
		c.Flags().UintVar(&f.most, "limit", 0, "how many to list at most (default: all)")
	}
	if c.Annotations["yes"] != "" {
		c.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask for the name")
	}
}

// needPool is the user pool that the command is about.
func (s *session) needPool() (string, error) {
	if s.pool == "" {
		return "", &exitError{fix(errors.New("no user pool is named"), "use --pool, or user_pool_id in the profile"), exitUsage}
	}
	return s.pool, nil
}

func (s *session) needIdentityPool() (string, error) {
	if s.ipool == "" {
		return "", &exitError{fix(errors.New("no identity pool is named"), "use --identity-pool, or identity_pool_id in the profile"), exitUsage}
	}
	return s.ipool, nil
}

// confirm asks for the name of what is to be deleted. Its id does as well.
func (s *session) confirm(kind, name string, id ...string) error {
	if s.yes {
		return nil
	}
	fmt.Fprintf(s.errs, "This deletes the %s %s for good. Type its name to go on: ", kind, name)
	line, _ := s.in.ReadString('\n') // an end without a line is a no
	if line = strings.TrimSpace(line); line == name || slices.Contains(id, line) {
		return nil
	}
	return &exitError{fix(errors.New("nothing was deleted"), "type "+name+" when asked, or use --yes"), exitUsage}
}

// line reads one line, such as a password, that is better not on the command
// line.
func (s *session) line(what string) (string, error) {
	line, err := s.in.ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", &exitError{fix(fmt.Errorf("no %s came on standard input", what), "pipe it in, as one line"), exitUsage}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read %s: %w", what, err)
	}
	return line, nil
}

// done says in a sentence what was done; with -o json the answer speaks.
func (s *session) done(raw json.RawMessage, format string, args ...any) error {
	if s.json {
		return s.printJSON(raw)
	}
	_, err := fmt.Fprintf(s.out, format+"\n", args...)
	return err
}

func (s *session) printJSON(raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	b.WriteByte('\n')
	_, err := b.WriteTo(s.out)
	return err
}

// table prints rows under a heading, in columns.
func (s *session) table(head []string, rows [][]string) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 3, ' ', 0)
	if len(head) > 0 {
		fmt.Fprintln(w, strings.ToUpper(strings.Join(head, "\t")))
	}
	for _, row := range rows {
		for i := range row {
			row[i] = printable(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// printable keeps what users wrote from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			return ' '
		}
		return r
	}, s)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

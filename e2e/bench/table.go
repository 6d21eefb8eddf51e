package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// printTable prints what was measured as a table of Markdown, which reads well
// in a terminal too.
func printTable(w io.Writer, database string, rows []row) {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintf(t, "| %s\t| a second\t| p50\t| p99\t| server CPU\t| reads\t| writes\t| commits\t| bare statements\t| of bare\t| limit\t| of limit\t|\n", database)
	fmt.Fprintf(t, "|---\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|\n")
	for _, r := range rows {
		bare, ofBare := "", ""
		if r.bare > 0 {
			bare, ofBare = fmt.Sprintf("%.0f", r.bare), fmt.Sprintf("%.2f", r.rate/r.bare)
		}
		fmt.Fprintf(t, "| %s\t| %.0f\t| %s\t| %s\t| %s\t| %.2f\t| %.2f\t| %.2f\t| %s\t| %s\t| %s %.0f\t| %.2f\t|\n",
			r.name, r.rate, milliseconds(r.p50), milliseconds(r.p99), r.cpu.Round(time.Microsecond),
			r.statements.Reads, r.statements.Writes, r.statements.Commits, bare, ofBare, r.limitName, r.limit, r.rate/r.limit)
	}
	if err := t.Flush(); err != nil {
		return
	}
	fmt.Fprintln(w)
}

// printPassword prints what a password costs the server: a whole sign-in without what
// comes before the password, so POST /login and the redirect to the app. The server's
// processor time for it stands beside that of a bare hash in the same run. Sign-ins a
// second over bare hashes a second cannot be more than that share, and on a server
// that shares its cores with nobody they are as much.
func printPassword(w io.Writer, rows []row, hash time.Duration) {
	var page, all time.Duration
	for _, r := range rows {
		switch r.name {
		case signInPage:
			page = r.cpu
		case signIn:
			all = r.cpu
		}
	}
	if step := all - page; page > 0 && step > 0 {
		fmt.Fprintf(w, "A password: %s of the server's processors (a whole sign-in %s, its page %s), a bare hash %s: %.2f\n\n",
			milliseconds(step), milliseconds(all), milliseconds(page), milliseconds(hash), float64(hash)/float64(step))
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

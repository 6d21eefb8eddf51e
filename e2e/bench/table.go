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

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Statements counts the SQL statements that a server has sent since its start,
// or for one of something.
type Statements struct{ Reads, Writes, Commits float64 }

// Since returns what came after an earlier count, divided among n.
func (s Statements) Since(earlier Statements, n float64) Statements {
	return Statements{
		Reads:   (s.Reads - earlier.Reads) / n,
		Writes:  (s.Writes - earlier.Writes) / n,
		Commits: (s.Commits - earlier.Commits) / n,
	}
}

// Statements reads the server's own metrics. What the server does by itself,
// such as polling for changes, counts too.
func (p *Process) Statements(ctx context.Context) (Statements, error) {
	var s Statements
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL+"/metrics", nil)
	if err != nil {
		return s, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return s, err
	}
	defer answer.Body.Close()
	found := false
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		var into *float64
		switch name {
		case `cognate_sql_statements_total{kind="read"}`:
			into = &s.Reads
		case `cognate_sql_statements_total{kind="write"}`:
			into = &s.Writes
		case `cognate_sql_statements_total{kind="commit"}`:
			into = &s.Commits
		default:
			continue
		}
		found = true
		if *into, err = strconv.ParseFloat(value, 64); err != nil {
			return s, fmt.Errorf("metrics: %w", err)
		}
	}
	if err := lines.Err(); err != nil {
		return s, fmt.Errorf("metrics: %w", err)
	}
	if !found {
		return s, errors.New("/metrics counts no SQL statements")
	}
	return s, nil
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/web/api"
)

type m = map[string]any

// field is one line of what a show command prints. Empty ones are left out.
type field struct{ name, value string }

// get calls an operation and reads its answer.
func get[Out any](s *session, service, operation string, in any) (*Out, json.RawMessage, error) {
	raw, err := s.call(s.ctx, service, operation, in)
	if err != nil {
		return nil, nil, err
	}
	out := new(Out)
	if err := json.Unmarshal(raw, out); err != nil {
		return nil, nil, fmt.Errorf("read the answer to %s: %w", operation, err)
	}
	return out, raw, nil
}

// show calls an operation and prints its answer as named lines.
func show[Out any](s *session, service, operation string, in any, fields func(*Out) []field) error {
	out, raw, err := get[Out](s, service, operation, in)
	if err != nil {
		return err
	}
	if s.json {
		return s.printJSON(raw)
	}
	var rows [][]string
	for _, f := range fields(out) {
		if f.value != "" {
			rows = append(rows, []string{f.name, f.value})
		}
	}
	return s.table(nil, rows)
}

// do calls an operation and says that it is done.
func (s *session) do(service, operation string, in any, format string, args ...any) error {
	raw, err := s.call(s.ctx, service, operation, in)
	if err != nil {
		return err
	}
	return s.done(raw, format, args...)
}

// listing is how a list operation names its parts on the wire.
type listing struct {
	service, operation string
	items              string // the member that holds the entries
	limit, token       string // the members that page; empty where it does not
}

// list reads every page, or as many as --limit wants, and prints the entries, one a row.
func list[T any](s *session, l listing, in m, head []string, row func(T) []string) error {
	all, rows, more := []json.RawMessage{}, [][]string{}, false
	for {
		if l.limit != "" {
			in[l.limit] = 50 // no operation takes fewer at most
			if s.most > 0 {
				in[l.limit] = min(50, s.most-len(all))
			}
		}
		raw, err := s.call(s.ctx, l.service, l.operation, in)
		if err != nil {
			return err
		}
		var page map[string]json.RawMessage
		var entries []json.RawMessage
		if err := json.Unmarshal(raw, &page); err != nil {
			return fmt.Errorf("read the answer to %s: %w", l.operation, err)
		}
		if err := json.Unmarshal(page[l.items], &entries); err != nil {
			return fmt.Errorf("read the answer to %s: %w", l.operation, err)
		}
		for _, e := range entries {
			var entry T
			if err := json.Unmarshal(e, &entry); err != nil {
				return fmt.Errorf("read the answer to %s: %w", l.operation, err)
			}
			rows = append(rows, row(entry))
		}
		all = append(all, entries...)
		var next string
		if t := page[l.token]; l.token == "" || len(t) == 0 || json.Unmarshal(t, &next) != nil || next == "" {
			break
		}
		if s.most > 0 && len(all) >= s.most {
			more = true
			break
		}
		in[l.token] = next
		if s.counts {
			fmt.Fprintf(s.errs, "\r%d so far", len(all))
		}
	}
	if s.counts && len(all) > 50 {
		fmt.Fprint(s.errs, "\r\033[K")
	}
	if more {
		defer fmt.Fprintf(s.errs, "there are more than these %d: raise --limit, or leave it out\n", len(all))
	}
	if s.json {
		body, err := json.Marshal(map[string]any{l.items: all})
		if err != nil {
			return fmt.Errorf("print: %w", err)
		}
		return s.printJSON(body)
	}
	return s.table(head, rows)
}

// day prints a moment for people.
func day(t api.Timestamp) string {
	if t == 0 {
		return ""
	}
	return time.UnixMicro(int64(t)).UTC().Format(time.RFC3339)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func words(list []string) string { return strings.Join(list, " ") }

// pairs reads name=value arguments.
func pairs(flag string, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range list {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, &exitError{fix(fmt.Errorf("--%s %q has no name and value", flag, p), "write it as name=value"), exitUsage}
		}
		out[name] = value
	}
	return out, nil
}

func pointer[T any](v T) *T { return &v }

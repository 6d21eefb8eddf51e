package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

// statements counts SQL statements.
type statements struct{ Reads, Writes, Commits float64 }

// sample is the state of the server's counters at one moment.
type sample struct {
	cpu        time.Duration
	statements statements
}

// sampleServer reads the server's own metrics and the kernel's account of it.
func sampleServer(ctx context.Context, p *server.Process) (sample, error) {
	var s sample
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
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		var into *float64
		switch name {
		case `cognate_sql_statements_total{kind="read"}`:
			into = &s.statements.Reads
		case `cognate_sql_statements_total{kind="write"}`:
			into = &s.statements.Writes
		case `cognate_sql_statements_total{kind="commit"}`:
			into = &s.statements.Commits
		default:
			continue
		}
		found = true
		if *into, err = strconv.ParseFloat(value, 64); err != nil {
			return s, fmt.Errorf("metrics: %w", err)
		}
	}
	if !found {
		return s, errors.New("/metrics counts no SQL statements")
	}
	s.cpu, err = processorTime(p.PID)
	return s, err
}

// processorTime reads what a process has used so far, in user and kernel mode.
func processorTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// Fields 14 and 15, counted after the command's name, which may hold anything.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	kernel, err := strconv.ParseInt(fields[12], 10, 64)
	if err != nil {
		return 0, err
	}
	const tick = 10 * time.Millisecond // Linux reports hundredths of a second
	return time.Duration(user+kernel) * tick, nil
}

// usage is a process's memory in bytes.
type usage struct{ resident, peak int64 }

func memory(pid int) (usage, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return usage{}, err
	}
	var u usage
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		var into *int64
		switch name {
		case "VmRSS":
			into = &u.resident
		case "VmHWM":
			into = &u.peak
		default:
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return usage{}, err
		}
		*into = kib << 10
	}
	return u, nil
}

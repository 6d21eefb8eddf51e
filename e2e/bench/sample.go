package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cognate-idp/cognate/e2e/server"
)

// sample is the state of the server's counters at one moment.
type sample struct {
	cpu        time.Duration
	statements server.Statements
}

// sampleServer reads the server's own metrics and the kernel's account of it.
func sampleServer(ctx context.Context, p *server.Process) (s sample, err error) {
	if s.statements, err = p.Statements(ctx); err != nil {
		return s, err
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

package storetest

import (
	"strings"
	"sync"
	"testing"

	"github.com/cognate-idp/cognate/provider/store"
)

// Counts says what a piece of work asked of the database.
type Counts struct {
	Reads, Writes, Commits int
	Statements             []store.Statement // in order, commits included
}

// String lists the statements, for a failing test's message.
func (c Counts) String() string {
	var b strings.Builder
	for _, s := range c.Statements {
		b.WriteString("\n\t" + string(s.Kind) + ": " + s.SQL)
	}
	return b.String()
}

// Count runs work and returns the statements that it sent. Nothing else may
// use the store meanwhile: its statements would count too.
func Count(t testing.TB, st *store.Store, work func()) Counts {
	t.Helper()
	var mu sync.Mutex
	var c Counts
	stop := st.Watch(func(s store.Statement) {
		mu.Lock()
		defer mu.Unlock()
		c.Statements = append(c.Statements, s)
	})
	defer stop()
	work()
	mu.Lock()
	defer mu.Unlock()
	for _, s := range c.Statements {
		switch s.Kind {
		case store.Read:
			c.Reads++
		case store.Write:
			c.Writes++
		case store.Commit:
			c.Commits++
		}
	}
	return c
}
